/** Answers of OpenID providers that must not sign anybody in, and leave everything as it was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { answerAtProvider, CALLBACK, signIn, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'

let gateway: ReservedGateway
let provider: RunningServer

beforeAll(async () => {
  const url = await reserveGateway()
  const client = { clientId: 'gateway', clientSecret: 'secret' }
  provider = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    users: demoUsers,
    clients: [{ ...client, redirectUris: ['first', 'second'].map((id) => `${url}/oidc/${id}/callback`) }],
  })
  const settings = { protocol: 'oidc', issuer: provider.url, allowInsecureHttp: true, ...client }
  gateway = await startConfiguredGateway(url, { providers: ['first', 'second'].map((id) => ({ id, ...settings })) })
})
afterAll(async () => {
  await gateway.close()
  await provider.close()
})

/** The address that the provider sends the browser back to, not yet opened. */
const callbackUrl = async (browser: HttpBrowser, username = 'alice'): Promise<URL> => {
  const attempt = { gateway: gateway.url, provider: 'first', username }
  const { location } = await answerAtProvider(browser, attempt, { stopBefore: CALLBACK })
  return new URL(location ?? '')
}

interface Refused {
  readonly what: string
  readonly code: string
  readonly open: (browser: HttpBrowser) => Promise<Page>
}

const changed = async (browser: HttpBrowser, change: (url: URL) => void): Promise<Page> => {
  const url = await callbackUrl(browser)
  change(url)
  return browser.open(url.href)
}

const refused: readonly Refused[] = [
  {
    what: 'an answer at the callback of another provider',
    code: 'login.other_provider',
    open: async (browser) => browser.open((await callbackUrl(browser)).href.replace('/first/', '/second/')),
  },
  {
    what: 'an answer with a code that nobody gave out',
    code: 'oidc.code_refused',
    open: (browser) => changed(browser, (url) => url.searchParams.set('code', 'guessed')),
  },
  {
    what: 'an answer with the code of another sign-in',
    code: 'oidc.code_refused',
    open: async (browser) => {
      const other = await callbackUrl(new HttpBrowser(), 'bob')
      return changed(browser, (url) => url.searchParams.set('code', other.searchParams.get('code') ?? ''))
    },
  },
  {
    what: 'an answer without a code',
    code: 'oidc.code_missing',
    open: (browser) => changed(browser, (url) => url.searchParams.delete('code')),
  },
  {
    what: 'an answer with two codes',
    code: 'oidc.parameter_repeated',
    open: (browser) => changed(browser, (url) => url.searchParams.append('code', 'another')),
  },
  {
    what: 'an answer that does not say which provider gave it',
    code: 'oidc.callback_issuer_missing',
    open: (browser) => changed(browser, (url) => url.searchParams.delete('iss')),
  },
  {
    what: 'an answer that says another provider gave it',
    code: 'oidc.callback_issuer_mismatch',
    open: (browser) => changed(browser, (url) => url.searchParams.set('iss', 'https://evil.example')),
  },
  {
    what: 'an answer to no question',
    code: 'oidc.state_mismatch',
    open: (browser) => changed(browser, (url) => url.searchParams.set('state', 'nothing')),
  },
  {
    what: "an answer to somebody else's sign-in",
    code: 'login.other_browser',
    open: async (browser) => browser.open((await callbackUrl(new HttpBrowser())).href),
  },
]

describe.each(refused)('$what', ({ code, open }) => {
  it(`the request is refused with ${code}, makes no session and is in the audit log`, async () => {
    const browser = new HttpBrowser()
    const page = await open(browser)
    expect(page.status).toBe(403)
    const { code: found, reference } = refusalIn(page.body)
    expect(found).toBe(code)
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
    const lines = gateway.audit().filter(({ referenceId }) => referenceId === reference)
    expect(lines).toEqual([expect.objectContaining({ eventName: 'login.refused', errorCode: code })])
  })

  it('leaves an existing session as it was', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, { gateway: gateway.url, provider: 'first', username: 'carol' })
    const session = browser.cookies.value('fedgate_session')
    await open(browser)
    expect(browser.cookies.value('fedgate_session')).toBe(session)
    expect(await whoIs(browser, gateway.url)).toBe('carol')
  })
})

it('redeems no code at the callback of another provider: the right one still takes it', async () => {
  const browser = new HttpBrowser()
  const url = await callbackUrl(browser)
  await browser.open(url.href.replace('/first/', '/second/'))
  await browser.open(url.href)
  expect(await whoIs(browser, gateway.url)).toBe('alice')
})
