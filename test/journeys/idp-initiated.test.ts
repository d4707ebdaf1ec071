/** Answers that nobody here asked for: refused, or where they are allowed the start of a login and never a session. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { FINISH, postAnswer, type SamlAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, answerTo, createTestIdp, requestOn, type TestIdp } from '../harness/test-idp.ts'

let gateway: ReservedGateway
let corp: TestIdp

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const saml = (id: string, more: object) => ({ id, protocol: 'saml', metadata: './corp.xml', ...more })
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        saml('strict', {}),
        saml('open', { allowIdpInitiated: true }),
        saml('silent', { allowIdpInitiated: true, metadata: './silent.xml', label: 'Silent Corp' }),
      ],
    },
    {
      files: {
        'corp.xml': corp.metadata,
        'silent.xml': corp.metadata.replaceAll(/<md:SingleSignOnService [^>]*\/>/g, ''),
      },
    },
  )
})
afterAll(() => gateway.close())

type Changes = Partial<Parameters<typeof answerTo>[2]>

const unasked = async (provider: string, relayState = '', changes: Changes = {}): Promise<SamlAnswer> =>
  answerTo(
    corp,
    {
      issuer: `${gateway.url}/saml/${provider}/metadata`,
      acsUrl: `${gateway.url}/saml/${provider}/acs`,
      relayState,
    },
    { subject: 'dora', attributes: { displayName: ['Dora <b>Doe</b>'] }, ...changes },
  )

const logins = (): number => gateway.audit().filter(({ eventName }) => eventName === 'login').length
const whoNow = (browser: HttpBrowser): Promise<string | undefined> => whoIs(browser, gateway.url)
const atIdp = { stopBefore: /^https:\/\/corp/ }

describe('an answer that was not requested', () => {
  it('an unsolicited response is refused unless the configuration allows it', async () => {
    const browser = new HttpBrowser()
    const page = await postAnswer(browser, await unasked('strict'))
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.unsolicited' })
    expect(await whoNow(browser)).toBeUndefined()
  })

  it('makes no session and sets no cookie where it is allowed: it only starts a login', async () => {
    const browser = new HttpBrowser()
    const before = logins()
    const page = await postAnswer(browser, await unasked('open'), { stopBefore: /\/login\// })
    expect(page.status).toBe(303)
    expect(page.location).toBe(`${gateway.url}/login/open?return_to=%2Froles`)
    expect(page.headers.getSetCookie()).toEqual([])
    expect(await whoNow(browser)).toBeUndefined()
    expect(logins()).toBe(before)
  })

  it('ends in a session only by the answer to that login, where the user was going', async () => {
    const browser = new HttpBrowser()
    const page = await postAnswer(browser, await unasked('open', '/identity?x=1'), atIdp)
    const answer = await answerTo(corp, requestOn(page), { subject: 'dora', attributes: {} })
    expect((await postAnswer(browser, answer)).url).toBe(`${gateway.url}/identity?x=1`)
    expect(await whoNow(browser)).toBe('dora')
  })

  it.each(['https://evil.example/', '//evil.example', '/..//evil.example', '/\\evil.example', 'token', 'javascript:1'])(
    'goes to the roles where its RelayState is %j',
    async (relayState) => {
      const { location } = await postAnswer(new HttpBrowser(), await unasked('open', relayState), {
        stopBefore: /\/login\//,
      })
      expect(location).toBe(`${gateway.url}/login/open?return_to=%2Froles`)
    },
  )

  it('an unsolicited response is accepted once', async () => {
    const answer = await unasked('open')
    await postAnswer(new HttpBrowser(), answer, atIdp)
    const page = await postAnswer(new HttpBrowser(), answer, atIdp)
    expect(refusalIn(page.body)).toMatchObject({ status: 409, code: 'saml.replayed' })
  })

  it('an unsolicited response is refused when it names a request that is not pending', async () => {
    const acs = { issuer: `${gateway.url}/saml/open/metadata`, acsUrl: `${gateway.url}/saml/open/acs` }
    const answer = await answerTo(corp, { ...acs, id: '_unknown' }, { subject: 'dora', attributes: {} })
    const page = await postAnswer(new HttpBrowser(), answer, atIdp)
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.request_unknown' })
  })

  it('an unsolicited response is refused when only its Response names a request', async () => {
    const answer = await unasked('open', '', { sign: 'assertion' })
    const xml = Buffer.from(answer.SAMLResponse, 'base64').toString()
    const named = xml.replace(/<samlp:Response /, '<samlp:Response InResponseTo="_unknown" ')
    const page = await postAnswer(new HttpBrowser(), { ...answer, SAMLResponse: Buffer.from(named).toString('base64') })
    expect(page.status).toBe(403)
    expect(refusalIn(page.body).code).toMatch(/^saml\.(unsolicited|request_unknown)$/)
  })

  it('an unsolicited response is refused for everything that any other answer is refused for', async () => {
    const stranger = await createTestIdp('corp')
    const changes = { subject: 'dora', attributes: {} }
    const acs = { issuer: `${gateway.url}/saml/open/metadata`, acsUrl: `${gateway.url}/saml/open/acs` }
    const codeOf = async (answer: SamlAnswer) =>
      refusalIn((await postAnswer(new HttpBrowser(), answer, atIdp)).body).code
    expect(await codeOf(await answerTo(stranger, acs, changes))).toMatch(/^saml\.signature/)
    expect(await codeOf(await answerTo(corp, acs, { ...changes, audience: 'https://other.example' }))).toBe(
      'saml.audience_mismatch',
    )
    expect(await codeOf(await answerTo(corp, acs, { ...changes, now: new Date(Date.now() - 3_600_000) }))).toBe(
      'saml.confirmation_expired',
    )
  })

  it('leaves a session as it was', async () => {
    const browser = new HttpBrowser()
    await postAnswer(browser, await answerOf(corp, browser, gateway.url, 'open', { subject: 'eve', attributes: {} }))
    await postAnswer(browser, await unasked('open'), atIdp)
    expect(await whoNow(browser)).toBe('eve')
  })
})

describe('an identity provider without a sign-on service', () => {
  const asked = async (browser: HttpBrowser, relayState = ''): Promise<Page> =>
    postAnswer(browser, await unasked('silent', relayState))

  it('makes the gateway ask for confirmation, and signs no user in', async () => {
    const browser = new HttpBrowser()
    const page = await asked(browser)
    expect(page.body).toContain('Continue as <bdi>Dora &lt;b&gt;Doe&lt;/b&gt;</bdi> from <bdi>Silent Corp</bdi>?')
    expect(await whoNow(browser)).toBeUndefined()
    expect(browser.cookies.value('fedgate_session')).toBeUndefined()
  })

  it('signs in by the button, once, and the page may be loaded again', async () => {
    const browser = new HttpBrowser()
    const page = await asked(browser, '/identity')
    expect((await browser.submit(page, formWith(page, 'handle'))).url).toBe(`${gateway.url}/identity`)
    expect(await whoNow(browser)).toBe('dora')
    expect((await browser.open(page.url)).url).toBe(`${gateway.url}/identity`)
    expect((await browser.submit(page, formWith(page, 'handle'))).url).toBe(`${gateway.url}/identity`)
  })

  it('an identity provider without a sign-on service cannot be started from here', async () => {
    const page = await new HttpBrowser().open(`${gateway.url}/login/silent`)
    expect(refusalIn(page.body).code).toBe('saml.sign_on_endpoint_missing')
  })

  it.each([
    ['without a token', { csrf: '' }, 'http.csrf'],
    ['with a guessed token', { csrf: 'guess' }, 'http.csrf'],
  ])('signs no user in %s', async (_, fields, code) => {
    const browser = new HttpBrowser()
    const page = await asked(browser)
    expect(refusalIn((await browser.submit(page, formWith(page, 'handle'), fields)).body).code).toBe(code)
    expect(await whoNow(browser)).toBeUndefined()
  })

  it("signs no user in with another browser's token", async () => {
    const [owner, other] = [new HttpBrowser(), new HttpBrowser()]
    const page = await asked(owner)
    await asked(other)
    const { fields, action } = formWith(page, 'handle')
    const refused = await other.post(action, fields, { from: page.url })
    expect(refusalIn(refused.body).code).toBe('http.csrf')
    expect(await whoNow(other)).toBeUndefined()
  })

  it('signs no user in from a page of another site', async () => {
    const browser = new HttpBrowser()
    const page = await asked(browser)
    const { fields, action } = formWith(page, 'handle')
    const refused = await browser.post(action, fields, { from: 'https://evil.example/' })
    expect(refusalIn(refused.body).code).toBe('http.cross_site')
    expect(await whoNow(browser)).toBeUndefined()
  })

  it('an identity provider without a sign-on service is no way around the browser that started a login of its own', async () => {
    const [owner, thief] = [new HttpBrowser(), new HttpBrowser()]
    const answer = await answerOf(corp, owner, gateway.url, 'open', { subject: 'dora', attributes: {} })
    const { location } = await postAnswer(owner, answer, { stopBefore: FINISH })
    const handle = new URL(location ?? '').searchParams.get('handle') ?? ''
    const page = await asked(thief)
    const { fields, action } = formWith(page, 'handle')
    const refused = await thief.post(action, { ...fields, handle }, { from: page.url })
    expect(refusalIn(refused.body)).toMatchObject({ status: 403, code: 'login.other_browser' })
    expect(await whoNow(thief)).toBeUndefined()
    await owner.open(location ?? '')
    expect(await whoNow(owner)).toBe('dora')
  })
})
