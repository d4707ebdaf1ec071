/** HEAD asks what a GET would answer. It begins nothing and uses nothing up: link checkers and mail scanners send it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpBrowser } from '../harness/http-browser.ts'
import { writtenRoutes } from '../harness/routes.ts'
import { CALLBACK, FINISH, signIn, whoIs } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

let testGateway: TestGateway
let alice: HttpBrowser
beforeAll(async () => {
  testGateway = await startTestGateway()
  alice = new HttpBrowser()
  await signIn(alice, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
})
afterAll(() => testGateway.close())

/** What begins something or uses something up, with the methods of that address. */
const acting: Readonly<Record<string, string>> = {
  '/login/:provider': 'GET',
  '/login/finish': 'GET, POST',
  '/oauth/auth': 'GET',
  '/oauth/auth/:uid': 'GET',
  '/oauth/consent/:uid': 'GET, POST',
  '/oauth/device': 'GET, POST',
  '/oidc/:provider/callback': 'GET, POST',
  '/oidc/:provider/frontchannel-logout': 'GET',
  '/roles/reauthenticate': 'GET',
  '/saml/:provider/slo': 'GET, POST',
  '/status/try/:provider/start': 'GET',
}

const showing = [
  '/',
  '/.well-known/oauth-authorization-server/oauth',
  '/.well-known/openid-configuration',
  '/activity',
  '/api/openapi.json',
  '/api/configuration',
  '/api/roles',
  '/api/session',
  '/branding/colors.css',
  '/branding/logo',
  '/cli/fedgate.mjs',
  '/cli/fedgate.mjs.sha256',
  '/go',
  '/healthz',
  '/identity',
  '/idp/jwks',
  '/idp/metadata',
  '/login',
  '/login/:provider/logo',
  '/login/:provider/organizations',
  '/logout',
  '/metrics',
  '/oauth/.well-known/oauth-authorization-server',
  '/readyz',
  '/roles',
  '/roles/confirm',
  '/roles/request',
  '/roles/why',
  '/saml/:provider/discovery',
  '/saml/:provider/metadata',
  '/status',
  '/status/sessions',
  '/status/try/:provider',
  '/status/try/:provider/result',
]

const placeOf = (path: string): string =>
  `${testGateway.gateway}${path.replace(':provider', path.startsWith('/oidc') ? 'openid' : 'corp')}`

const ask = (method: string, url: string, browser = new HttpBrowser()): Promise<Response> => {
  const cookie = browser.cookies.headerFor({ url: new URL(url), method, isCrossSite: false })
  return fetch(url, {
    method,
    redirect: 'manual',
    headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) },
  })
}

/** What differs from one answer to the next. */
const CHANGING = new Set([
  'date',
  'x-request-id',
  'keep-alive',
  'connection',
  'transfer-encoding',
  'content-length',
  'etag',
])

const shown = ({ status, headers }: Response) => ({
  status,
  headers: [...headers].filter(([name]) => !CHANGING.has(name)),
})

it('knows every address that there is', () => {
  expect(writtenRoutes('get')).toEqual([...Object.keys(acting), ...showing].toSorted())
})

describe.each(Object.entries(acting))('HEAD %s', (path, allowed) => {
  it.each(['a stranger', 'a signed-in user'])('HEAD is refused for %s, and sets no cookie', async (who) => {
    const response = await ask('HEAD', placeOf(path), who === 'a stranger' ? new HttpBrowser() : alice)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allowed)
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe.each(showing)('HEAD %s', (path) => {
  it.each(['a stranger', 'a signed-in user'])('HEAD has the status and headers of GET for %s', async (who) => {
    const browser = who === 'a stranger' ? new HttpBrowser() : alice
    const [head, get] = [await ask('HEAD', placeOf(path), browser), await ask('GET', placeOf(path), browser)]
    expect(shown(head)).toEqual(shown(get))
    expect(await head.text()).toBe('')
    await get.body?.cancel()
  })
})

describe('before the browser’s own GET', () => {
  it.each(['corp', 'openid'])('it leaves the finish page of %s as it was', async (provider) => {
    const browser = new HttpBrowser()
    const { location = '' } = await signIn(
      browser,
      { gateway: testGateway.gateway, provider, username: 'alice' },
      { stopBefore: FINISH },
    )
    for (const who of [browser, new HttpBrowser()]) expect((await ask('HEAD', location, who)).status).toBe(405)
    expect((await browser.open(location)).url).toBe(`${testGateway.gateway}/roles`)
    expect(await whoIs(browser, testGateway.gateway)).toBe('alice')
  })

  it('it leaves the callback as it was', async () => {
    const browser = new HttpBrowser()
    const attempt = { gateway: testGateway.gateway, provider: 'openid', username: 'alice' }
    const { location = '' } = await signIn(browser, attempt, { stopBefore: CALLBACK })
    for (const who of [browser, new HttpBrowser()]) expect((await ask('HEAD', location, who)).status).toBe(405)
    expect((await browser.open(location)).url).toBe(`${testGateway.gateway}/roles`)
    expect(await whoIs(browser, testGateway.gateway)).toBe('alice')
  })
})
