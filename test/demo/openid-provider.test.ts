import { get } from 'node:http'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { Secret } from '../../src/core/secret.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoPeople } from '../../src/demo/people.ts'
import { createRelyingParty, type RelyingParty } from '../../src/oidc/relying-party.ts'
import { Browser } from './browser.ts'

const REDIRECT_URI = 'http://localhost:9/oidc/demo/callback'

let provider: RunningServer
let relyingParty: RelyingParty

beforeAll(async () => {
  provider = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    people: demoPeople,
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

const signIn = async (username: string, browser = new Browser()) => {
  const { url, ...secrets } = await relyingParty.start(new Date())
  const page = await browser.open(url.href)
  const callback = await browser.submit(page, { username, password: 'demo' })
  return { secrets, callback: new URL(callback.location) }
}

describe('the demo OpenID provider', () => {
  it('is available', async () => {
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
    expect(evidence.expiresAt.getTime() - evidence.issuedAt.getTime()).toBe(3_600_000)
  })

  it('gives carol no groups', async () => {
    const { secrets, callback } = await signIn('carol')
    const { identity } = await relyingParty.finish(callback.searchParams, secrets, new Date())
    expect(identity.attributes.has('groups')).toBe(false)
  })

  it('does not ask again a browser that is signed in', async () => {
    const browser = new Browser()
    await signIn('bob', browser)
    const { url } = await relyingParty.start(new Date())
    const page = await browser.open(url.href)
    expect(new URL(page.location).searchParams.get('code')).toBeTruthy()
  })

  it('asks again after signing out', async () => {
    const browser = new Browser()
    await signIn('bob', browser)
    await browser.submit(await browser.open(`${provider.url}/session/end`), { logout: 'yes' })
    const { url } = await relyingParty.start(new Date())
    expect((await browser.open(url.href)).body).toContain('Or by name and password')
  })

  it('refuses a wrong password and says so', async () => {
    const { url } = await relyingParty.start(new Date())
    const browser = new Browser()
    const page = await browser.submit(await browser.open(url.href), { username: 'alice', password: 'guess' })
    expect(page.status).toBe(403)
    expect(page.body).toContain('No one here has that name and password.')
  })

  it('tells the gateway when the person cancels', async () => {
    const { url, ...secrets } = await relyingParty.start(new Date())
    const browser = new Browser()
    const page = await browser.submit(await browser.open(url.href), { cancel: 'yes' })
    const callback = new URL(page.location).searchParams
    await expect(relyingParty.finish(callback, secrets, new Date())).rejects.toMatchObject({
      code: 'oidc.access_denied',
    })
  })

  it('names its cookies after itself, because cookies ignore ports', async () => {
    const browser = new Browser()
    await signIn('alice', browser)
    expect(browser.cookieNames).not.toHaveLength(0)
    expect(browser.cookieNames.every((name) => name.startsWith('demo-op'))).toBe(true)
  })

  it('lets no page run inline script or style, nor be framed', async () => {
    const { url } = await relyingParty.start(new Date())
    const { headers, body } = await new Browser().open(url.href)
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
    const page = await new Browser().open(url.href)
    expect(page.status).toBe(400)
    expect(page.location).toBe('')
  })

  it('answers an unknown sign-in with a page, not a stack trace', async () => {
    const page = await new Browser().open(`${provider.url}/interaction/nothing`)
    expect(page.status).toBe(400)
    expect(page.body).toContain('Start again at the gateway')
  })

  it('does not answer under a name that someone else chose', async () => {
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

  it('rejects when the port is taken', async () => {
    const { port } = new URL(provider.url)
    const again = startDemoOpenIdProvider({ host: '127.0.0.1', port: Number(port), people: [], clients: [] })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
