/** What every answer says to the browser besides its page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { reserveGateway, startConfiguredGateway, startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'
import { holds } from '../held/holds.ts'

let testGateway: TestGateway
let pages: ReadonlyMap<string, Page>

const HERE = /^http:\/\/localhost/

beforeAll(async () => {
  testGateway = await startTestGateway()
  const { gateway } = testGateway
  const [stranger, alice, carol] = [new HttpBrowser(), new HttpBrowser(), new HttpBrowser()]
  const roles = await signIn(alice, { gateway, provider: 'corp', username: 'alice' })
  const form = formWith(roles, 'role')
  const stop = { stopBefore: /./ }
  pages = new Map([
    ['the front door', await stranger.open(gateway, stop)],
    ['the chooser', await stranger.open(`${gateway}/login`)],
    ['the way to the SAML provider', await stranger.open(`${gateway}/login/corp`, stop)],
    ['the way to the OpenID provider', await stranger.open(`${gateway}/login/openid`, stop)],
    ['the ACS', await stranger.post(`${gateway}/saml/corp/acs`, { SAMLResponse: 'AA' }, { from: testGateway.samlIdp })],
    ['the callback', await stranger.open(`${gateway}/oidc/openid/callback?state=x`)],
    ['the finish page', await stranger.open(`${gateway}/login/finish?handle=x`)],
    ['the roles', roles],
    ['no roles', await signIn(carol, { gateway, provider: 'corp', username: 'carol' })],
    ['the identity', await alice.open(`${gateway}/identity`)],
    ['the credentials', await alice.submit(roles, form)],
    ['the way to the console', await alice.submit(roles, { ...form, action: `${gateway}/roles/console` }, {}, stop)],
    ['the sign-out page', await alice.open(`${gateway}/logout`)],
    ['the session as JSON', await alice.open(`${gateway}/api/session`)],
    ['no session as JSON', await stranger.open(`${gateway}/api/session`)],
    ['the metadata', await stranger.open(`${gateway}/saml/corp/metadata`)],
    ['the metadata for AWS', await stranger.open(`${gateway}/idp/metadata`)],
    ['the health', await stranger.open(`${gateway}/healthz`)],
    ['a page that is not there', await stranger.open(`${gateway}/nowhere`)],
    ['a bad request', await stranger.open(`${gateway}/login/%ff`)],
    ['a role', await alice.open(`${gateway}/roles/why?${new URLSearchParams({ role: form.fields.role ?? '' })}`)],
    ['a pin', await alice.submit(roles, { ...form, action: `${gateway}/roles/pin` }, { pinned: 'yes' }, stop)],
    ['the activity', await alice.open(`${gateway}/activity`)],
    ['the status, which is not hers', await alice.open(`${gateway}/status`)],
    ['a link to a role', await alice.open(`${gateway}/go?${new URLSearchParams({ role: form.fields.role ?? '' })}`)],
    ['a link without one', await alice.open(`${gateway}/go?destination=s3`)],
    ['a console link', await alice.submit(roles, { ...form, action: `${gateway}/roles/console` }, { as: 'link' })],
    ['a file of credentials', await alice.submit(roles, form, { download: 'env' })],
    ['a refused role', await alice.submit(roles, form, { role: 'arn:aws:iam::111122223333:role/Nothing' })],
    ['a form without its token', await alice.post(`${gateway}/roles/pin`, {}, { from: roles.url })],
    ['a wrong method', await alice.post(`${gateway}/roles`, {}, { from: roles.url })],
    ['the figures', await stranger.open(`${gateway}/metrics`)],
  ])
})
afterAll(() => testGateway.close())

const each = (check: (page: Page, what: string) => void): void => {
  for (const [what, page] of pages) check(page, what)
}

const policyOf = ({ headers }: Page): ReadonlyMap<string, string> =>
  new Map(
    (headers.get('content-security-policy') ?? '').split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(' ')
      return [name, values.join(' ')]
    }),
  )

describe('every answer', holds('8'), () => {
  it('runs no script and style but the gateway’s own, in no frame, from no other base', () =>
    each((page, what) => {
      const policy = policyOf(page)
      expect(policy.get('default-src'), what).toBe("'none'")
      expect(policy.get('script-src'), what).toBe("'self'")
      expect(policy.get('style-src'), what).toBe("'self'")
      expect(policy.get('frame-ancestors'), what).toBe("'none'")
      expect(policy.get('base-uri'), what).toBe("'none'")
      expect(page.headers.get('content-security-policy'), what).not.toContain('unsafe')
    }))

  it('lets forms lead to AWS sign-in only where one of them opens the console, and nowhere else', () =>
    each((page, what) => {
      const opensConsole = page.body.includes('action="/roles/console"')
      expect(policyOf(page).get('form-action'), what).toBe(opensConsole ? `'self' ${testGateway.localAws}` : "'self'")
    }))

  it('every answer is kept by no cache', () =>
    each(({ headers }, what) => expect(headers.get('cache-control'), what).toBe('no-store')))

  it('every answer has its type enforced', () =>
    each(({ headers }, what) => expect(headers.get('x-content-type-options'), what).toBe('nosniff')))

  it('says neither what it runs on nor where a user came from', () =>
    each(({ headers }, what) => {
      expect(headers.has('x-powered-by'), what).toBe(false)
      expect(headers.has('server'), what).toBe(false)
      expect(headers.get('referrer-policy'), what).toMatch(/^(no-referrer|same-origin)$/)
    }))

  it('every answer has a reference', () =>
    each(({ headers }, what) => expect(headers.get('x-request-id'), what).toMatch(/^[\w-]{12}$/)))

  it('asks for no https where there is none', () =>
    each(({ headers }, what) => expect(headers.has('strict-transport-security'), what).toBe(false)))

  it('holds no inline script, style or handler', () =>
    each(({ body }, what) => {
      expect(body, what).not.toMatch(/<script(?![^>]* src=)/)
      expect(body, what).not.toMatch(/<style|\sstyle=|\son[a-z]+="/)
    }))

  it('sets only cookies that scripts cannot read and other sites do not send along', () =>
    each(({ headers }, what) => {
      for (const cookie of headers.getSetCookie()) {
        expect(cookie, what).toMatch(/^fedgate_/)
        // The format of credentials is no secret, and the page's own script writes it too.
        if (!cookie.startsWith('fedgate_format=')) expect(cookie, what).toMatch(/; HttpOnly/i)
        expect(cookie, what).toMatch(/; SameSite=Lax/i)
        expect(cookie, what).toMatch(/; Path=\//i)
        expect(cookie, what).not.toMatch(/; Domain=/i)
      }
    }))
})

it('sets no cookie for anyone who only looks around', () => {
  for (const what of [
    'the front door',
    'the chooser',
    'the metadata',
    'a page that is not there',
    'no session as JSON',
    'the ACS',
  ])
    expect(pages.get(what)?.headers.getSetCookie(), what).toEqual([])
})

it('a redirect never repeats a post at another address', () =>
  each(({ status, location }, what) => {
    if (location !== undefined) expect([302, 303], what).toContain(status)
  }))

it('serves style and script to be kept, under a name made of their content', async () => {
  const { body } = await new HttpBrowser().open(`${testGateway.gateway}/login`)
  const assets = [...body.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path]) => path)
  expect(assets).toHaveLength(3)
  for (const path of assets) {
    const { status, headers } = await new HttpBrowser().open(`${testGateway.gateway}${path}`)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('immutable')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(path).toMatch(/\?v=[0-9a-f]{16}$/)
  }
})

it('gives what may be kept the same policy as everything else', async () => {
  const { body } = await new HttpBrowser().open(`${testGateway.gateway}/login`)
  const assets = [...body.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path]) => path)
  for (const path of [...assets, '/.well-known/openid-configuration', '/idp/jwks']) {
    const page = await new HttpBrowser().open(`${testGateway.gateway}${path}`)
    expect([page.status, page.headers.get('content-security-policy')], path).toEqual([
      200,
      pages.get('the chooser')?.headers.get('content-security-policy'),
    ])
  }
})

it('sends a SAML request by GET and an OpenID request with PKCE, state and nonce', () => {
  const saml = new URL(pages.get('the way to the SAML provider')?.location ?? '')
  expect([...saml.searchParams.keys()]).toEqual(expect.arrayContaining(['SAMLRequest', 'RelayState']))
  const openId = new URL(pages.get('the way to the OpenID provider')?.location ?? '').searchParams
  expect(openId.get('code_challenge_method')).toBe('S256')
  for (const name of ['state', 'nonce', 'code_challenge']) expect(openId.get(name)?.length).toBeGreaterThanOrEqual(22)
  expect(openId.get('redirect_uri')).toMatch(HERE)
})

it('believes no name that a request gives it: addresses come from the configuration', holds('4.4', '8'), async () => {
  const browser = new HttpBrowser()
  const headers = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example;proto=https',
  }
  const stop = { stopBefore: /./, headers }
  const metadata = await browser.open(`${testGateway.gateway}/saml/corp/metadata`, stop)
  const login = await browser.open(`${testGateway.gateway}/login/openid`, stop)
  expect(metadata.body).not.toContain('evil.example')
  expect(login.location).not.toContain('evil.example')
})

describe('behind a proxy with https', () => {
  it('cookies are of this host alone and sent by https alone, which the browser is told to keep to', async () => {
    const listening = await reserveGateway()
    const idp = await createTestIdp('corp')
    const gateway = await startConfiguredGateway(
      'https://aws.example.com',
      {
        listen: { host: '127.0.0.1', port: Number(new URL(listening).port) },
        trustProxy: 1,
        providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
      },
      { files: { 'corp.xml': idp.metadata } },
    )
    try {
      const { headers } = await fetch(`${listening}/login/corp`, { redirect: 'manual' })
      const cookies = headers.getSetCookie()
      expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-fedgate_login', '__Host-fedgate_provider'])
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; Path=\/.*; Secure/)
        expect(cookie).not.toMatch(/domain=/i)
      }
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
      expect(headers.get('location')).toContain(idp.ssoUrl)
    } finally {
      await gateway.close()
    }
  })
})
