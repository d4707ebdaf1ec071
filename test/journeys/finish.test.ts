/** The finish step: only the browser that started a sign-in gets its session, once, under a new id. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { FINISH, postAnswer, samlAnswer, signIn, whoIs } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { holds } from '../held/holds.ts'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const SESSION = 'fedgate_session'

/** Up to the redirect to the finish page, which is not followed. */
const finishUrl = async (browser: HttpBrowser, provider: string, username = 'alice', returnTo = '/identity') => {
  const attempt = { gateway: testGateway.gateway, provider, username, returnTo }
  const { location } = await signIn(browser, attempt, { stopBefore: FINISH })
  if (location === undefined) throw new Error('it did not come to the finish page')
  return location
}

const subjectOf = (browser: HttpBrowser): Promise<string | undefined> => whoIs(browser, testGateway.gateway)

describe.each(['corp', 'openid'])('finishing a sign-in by %s', (provider) => {
  it('gives the browser that started it a session, and leads where it was going', async () => {
    const browser = new HttpBrowser()
    const page = await browser.open(await finishUrl(browser, provider))
    expect(page.url).toBe(`${testGateway.gateway}/identity`)
    expect(await subjectOf(browser)).toBe('alice')
  })

  it('refuses another browser, and uses the handle up: the first one must start again', holds('5.4'), async () => {
    const [owner, thief] = [new HttpBrowser(), new HttpBrowser()]
    const url = await finishUrl(owner, provider)
    const stolen = await thief.open(url)
    expect(refusalIn(stolen.body)).toMatchObject({ status: 403, code: 'login.other_browser' })
    expect(await subjectOf(thief)).toBeUndefined()
    expect((await owner.open(url)).status).toBe(400)
    expect(await subjectOf(owner)).toBeUndefined()
  })

  it('refuses another browser that has a sign-in of its own under way', async () => {
    const [owner, thief] = [new HttpBrowser(), new HttpBrowser()]
    await finishUrl(thief, provider, 'bob')
    const stolen = await thief.open(await finishUrl(owner, provider))
    expect(refusalIn(stolen.body).code).toBe('login.other_browser')
    expect(await subjectOf(thief)).toBeUndefined()
  })

  it('leads on when it is loaded again and its session is live', async () => {
    const browser = new HttpBrowser()
    const url = await finishUrl(browser, provider)
    await browser.open(url)
    const session = browser.cookies.value(SESSION)
    const again = await browser.open(url)
    expect(again.url).toBe(`${testGateway.gateway}/identity`)
    expect(browser.cookies.value(SESSION)).toBe(session)
  })

  it('refuses to be loaded again in a browser without that session', async () => {
    const [owner, thief] = [new HttpBrowser(), new HttpBrowser()]
    const url = await finishUrl(owner, provider)
    await owner.open(url)
    const page = await thief.open(url)
    expect(refusalIn(page.body)).toMatchObject({ status: 409, code: 'login.used' })
    expect(await subjectOf(thief)).toBeUndefined()
    expect(await subjectOf(owner)).toBe('alice')
  })

  it('refuses to be loaded again in a browser with another session', async () => {
    const [owner, other] = [new HttpBrowser(), new HttpBrowser()]
    const url = await finishUrl(owner, provider)
    await owner.open(url)
    await signIn(other, { gateway: testGateway.gateway, provider, username: 'bob' })
    expect(refusalIn((await other.open(url)).body).code).toBe('login.used')
    expect(await subjectOf(other)).toBe('bob')
  })

  it('refuses to be loaded again after signing out', async () => {
    const browser = new HttpBrowser()
    const url = await finishUrl(browser, provider)
    const page = await browser.open(url)
    const [signOut] = page.forms
    if (!signOut) throw new Error('no sign-out form')
    await browser.submit(page, signOut)
    expect(refusalIn((await browser.open(url)).body).code).toBe('login.used')
    expect(await subjectOf(browser)).toBeUndefined()
  })

  it('changes the session id, also where a user was signed in before', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    const before = browser.cookies.value(SESSION)
    await browser.open(await finishUrl(browser, provider))
    expect(browser.cookies.value(SESSION)).not.toBe(before)
  })

  it('makes the session id from before worthless', holds('5.5'), async () => {
    const browser = new HttpBrowser()
    await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    const before = `fedgate_session=${browser.cookies.value(SESSION)}`
    await browser.open(await finishUrl(browser, provider))
    const answer = await fetch(`${testGateway.gateway}/api/session`, { headers: { cookie: before } })
    expect(answer.status).toBe(401)
  })

  it('takes no session id that the client chose', holds('5.5'), async () => {
    const browser = new HttpBrowser()
    const url = await finishUrl(browser, provider)
    const binding = browser.cookies.value('fedgate_login')
    const chosen = 's%3Achosen-by-somebody.c2lnbmF0dXJl'
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: `fedgate_login=${binding}; fedgate_session=${chosen}` },
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('set-cookie')).toMatch(/^fedgate_session=s%3A/)
    expect(answer.headers.get('set-cookie')).not.toContain('chosen-by-somebody')
  })

  it('lets two tabs of a browser finish in any order', async () => {
    const browser = new HttpBrowser()
    const [first, second] = [await finishUrl(browser, provider), await finishUrl(browser, provider, 'alice', '/roles')]
    expect((await browser.open(second)).url).toBe(`${testGateway.gateway}/roles`)
    expect((await browser.open(first)).url).toBe(`${testGateway.gateway}/identity`)
    expect(await subjectOf(browser)).toBe('alice')
  })
})

it('answers an unknown handle with 400', async () => {
  for (const query of ['', '?handle=', '?handle=nothing', '?handle=a&handle=b', '?handle[a]=b']) {
    const page = await new HttpBrowser().open(`${testGateway.gateway}/login/finish${query}`)
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'login.expired' })
  }
})

it(
  'sees no cookie at the ACS and gives none there, because the post comes from another site',
  holds('5.4'),
  async () => {
    const browser = new HttpBrowser()
    const answer = await samlAnswer(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    const page = await postAnswer(browser, answer, { stopBefore: FINISH })
    expect(page.status).toBe(303)
    expect(page.headers.getSetCookie()).toEqual([])
  },
)

describe('the answer of the OpenID provider', () => {
  const callbackUrl = async (browser: HttpBrowser) => {
    const attempt = { gateway: testGateway.gateway, provider: 'openid', username: 'alice' }
    const { location } = await signIn(browser, attempt, { stopBefore: /\/callback\?/ })
    if (location === undefined) throw new Error('it did not come to the callback')
    return location
  }

  it(
    'the answer of the OpenID provider is refused in a browser that did not start, before the code is redeemed: the right one still can',
    holds('7.1'),
    async () => {
      const [owner, thief] = [new HttpBrowser(), new HttpBrowser()]
      const url = await callbackUrl(owner)
      expect(refusalIn((await thief.open(url)).body)).toMatchObject({ status: 403, code: 'login.other_browser' })
      expect(await subjectOf(thief)).toBeUndefined()
      await owner.open(url)
      expect(await subjectOf(owner)).toBe('alice')
    },
  )

  it('the answer of the OpenID provider is refused a second time', async () => {
    const browser = new HttpBrowser()
    const url = await callbackUrl(browser)
    await browser.open(url)
    expect(refusalIn((await browser.open(url)).body)).toMatchObject({ status: 409, code: 'login.used' })
    expect(await subjectOf(browser)).toBe('alice')
  })

  it('the answer of the OpenID provider is refused with a state that names no sign-in', async () => {
    const browser = new HttpBrowser()
    const url = new URL(await callbackUrl(browser))
    url.searchParams.set('state', 'nothing')
    expect(refusalIn((await browser.open(url.href)).body)).toMatchObject({ status: 403, code: 'oidc.state_mismatch' })
  })

  it('the answer of the OpenID provider is refused with a code that is another one', async () => {
    const browser = new HttpBrowser()
    const url = new URL(await callbackUrl(browser))
    url.searchParams.set('code', 'guessed')
    expect(refusalIn((await browser.open(url.href)).body)).toMatchObject({ status: 403, code: 'oidc.code_refused' })
    expect(await subjectOf(browser)).toBeUndefined()
  })

  it('the answer of the OpenID provider is refused when it says that another provider gave it', async () => {
    const browser = new HttpBrowser()
    const url = new URL(await callbackUrl(browser))
    url.searchParams.set('iss', 'https://evil.example')
    expect(refusalIn((await browser.open(url.href)).body).code).toBe('oidc.callback_issuer_mismatch')
  })

  it('the answer of the OpenID provider is refused at the callback of a SAML provider and of one that does not exist', async () => {
    const browser = new HttpBrowser()
    const url = await callbackUrl(browser)
    for (const provider of ['corp', 'nobody']) {
      const page = await browser.open(url.replace('/oidc/openid/', `/oidc/${provider}/`))
      expect(refusalIn(page.body)).toMatchObject({ status: 404, code: 'provider.unknown' })
    }
    await browser.open(url)
    expect(await subjectOf(browser)).toBe('alice')
  })

  it('an answer that refuses is a refusal, and its own words are not on the page', async () => {
    const browser = new HttpBrowser()
    const url = new URL(await callbackUrl(browser))
    url.searchParams.delete('code')
    url.searchParams.set('error', 'access_denied')
    url.searchParams.set('error_description', '<b>call 555-1234</b>')
    const page = await browser.open(url.href)
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'oidc.access_denied' })
    expect(page.body).not.toContain('555-1234')
    expect(await subjectOf(browser)).toBeUndefined()
  })
})
