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
const whoNow = (visitor: HttpBrowser): Promise<string | undefined> => whoIs(visitor, gateway.url)
const atIdp = { stopBefore: /^https:\/\/corp/ }

describe('an answer that nobody asked for', () => {
  it('is refused unless the configuration allows it', async () => {
    const visitor = new HttpBrowser()
    const page = await postAnswer(visitor, await unasked('strict'))
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.unsolicited' })
    expect(await whoNow(visitor)).toBeUndefined()
  })

  it('makes no session and sets no cookie where it is allowed: it only starts a login', async () => {
    const visitor = new HttpBrowser()
    const before = logins()
    const page = await postAnswer(visitor, await unasked('open'), { stopBefore: /\/login\// })
    expect(page.status).toBe(303)
    expect(page.location).toBe(`${gateway.url}/login/open?return_to=%2Froles`)
    expect(page.headers.getSetCookie()).toEqual([])
    expect(await whoNow(visitor)).toBeUndefined()
    expect(logins()).toBe(before)
  })

  it('ends in a session only by the answer to that login, where the person was going', async () => {
    const visitor = new HttpBrowser()
    const page = await postAnswer(visitor, await unasked('open', '/identity?x=1'), atIdp)
    const answer = await answerTo(corp, requestOn(page), { subject: 'dora', attributes: {} })
    expect((await postAnswer(visitor, answer)).url).toBe(`${gateway.url}/identity?x=1`)
    expect(await whoNow(visitor)).toBe('dora')
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

  it('is taken once', async () => {
    const answer = await unasked('open')
    await postAnswer(new HttpBrowser(), answer, atIdp)
    const page = await postAnswer(new HttpBrowser(), answer, atIdp)
    expect(refusalIn(page.body)).toMatchObject({ status: 409, code: 'saml.replayed' })
  })

  it('is refused when it names a request that is not pending', async () => {
    const acs = { issuer: `${gateway.url}/saml/open/metadata`, acsUrl: `${gateway.url}/saml/open/acs` }
    const answer = await answerTo(corp, { ...acs, id: '_unknown' }, { subject: 'dora', attributes: {} })
    const page = await postAnswer(new HttpBrowser(), answer, atIdp)
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.request_unknown' })
  })

  it('is refused when only its Response names a request', async () => {
    const answer = await unasked('open', '', { sign: 'assertion' })
    const xml = Buffer.from(answer.SAMLResponse, 'base64').toString()
    const named = xml.replace(/<samlp:Response /, '<samlp:Response InResponseTo="_unknown" ')
    const page = await postAnswer(new HttpBrowser(), { ...answer, SAMLResponse: Buffer.from(named).toString('base64') })
    expect(page.status).toBe(403)
    expect(refusalIn(page.body).code).toMatch(/^saml\.(unsolicited|request_unknown)$/)
  })

  it('is refused for everything that any other answer is refused for', async () => {
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
    const visitor = new HttpBrowser()
    await postAnswer(visitor, await answerOf(corp, visitor, gateway.url, 'open', { subject: 'eve', attributes: {} }))
    await postAnswer(visitor, await unasked('open'), atIdp)
    expect(await whoNow(visitor)).toBe('eve')
  })
})

describe('an identity provider that nobody can be sent to', () => {
  const asked = async (visitor: HttpBrowser, relayState = ''): Promise<Page> =>
    postAnswer(visitor, await unasked('silent', relayState))

  it('makes the gateway ask whether it is meant, and nobody is signed in by that', async () => {
    const visitor = new HttpBrowser()
    const page = await asked(visitor)
    expect(page.body).toContain('Continue as <bdi>Dora &lt;b&gt;Doe&lt;/b&gt;</bdi> from <bdi>Silent Corp</bdi>?')
    expect(await whoNow(visitor)).toBeUndefined()
    expect(visitor.cookies.value('fedgate_session')).toBeUndefined()
  })

  it('signs in by the button, once, and the page may be loaded again', async () => {
    const visitor = new HttpBrowser()
    const page = await asked(visitor, '/identity')
    expect((await visitor.submit(page, formWith(page, 'handle'))).url).toBe(`${gateway.url}/identity`)
    expect(await whoNow(visitor)).toBe('dora')
    expect((await visitor.open(page.url)).url).toBe(`${gateway.url}/identity`)
    expect((await visitor.submit(page, formWith(page, 'handle'))).url).toBe(`${gateway.url}/identity`)
  })

  it('cannot be started from here', async () => {
    const page = await new HttpBrowser().open(`${gateway.url}/login/silent`)
    expect(refusalIn(page.body).code).toBe('saml.sign_on_endpoint_missing')
  })

  it.each([
    ['without a token', { csrf: '' }, 'http.csrf'],
    ['with a guessed token', { csrf: 'guess' }, 'http.csrf'],
  ])('signs nobody in %s', async (_, fields, code) => {
    const visitor = new HttpBrowser()
    const page = await asked(visitor)
    expect(refusalIn((await visitor.submit(page, formWith(page, 'handle'), fields)).body).code).toBe(code)
    expect(await whoNow(visitor)).toBeUndefined()
  })

  it("signs nobody in with another browser's token", async () => {
    const [owner, other] = [new HttpBrowser(), new HttpBrowser()]
    const page = await asked(owner)
    await asked(other)
    const { fields, action } = formWith(page, 'handle')
    const refused = await other.post(action, fields, { from: page.url })
    expect(refusalIn(refused.body).code).toBe('http.csrf')
    expect(await whoNow(other)).toBeUndefined()
  })

  it('signs nobody in from a page of another site', async () => {
    const visitor = new HttpBrowser()
    const page = await asked(visitor)
    const { fields, action } = formWith(page, 'handle')
    const refused = await visitor.post(action, fields, { from: 'https://evil.example/' })
    expect(refusalIn(refused.body).code).toBe('http.cross_site')
    expect(await whoNow(visitor)).toBeUndefined()
  })

  it('is no way around the browser that started a login of its own', async () => {
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
