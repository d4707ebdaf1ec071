/** What ends the tokens of a device and what does not: time, identity providers, and a log that cannot be written. */
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorizationUrl,
  callApi,
  decide,
  newVerifier,
  redeem,
  refresh,
  signInDevice,
  type Tokens,
  tokensIn,
} from '../harness/command-line.ts'
import { type CommandLineGateway, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { whoIs } from '../harness/sign-in.ts'
import { auditLines, type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { signInAtOp, tokenOfOp } from '../harness/test-op.ts'
import { holds } from '../held/holds.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const expectEnded = async (gateway: string, tokens: Tokens): Promise<void> => {
  expect(await callApi(`${gateway}/api/session`, tokens)).toMatchObject({
    status: 401,
    body: { code: 'session.required' },
  })
  expect(await refresh(gateway, tokens)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
}

describe('Time', holds('10.10'), () => {
  let gateway: CommandLineGateway
  beforeAll(async () => {
    gateway = await startCommandLineGateway()
  })
  afterAll(() => gateway.close())

  it('that a browser is idle ends its session and no device; the end of the login ends both', async () => {
    const visitor = await gateway.signIn('alice')
    let tokens = await signInDevice(visitor, gateway.url)
    gateway.pass(31)
    expect(await whoIs(visitor, gateway.url)).toBeUndefined()
    expect((await callApi(`${gateway.url}/api/session`, tokens)).status).toBe(401)
    tokens = tokensIn(await refresh(gateway.url, tokens))
    expect(await callApi(`${gateway.url}/api/session`, tokens)).toMatchObject({ status: 200 })
    gateway.pass(80)
    tokens = tokensIn(await refresh(gateway.url, tokens))
    expect((await callApi(`${gateway.url}/api/session`, tokens)).status).toBe(200)
    // An access token lasts no longer than the login.
    expect(tokens.expires_in).toBeLessThan(600)
    gateway.pass(10)
    await expectEnded(gateway.url, tokens)
  })

  it('of ten minutes ends a device that was allowed and never asked for tokens', async () => {
    const visitor = await gateway.signIn('bob')
    await decide(visitor, authorizationUrl(gateway.url, newVerifier(), { device_name: 'never came' }))
    expect((await visitor.open(`${gateway.url}/activity`)).body).toContain('Sign out never came')
    gateway.pass(11)
    expect((await visitor.open(`${gateway.url}/activity`)).body).not.toContain('Sign out never came')
  })
})

describe('The identity provider', holds('10.10'), () => {
  let gateway: ReservedGateway
  let op: TamperingProvider
  beforeAll(async () => {
    op = await startTamperingProvider()
    const settings = { issuer: op.issuer, clientId: 'fedgate', clientSecret: 's', allowInsecureHttp: true }
    gateway = await startConfiguredGateway(await reserveGateway(), {
      providers: [{ id: 'corp', protocol: 'oidc', ...settings }],
    })
  })
  afterAll(async () => {
    await gateway.close()
    await op.close()
  })

  const signIn = async (sub: string, sid: string): Promise<HttpBrowser> => {
    const visitor = new HttpBrowser()
    const says = { claims: (claims: object) => ({ ...claims, sub, sid }), userinfo: () => ({ sub }) }
    await signInAtOp(op, visitor, `${gateway.url}/login/corp`, says)
    return visitor
  }

  it('ends the devices of the session that it signs out, and no others', async () => {
    const tokens = await signInDevice(await signIn('alice', 'sid-1'), gateway.url)
    const others = await signInDevice(await signIn('alice', 'sid-2'), gateway.url)
    const iat = Math.floor(Date.now() / 1000)
    const claims = { iss: op.issuer, aud: 'fedgate', iat, exp: iat + 60, jti: 'one', sub: 'alice', sid: 'sid-1' }
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const logoutToken = tokenOfOp({ ...claims, events }, 'logout+jwt')
    const { status } = await fetch(`${gateway.url}/oidc/corp/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: logoutToken }),
    })
    expect(status).toBe(200)
    await expectEnded(gateway.url, tokens)
    expect((await callApi(`${gateway.url}/api/session`, others)).status).toBe(200)
  })
})

describe('A log that cannot be written', holds('10.2'), () => {
  let folder: string
  let gateway: CommandLineGateway
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fedgate-tokens-'))
    await mkdir(join(folder, 'log'))
    gateway = await startCommandLineGateway({ audit: { file: join(folder, 'log/audit.jsonl') } })
  })
  afterAll(async () => {
    await gateway.close()
    await rm(folder, { recursive: true })
  })

  it('gives no tokens, and uses no code up once that is known', async () => {
    const [visitor, verifier, later] = [await gateway.signIn('alice'), newVerifier(), newVerifier()]
    const first = await decide(visitor, authorizationUrl(gateway.url, verifier))
    const second = await decide(visitor, authorizationUrl(gateway.url, later))
    await rename(join(folder, 'log'), join(folder, 'moved'))
    const unavailable = { status: 503, body: { code: 'audit.unavailable' } }
    expect(await redeem(gateway.url, first.searchParams.get('code') ?? '', verifier)).toMatchObject(unavailable)
    const code = second.searchParams.get('code') ?? ''
    expect(await redeem(gateway.url, code, later)).toMatchObject(unavailable)
    await rename(join(folder, 'moved'), join(folder, 'log'))
    while ((await fetch(`${gateway.url}/readyz`)).status !== 200) await new Promise((next) => setTimeout(next, 50))
    const tokens = tokensIn(await redeem(gateway.url, code, later))
    expect((await callApi(`${gateway.url}/api/session`, tokens)).status).toBe(200)
    const lines = auditLines(await readFile(join(folder, 'log/audit.jsonl'), 'utf8'))
    expect(lines.filter(({ eventName }) => eventName === 'token')).toHaveLength(1)
  })
})
