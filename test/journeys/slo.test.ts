/** Single logout through HTTP, with an identity provider whose every message is the test's own. */
import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { parseXml } from '../../src/xml/parse.ts'
import { verifySignature } from '../../src/xml/signature.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import {
  base64,
  nameId,
  PARTIAL,
  PERSISTENT,
  packed,
  RESPONDER,
  requestXml,
  responseXml,
  type SaidByRequest,
  type SaidByResponse,
  SUCCESS,
  signedQuery,
  signedXml,
  UNKNOWN_PRINCIPAL,
  uniqueId,
} from '../harness/logout-messages.ts'
import { FINISH, postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { holds } from '../held/holds.ts'

const IDP_SLO = 'https://company.example/slo'
const IDP_ANSWERS = 'https://answers.company.example/slo'
/** `corp` by redirect or POST, `poster` by POST with an address of its own for answers, `quiet` has no single logout. */
const PROVIDERS = ['corp', 'twin', 'poster', 'quiet'] as const
type Provider = (typeof PROVIDERS)[number]

let idp: TestIdp
let other: TestIdp
let gateway: ReservedGateway
let messages = 0

beforeAll(async () => {
  idp = await createTestIdp('company')
  other = await createTestIdp('other')
  const describe = ({ entityId, ssoUrl, keys }: TestIdp, slo: string) =>
    buildIdpMetadata({ entityId, ssoUrl, signer: keys, sloUrl: slo })
  const both = describe(idp, IDP_SLO)
  const byPost = both
    .replace(/<md:SingleLogoutService[^>]*HTTP-Redirect[^>]*>/, '')
    .replace(`Location="${IDP_SLO}"`, `Location="${IDP_SLO}" ResponseLocation="${IDP_ANSWERS}"`)
  const files = { 'both.xml': both, 'post.xml': byPost, 'none.xml': idp.metadata, 'other.xml': other.metadata }
  const saml = { protocol: 'saml', label: 'Company' }
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      providers: [
        { id: 'corp', ...saml, metadata: './both.xml' },
        { id: 'twin', ...saml, metadata: './both.xml' },
        { id: 'poster', ...saml, metadata: './post.xml' },
        { id: 'quiet', ...saml, metadata: './none.xml' },
        { id: 'partner', ...saml, metadata: './other.xml' },
      ],
      access: [],
    },
    { files },
  )
})
afterAll(() => gateway.close())

const sloOf = (provider: string): string => `${gateway.url}/saml/${provider}/slo`
const newId = (): string => {
  messages += 1
  return uniqueId(`message ${messages}`)
}

interface Who {
  readonly subject?: string
  readonly sessionIndex?: string
  readonly provider?: Provider
  readonly now?: Date
}

const answerFor = (browser: HttpBrowser, { subject = 'alice', provider = 'corp', ...says }: Who) =>
  answerOf(idp, browser, gateway.url, provider, { subject, attributes: {}, sessionIndex: '_session', ...says })

const signedIn = async (who: Who = {}): Promise<HttpBrowser> => {
  const browser = new HttpBrowser()
  const page = await postAnswer(browser, await answerFor(browser, who))
  expect(page.url).toBe(`${gateway.url}/roles`)
  return browser
}

const signOut = async (browser: HttpBrowser): Promise<Page> => {
  const question = await browser.open(`${gateway.url}/logout`)
  return browser.submit(question, formWith(question, 'csrf'), {}, { stopBefore: /company\.example/ })
}

/** The identity provider's request: alice is to be signed out of `corp`, unless it says otherwise. */
const request = ({ provider = 'corp', ...said }: Partial<SaidByRequest> & { provider?: Provider } = {}): string =>
  requestXml({
    id: newId(),
    issuer: idp.entityId,
    destination: sloOf(provider),
    issueInstant: new Date().toISOString(),
    ...said,
  })

const carryRequest = (xml: string, provider: Provider = 'corp', browser = new HttpBrowser()): Promise<Page> =>
  browser.open(`${sloOf(provider)}?${signedQuery(xml, idp.keys.privateKey, { relayState: 'state of the IdP' })}`, {
    stopBefore: /company\.example/,
  })

/** A LogoutRequest as Entra ID sends it: answered Success once, and ended nothing. */
const logoutNameidWithoutFormat = readFileSync(
  join(import.meta.dirname, '../fixtures/faults/login/logout-nameid-without-format/logout-request.xml'),
  'utf8',
)

const codesOf = (xml: string): readonly (string | undefined)[] =>
  [...xml.matchAll(/StatusCode Value="([^"]*)"/g)].map(([, code]) => code)

const refused = () => gateway.audit().filter(({ eventName }) => eventName === 'logout.refused')
const logouts = () => gateway.audit().filter(({ eventName }) => eventName === 'logout')

/** Our certificate as identity providers know it: from the metadata. */
const ourKey = async (provider: Provider) => {
  const metadata = await (await fetch(`${gateway.url}/saml/${provider}/metadata`)).text()
  const [, certificate = ''] = /X509Certificate>([^<]+)</.exec(metadata) ?? []
  return createPublicKey(new X509Certificate(Buffer.from(certificate, 'base64')).toString())
}

interface Sent {
  readonly xml: string
  readonly id: string
  readonly parameters: URLSearchParams
}

/** What we sent by redirect; its signature must verify. */
const sentBy = async ({ location = '' }: Page, parameter: string, provider: Provider = 'corp'): Promise<Sent> => {
  const query = location.slice(location.indexOf('?') + 1)
  const [octets = '', signature = ''] = query.split('&Signature=')
  const value = Buffer.from(decodeURIComponent(signature), 'base64')
  expect(verify('sha256', Buffer.from(octets), await ourKey(provider), value)).toBe(true)
  const parameters = new URLSearchParams(query)
  const xml = inflateRawSync(Buffer.from(parameters.get(parameter) ?? '', 'base64')).toString()
  return { xml, id: / ID="([^"]*)"/.exec(xml)?.[1] ?? '', parameters }
}

const formAction = ({ headers }: Page): string =>
  /form-action ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? ''

describe('our metadata', () => {
  it.each(PROVIDERS)('lists single logout of %s for redirect and for POST', async (provider) => {
    const metadata = await (await fetch(`${gateway.url}/saml/${provider}/metadata`)).text()
    const services = metadata.match(/<[^<]*SingleLogoutService[^>]*>/g) ?? []
    expect(services.map((service) => /HTTP-\w+/.exec(service)?.[0])).toEqual(['HTTP-Redirect', 'HTTP-POST'])
    for (const service of services) expect(service).toContain(`Location="${sloOf(provider)}"`)
  })
})

describe('signing out here', () => {
  it('ends the session here first, and then asks the identity provider', async () => {
    const browser = await signedIn()
    const page = await signOut(browser)
    expect(page.status).toBe(303)
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
    expect(page.location).toMatch(/^https:\/\/company\.example\/slo\?SAMLRequest=/)
    const { xml } = await sentBy(page, 'SAMLRequest')
    expect(xml).toContain(`Destination="${IDP_SLO}"`)
    expect(xml).toContain(`<saml:Issuer>${gateway.url}/saml/corp/metadata</saml:Issuer>`)
    expect(xml).toContain(`${nameId('alice')}<samlp:SessionIndex>_session</samlp:SessionIndex></samlp:LogoutRequest>`)
    expect(logouts().at(-1)).toMatchObject({ provider: 'corp', subject: 'alice', reason: 'person' })
  })

  it('continues by a form where the identity provider accepts nothing else, and shows no user as signed in', async () => {
    const page = await signOut(await signedIn({ provider: 'poster' }))
    expect(page.body).toContain('Signing out at Company')
    expect(page.body).not.toContain('Signed in as')
    expect(formAction(page)).toMatch(/^'self' .*https:\/\/company\.example https:$/)
    const { action, fields } = formWith(page, 'SAMLRequest')
    expect(action).toBe(IDP_SLO)
    const message = parseXml(Buffer.from(fields.SAMLRequest ?? '', 'base64').toString())
    expect(verifySignature(message, [await ourKey('poster')]).local).toBe('LogoutRequest')
  })

  it('says that the identity provider was not asked where it cannot be', async () => {
    const page = await signOut(await signedIn({ provider: 'quiet' }))
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(page.body).toContain('You are signed out')
    expect(page.body).toContain('You may still be signed in at Company.')
  })

  it.each([
    ['corp', ' https://company.example'],
    ['poster', ''],
    ['quiet', ''],
  ] as const)('signing out may lead from every page of a user from %s to where it does', async (provider, target) => {
    const browser = await signedIn({ provider })
    const signedOut = formAction(await new HttpBrowser().open(`${gateway.url}/logout`))
    for (const path of ['/roles', '/identity', '/logout'])
      expect(formAction(await browser.open(`${gateway.url}${path}`))).toBe(`${signedOut}${target}`)
  })

  it('says that the identity provider has not answered, as long as it has not', async () => {
    const browser = await signedIn()
    await signOut(browser)
    expect((await browser.open(`${gateway.url}/logout`)).body).toContain('You may still be signed in at Company.')
    expect((await new HttpBrowser().open(`${gateway.url}/logout`)).body).not.toContain('Company')
  })

  it('shows nothing about an earlier logout after another sign-in', async () => {
    const browser = await signedIn()
    await signOut(browser)
    await postAnswer(browser, await answerFor(browser, { sessionIndex: '_later' }))
    expect(browser.cookies.value('fedgate_logout')).toBeUndefined()
  })
})

describe('the answer to our request', () => {
  const response = (said: Partial<SaidByResponse>): string =>
    responseXml({
      id: newId(),
      issuer: idp.entityId,
      destination: sloOf('corp'),
      issueInstant: new Date().toISOString(),
      ...said,
    })
  const asked = async () => {
    const browser = await signedIn()
    return { browser, id: (await sentBy(await signOut(browser), 'SAMLRequest')).id }
  }
  const queryOf = (xml: string, key = idp.keys.privateKey) => signedQuery(xml, key, { parameter: 'SAMLResponse' })
  const answer = (browser: HttpBrowser, xml: string) => browser.open(`${sloOf('corp')}?${queryOf(xml)}`)

  it.each([
    ['complete', [SUCCESS], 'You are signed out at Company as well.'],
    ['partial', [SUCCESS, PARTIAL], 'Company could not sign you out everywhere'],
    ['partial by another reading', [RESPONDER, PARTIAL], 'Company could not sign you out everywhere'],
    ['a refusal', [RESPONDER], 'Company did not sign you out'],
  ])('a logout response that is %s is shown on the signed-out page', async (_, status, sentence) => {
    const { browser, id } = await asked()
    const page = await answer(browser, response({ inResponseTo: id, status }))
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(page.body).toContain('You are signed out')
    expect(page.body).toContain(sentence)
  })

  it('the answer to our request may come by POST, from another site and so without cookies', async () => {
    const { browser, id } = await asked()
    const xml = response({ inResponseTo: id })
    const SAMLResponse = base64(await signedXml(xml, idp.keys, / ID="([^"]*)"/.exec(xml)?.[1]))
    const page = await browser.post(sloOf('corp'), { SAMLResponse }, { from: IDP_SLO })
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(page.body).toContain('You are signed out at Company as well.')
  })

  it('the answer to our request is shown to no other browser, and signs no user out there', async () => {
    const { id } = await asked()
    const [bystander, stranger] = [await signedIn({ subject: 'bob' }), new HttpBrowser()]
    const page = await answer(bystander, response({ inResponseTo: id }))
    expect(page.body).toContain('Sign out?')
    expect(await whoIs(bystander, gateway.url)).toBe('bob')
    expect((await stranger.open(`${gateway.url}/logout`)).body).not.toContain('Company')
  })

  it('counts once', async () => {
    const { browser, id } = await asked()
    const xml = response({ inResponseTo: id })
    await answer(browser, xml)
    const again = await answer(browser, xml)
    expect(refusalIn(again.body)).toMatchObject({ status: 400, code: 'saml.logout_unknown' })
    expect(refused().at(-1)).toMatchObject({ errorCode: 'saml.logout_unknown', found: id })
  })

  it('the answer to our request must answer a request of ours', async () => {
    const { browser } = await asked()
    const page = await answer(browser, response({ inResponseTo: '_never' }))
    expect(refusalIn(page.body).code).toBe('saml.logout_unknown')
  })

  const unsigned = {
    'by redirect': (browser: HttpBrowser, xml: string) =>
      browser.open(`${sloOf('corp')}?${queryOf(xml).replace(/&SigAlg.*/, '')}`),
    'by redirect, with a signature and no algorithm': (browser: HttpBrowser, xml: string) =>
      browser.open(`${sloOf('corp')}?${queryOf(xml).replace(/&SigAlg[^&]*/, '')}`),
    'by POST': (browser: HttpBrowser, xml: string) =>
      browser.post(sloOf('corp'), { SAMLResponse: base64(xml) }, { from: IDP_SLO }),
  }

  it.each(Object.entries(unsigned))(
    'the answer to our request that is not signed (%s) ends on the signed-out page, is not believed, and is recorded',
    async (_, send) => {
      const { browser, id } = await asked()
      const xml = response({ inResponseTo: id })
      const page = await send(browser, xml)
      expect(page.status).toBe(200)
      expect(page.body).toContain('You are signed out')
      expect(page.body).toContain('Company answered without a signature')
      expect(page.body).toContain('you may still be signed in there')
      expect(refused().at(-1)).toMatchObject({ provider: 'corp', errorCode: 'saml.logout_unsigned' })
      expect((await answer(browser, xml)).body).toContain('You are signed out at Company as well.')
      expect((await send(browser, xml)).body).toContain('You are signed out at Company as well.')
    },
  )

  it('a logout response that is not signed tells a browser nothing that began no logout, and signs no user out', async () => {
    const [bystander, stranger] = [await signedIn({ subject: 'bob' }), new HttpBrowser()]
    const xml = response({ inResponseTo: '_made-up' })
    expect((await unsigned['by redirect'](bystander, xml)).body).toContain('Sign out?')
    expect(await whoIs(bystander, gateway.url)).toBe('bob')
    expect((await unsigned['by redirect'](stranger, xml)).body).not.toContain('Company')
  })

  it.each([
    ['signed by another', (xml: string) => queryOf(xml, other.keys.privateKey), 'saml.signature_invalid'],
    [
      'for another address',
      (xml: string) => queryOf(xml.replace('/corp/slo', '/twin/slo')),
      'saml.logout_destination_mismatch',
    ],
    [
      'from another',
      (xml: string) => queryOf(xml.replace(idp.entityId, other.entityId)),
      'saml.logout_issuer_mismatch',
    ],
  ])('a logout response that is %s is refused, and the right one is accepted afterwards', async (_, hostile, code) => {
    const { browser, id } = await asked()
    const xml = response({ inResponseTo: id })
    const page = await browser.open(`${sloOf('corp')}?${hostile(xml)}`)
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code })
    expect((await answer(browser, xml)).body).toContain('You are signed out at Company as well.')
  })

  it('the answer to our request must come from the identity provider that was asked', async () => {
    const { browser, id } = await asked()
    const said = { issuer: other.entityId, destination: sloOf('partner'), inResponseTo: id }
    const query = queryOf(response(said), other.keys.privateKey)
    const page = await browser.open(`${sloOf('partner')}?${query}`)
    expect(refusalIn(page.body).code).toBe('saml.logout_unknown')
    expect((await answer(browser, response({ inResponseTo: id }))).body).toContain('as well')
  })
})

describe('a request of the identity provider', () => {
  it('ends the session that it names and no other, and is answered', async () => {
    const [first, second] = [await signedIn({ sessionIndex: '_1' }), await signedIn({ sessionIndex: '_2' })]
    const id = newId()
    const page = await carryRequest(request({ id, sessionIndexes: ['_0', '_1'] }))
    expect(page.status).toBe(303)
    const { xml, parameters } = await sentBy(page, 'SAMLResponse')
    expect(page.location).toMatch(/^https:\/\/company\.example\/slo\?SAMLResponse=/)
    expect(xml).toContain(`Destination="${IDP_SLO}" InResponseTo="${id}"`)
    expect(xml).toContain(`<samlp:StatusCode Value="${SUCCESS}"/>`)
    expect(parameters.get('RelayState')).toBe('state of the IdP')
    expect(await whoIs(first, gateway.url)).toBeUndefined()
    expect(await whoIs(second, gateway.url)).toBe('alice')
    expect(logouts().at(-1)).toMatchObject({ provider: 'corp', subject: 'alice', reason: 'provider' })
  })

  it('a logout request that names no session ends all of that user, in every browser', async () => {
    const browsers = [await signedIn({ subject: 'carol' }), await signedIn({ subject: 'carol', sessionIndex: '_9' })]
    const bystander = await signedIn({ subject: 'dave' })
    await carryRequest(request({ subject: nameId('carol') }))
    for (const each of browsers) expect(await whoIs(each, gateway.url)).toBeUndefined()
    expect(await whoIs(bystander, gateway.url)).toBe('dave')
  })

  it('leaves a browser that shows no user as signed in, whatever it kept', async () => {
    const browser = await signedIn({ subject: 'erin' })
    const cookie = `fedgate_session=${browser.cookies.value('fedgate_session')}`
    await carryRequest(request({ subject: nameId('erin') }), 'corp', browser)
    const page = await browser.open(`${gateway.url}/logout`)
    expect(page.body).toContain('You are signed out')
    expect(page.body).not.toContain('Signed in as')
    const copy = await fetch(`${gateway.url}/api/session`, { headers: { cookie } })
    expect(copy.status).toBe(401)
  })

  it('a logout request by POST is answered by a form, at the address that is for answers', async () => {
    const browser = await signedIn({ provider: 'poster', subject: 'frank' })
    const id = newId()
    const xml = request({ id, provider: 'poster', subject: nameId('frank') })
    const form = { SAMLRequest: base64(await signedXml(xml, idp.keys, id)), RelayState: 'state of the IdP' }
    const page = await new HttpBrowser().post(sloOf('poster'), form, { from: IDP_SLO })
    expect(formAction(page)).toMatch(/^'self' .*https:\/\/answers\.company\.example https:$/)
    const { action, fields } = formWith(page, 'SAMLResponse')
    expect(action).toBe(IDP_ANSWERS)
    expect(fields.RelayState).toBe('state of the IdP')
    const message = parseXml(Buffer.from(fields.SAMLResponse ?? '', 'base64').toString())
    expect(verifySignature(message, [await ourKey('poster')]).local).toBe('LogoutResponse')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('a logout request that nowhere can be answered ends on the signed-out page', async () => {
    const browser = await signedIn({ provider: 'quiet', subject: 'grace' })
    const page = await carryRequest(request({ provider: 'quiet', subject: nameId('grace') }), 'quiet')
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it.each([
    ['another user', { subject: nameId('heidi') }],
    ['the same name of another format', { subject: nameId('ivan', ' Format="urn:other"') }],
    ['the same name from another domain', { subject: nameId('ivan', ` Format="${PERSISTENT}" NameQualifier="x"`) }],
    [
      'the same name for another application',
      { subject: nameId('ivan', ` Format="${PERSISTENT}" SPNameQualifier="x"`) },
    ],
    ['another session', { subject: nameId('ivan'), sessionIndexes: ['_none'] }],
  ])(
    'a logout request for %s ends nothing, and the identity provider and the audit log are told so',
    holds('10.9'),
    async (_, said) => {
      const browser = await signedIn({ subject: 'ivan' })
      const before = logouts().length
      const { xml, parameters } = await sentBy(await carryRequest(request(said)), 'SAMLResponse')
      expect(codesOf(xml)).toEqual([RESPONDER, UNKNOWN_PRINCIPAL])
      expect(parameters.get('RelayState')).toBe('state of the IdP')
      expect(await whoIs(browser, gateway.url)).toBe('ivan')
      expect(logouts()).toHaveLength(before)
      expect(refused().at(-1)).toMatchObject({ provider: 'corp', errorCode: 'saml.logout_ended_nothing' })
    },
  )

  it('a logout request that matches no user and cannot be answered ends on the signed-out page, and is recorded', async () => {
    const page = await carryRequest(request({ provider: 'quiet', subject: nameId('nobody') }), 'quiet')
    expect(page.url).toBe(`${gateway.url}/logout`)
    expect(refused().at(-1)).toMatchObject({ provider: 'quiet', errorCode: 'saml.logout_ended_nothing' })
  })

  it.each([
    ['without a Format, as Entra ID sends it', ''],
    ['of another Format', ' Format="urn:other"'],
    ['from another domain', ` Format="${PERSISTENT}" NameQualifier="x"`],
    ['for another application', ` Format="${PERSISTENT}" SPNameQualifier="x"`],
  ])('a logout request that names the session ends it, also where its NameID is %s', async (_, attributes) => {
    const [named, bystander] = [
      await signedIn({ subject: 'nina', sessionIndex: '_n' }),
      await signedIn({ subject: 'nina' }),
    ]
    const xml = request({ subject: nameId('nina', attributes), sessionIndexes: ['_n'] })
    const answer = await sentBy(await carryRequest(xml), 'SAMLResponse')
    expect(codesOf(answer.xml)).toEqual([SUCCESS])
    expect(await whoIs(named, gateway.url)).toBeUndefined()
    expect(await whoIs(bystander, gateway.url)).toBe('nina')
  })

  it('a logout request that names the user without Format is the one that Entra ID sends: it ends the session', async () => {
    const browser = await signedIn({ subject: 'alice@corp.example', sessionIndex: 'the one of the login' })
    const xml = logoutNameidWithoutFormat
      .replace('"_1"', `"${newId()}"`)
      .replace('…', new Date().toISOString())
      .replace('http://localhost:24040/saml/idp/slo', sloOf('corp'))
      .replace('https://idp.example.com/metadata', idp.entityId)
    const answer = await sentBy(await carryRequest(xml), 'SAMLResponse')
    expect(codesOf(answer.xml)).toEqual([SUCCESS])
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('a logout request that names the user without Format and no session ends all of that user', async () => {
    const browsers = [await signedIn({ subject: 'olaf' }), await signedIn({ subject: 'olaf', sessionIndex: '_9' })]
    await carryRequest(request({ subject: nameId('olaf', '') }))
    for (const each of browsers) expect(await whoIs(each, gateway.url)).toBeUndefined()
  })

  it('a logout request that has expired ends nothing', holds('10.9'), async () => {
    const browser = await signedIn({ subject: 'paul' })
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
    const said = { subject: nameId('paul'), issueInstant: ago(3), notOnOrAfter: ago(2) }
    expect(refusalIn((await carryRequest(request(said))).body)).toMatchObject({
      status: 403,
      code: 'saml.logout_expired',
    })
    expect(await whoIs(browser, gateway.url)).toBe('paul')
  })

  it('a request of the identity provider may name qualifiers that the assertion left out', async () => {
    const browser = await signedIn({ subject: 'judy' })
    const qualifiers = ` Format="${PERSISTENT}" NameQualifier="${idp.entityId}" SPNameQualifier="${gateway.url}/saml/corp/metadata"`
    await carryRequest(request({ subject: nameId('judy', qualifiers) }))
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('counts once: seen again, it does not end the session that came after', async () => {
    await signedIn({ subject: 'kim' })
    const xml = request({ subject: nameId('kim') })
    await carryRequest(xml)
    const later = await signedIn({ subject: 'kim', sessionIndex: '_later', now: soon() })
    const again = await carryRequest(xml)
    expect(refusalIn(again.body)).toMatchObject({ status: 409, code: 'saml.logout_replayed' })
    expect(await whoIs(later, gateway.url)).toBe('kim')
  })

  it('sets no cookie and needs none', async () => {
    const page = await carryRequest(request({ subject: nameId('nobody') }))
    expect(page.headers.getSetCookie()).toEqual([])
  })

  it.each([
    [
      'unsigned',
      (xml: string) => signedQuery(xml, idp.keys.privateKey).replace(/&SigAlg.*/, ''),
      'saml.logout_unsigned',
    ],
    ['signed by another', (xml: string) => signedQuery(xml, other.keys.privateKey), 'saml.signature_invalid'],
    [
      'about somebody else than was signed',
      (xml: string) =>
        signedQuery(xml, idp.keys.privateKey).replace(
          encodeURIComponent(packed(xml)),
          encodeURIComponent(packed(xml.replace('>leo<', '>alice<'))),
        ),
      'saml.signature_invalid',
    ],
    [
      'for another provider',
      (xml: string) => signedQuery(xml.replace('/corp/slo', '/twin/slo'), idp.keys.privateKey),
      'saml.logout_destination_mismatch',
    ],
  ])('a logout request that is %s is refused and recorded, and ends nothing', async (_, query, code) => {
    const browser = await signedIn({ subject: 'leo' })
    const page = await browser.open(`${sloOf('corp')}?${query(request({ subject: nameId('leo') }))}`)
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code })
    expect(await whoIs(browser, gateway.url)).toBe('leo')
    expect(refused().at(-1)).toMatchObject({
      provider: 'corp',
      errorCode: code,
      referenceId: refusalIn(page.body).reference,
    })
  })

  it.each([
    ['GET', ''],
    ['GET', '?SAMLRequest=%'],
    ['POST', ''],
  ])('a request of the identity provider must be present: %s "%s" is refused with 400', async (method, query) => {
    const answer = await fetch(`${sloOf('corp')}${query}`, { method, headers: { accept: 'text/html' } })
    expect(answer.status).toBe(400)
    expect(refusalIn(await answer.text()).code).toBe('saml.message_missing')
  })

  it.each(['nobody', 'constructor'])(
    'a request of the identity provider must be for an existing provider: %s does not exist',
    async (provider) => {
      expect((await fetch(sloOf(provider))).status).toBe(404)
    },
  )
})

/** A moment later by the identity provider's clock. */
const soon = (): Date => new Date(Date.now() + 2000)

describe('a sign-in that is on its way when the logout comes', () => {
  const logOut = (subject: string, sessionIndexes: readonly string[] = []) =>
    carryRequest(request({ subject: nameId(subject), sessionIndexes }))

  it('a sign-in that already waits to be finished when the logout comes does not begin a session', async () => {
    const browser = new HttpBrowser()
    const parked = await postAnswer(browser, await answerFor(browser, { subject: 'mia' }), { stopBefore: FINISH })
    await logOut('mia')
    const page = await browser.open(parked.location ?? '')
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'login.signed_out' })
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('a sign-in that is posted only after the logout does not begin a session either', async () => {
    const browser = new HttpBrowser()
    const answer = await answerFor(browser, { subject: 'ned', now: new Date(Date.now() - 5000) })
    await logOut('ned', ['_session'])
    const page = await postAnswer(browser, answer)
    expect(refusalIn(page.body).code).toBe('login.signed_out')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('goes on where the logout is for another session', async () => {
    const browser = new HttpBrowser()
    const parked = await postAnswer(browser, await answerFor(browser, { subject: 'olga' }), { stopBefore: FINISH })
    await logOut('olga', ['_other'])
    await browser.open(parked.location ?? '')
    expect(await whoIs(browser, gateway.url)).toBe('olga')
  })

  it('a logout during a sign-in does not keep the user from signing in again', async () => {
    await logOut('pat')
    const browser = await signedIn({ subject: 'pat', now: soon() })
    expect(await whoIs(browser, gateway.url)).toBe('pat')
  })
})
