import { get } from 'node:http'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { Secret } from '../../src/core/secret.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { createRelyingParty, type RelyingParty } from '../../src/oidc/relying-party.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'

const REDIRECT_URI = 'http://localhost:9/oidc/demo/callback'

let provider: RunningServer
let relyingParty: RelyingParty

beforeAll(async () => {
  provider = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    users: demoUsers,
    clients: [{ clientId: 'fedgate', clientSecret: 'a secret: 100% +/=', redirectUris: [REDIRECT_URI] }],
  })
  relyingParty = createRelyingParty({
    id: 'demo',
    issuer: provider.url,
    clientId: 'fedgate',
    clientSecret: new Secret('a secret: 100% +/='),
    scopes: ['openid', 'email', 'profile'],
    redirectUri: REDIRECT_URI,
    allowInsecureHttp: true,
    clockSkewSeconds: 60,
  })
})

afterAll(() => provider.close())

/** Nobody listens where the gateway would. */
const BEFORE_THE_GATEWAY = { stopBefore: /^http:\/\/localhost:9\// }

const locationOf = ({ url, location }: Page): URL => {
  if (location === undefined) throw new Error(`${url} leads nowhere`)
  return new URL(location)
}

const asUser = (browser: HttpBrowser, page: Page, username: string, password = 'demo') =>
  browser.submit(page, formWith(page, 'username'), { username, password }, BEFORE_THE_GATEWAY)

const signIn = async (username: string, browser = new HttpBrowser()) => {
  const { url, ...secrets } = await relyingParty.start(new Date())
  const page = await asUser(browser, await browser.open(url.href), username)
  return { secrets, callback: locationOf(page) }
}

describe('the demo OpenID provider', () => {
  it('the demo OpenID provider is available', async () => {
    expect(await relyingParty.available()).toBe(true)
  })

  it('signs alice in, with her groups in the ID token itself', async () => {
    const { secrets, callback } = await signIn('alice')
    const { identity, evidence, logoutRef } = await relyingParty.finish(callback.searchParams, secrets, new Date())
    expect(identity).toMatchObject({ provider: 'demo', protocol: 'oidc', issuer: provider.url, subject: 'alice' })
    expect(Object.fromEntries(identity.attributes)).toEqual({
      email: ['alice@example.com'],
      email_verified: ['true'],
      name: ['Alice Archer'],
      preferred_username: ['alice'],
      groups: ['aws-dev'],
      eduPersonAffiliation: ['staff'],
      costCenter: ['4711'],
    })
    expect(logoutRef).toMatchObject({ kind: 'oidc', subject: 'alice' })
    if (evidence.kind !== 'web-identity') throw new Error('the evidence is not an ID token')
    const claims = decodeJwt(evidence.token.reveal())
    expect(claims).toMatchObject({ sub: 'alice', groups: ['aws-dev'], email: 'alice@example.com', aud: 'fedgate' })
    expect(evidence.expiresAt.getTime() - evidence.issuedAt.getTime()).toBe(600_000)
  })

  it('gives carol no groups', async () => {
    const { secrets, callback } = await signIn('carol')
    const { identity } = await relyingParty.finish(callback.searchParams, secrets, new Date())
    expect(identity.attributes.has('groups')).toBe(false)
  })

  it('the demo OpenID provider does not ask again a browser that is signed in', async () => {
    const browser = new HttpBrowser()
    await signIn('bob', browser)
    const { url } = await relyingParty.start(new Date())
    const page = await browser.open(url.href, BEFORE_THE_GATEWAY)
    expect(locationOf(page).searchParams.get('code')).toBeTruthy()
  })

  it('asks again after signing out', async () => {
    const browser = new HttpBrowser()
    await signIn('bob', browser)
    const page = await browser.open(`${provider.url}/session/end`)
    await browser.submit(page, formWith(page, 'xsrf'), { logout: 'yes' })
    const { url } = await relyingParty.start(new Date())
    expect((await browser.open(url.href)).body).toContain('Or by name and password')
  })

  it('refuses a wrong password and says so', async () => {
    const { url } = await relyingParty.start(new Date())
    const browser = new HttpBrowser()
    const page = await asUser(browser, await browser.open(url.href), 'alice', 'guess')
    expect(page.status).toBe(403)
    expect(page.body).toContain('Wrong name or password.')
  })

  it('tells the gateway when the user cancels', async () => {
    const { url, ...secrets } = await relyingParty.start(new Date())
    const browser = new HttpBrowser()
    const form = await browser.open(url.href)
    const page = await browser.submit(form, formWith(form, 'username'), { cancel: 'yes' }, BEFORE_THE_GATEWAY)
    const callback = locationOf(page).searchParams
    await expect(relyingParty.finish(callback, secrets, new Date())).rejects.toMatchObject({
      code: 'oidc.access_denied',
    })
  })

  it('names its cookies after itself, because cookies ignore ports', async () => {
    const browser = new HttpBrowser()
    await signIn('alice', browser)
    expect(browser.cookies.names).not.toHaveLength(0)
    expect(browser.cookies.names.every((name) => name.startsWith('demo-op'))).toBe(true)
  })

  it('lets no page run inline script or style, nor be framed', async () => {
    const { url } = await relyingParty.start(new Date())
    const { headers, body } = await new HttpBrowser().open(url.href)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("form-action 'self' http://localhost:9")
    expect(body).not.toMatch(/<style|style=|\son[a-z]+=|<script(?! src)/)
  })

  it('refuses a redirect to an address that is not registered', async () => {
    const { url } = await relyingParty.start(new Date())
    url.searchParams.set('redirect_uri', 'http://evil.example/callback')
    const page = await new HttpBrowser().open(url.href)
    expect(page.status).toBe(400)
    expect(page.location).toBeUndefined()
  })

  it('answers an unknown sign-in with a page, not a stack trace', async () => {
    const page = await new HttpBrowser().open(`${provider.url}/interaction/nothing`)
    expect(page.status).toBe(400)
    expect(page.body).toContain('Start again at the gateway')
  })

  it('the demo OpenID provider does not answer under a name that someone else chose', async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { host: 'evil.example' }
      const request = get(`${provider.url}/.well-known/openid-configuration`, { headers }, (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => resolve(text))
      })
      request.on('error', reject)
    })
    expect(JSON.parse(body).token_endpoint).toBe(`${provider.url}/token`)
  })

  it('rejects when the port is in use', async () => {
    const { port } = new URL(provider.url)
    const again = startDemoOpenIdProvider({ host: '127.0.0.1', port: Number(port), users: [], clients: [] })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
