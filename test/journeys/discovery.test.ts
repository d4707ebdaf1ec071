/** A federation: users search for their organization, and only the one that was asked may answer, for its own domain. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import {
  type Attributes,
  answerTo,
  createTestIdp,
  noPassiveTo,
  requestOn,
  type Says,
  type TestIdp,
} from '../harness/test-idp.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Researcher'
const EPPN = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.6'
const AFFILIATION = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.9'

let gateway: ReservedGateway
let north: TestIdp
let south: TestIdp

/** Its entity, with a name and the domain of its users. */
const entityOf = ({ metadata }: TestIdp, name: string, domain: string): string =>
  metadata.replace(
    /<md:IDPSSODescriptor[^>]*>/,
    (role) =>
      `${role}<md:Extensions><shibmd:Scope xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" regexp="false">${domain}</shibmd:Scope><mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"><mdui:DisplayName xml:lang="en">${name}</mdui:DisplayName></mdui:UIInfo></md:Extensions>`,
  )

const aggregateOf = (entities: readonly string[]): string =>
  `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('\n')}</md:EntitiesDescriptor>`

beforeAll(async () => {
  const url = await reserveGateway()
  north = await createTestIdp('north')
  south = await createTestIdp('south')
  const entities = [
    entityOf(north, 'University of the North &lt;b&gt;', 'north.example'),
    entityOf(south, 'Université du Sud', 'south.example'),
  ]
  const others = Array.from({ length: 30 }, (_, n) =>
    entityOf(
      { ...south, metadata: south.metadata.replace(south.entityId, `https://school${n}.example/idp`) },
      `School ${n}`,
      'school.example',
    ),
  )
  const exchange = { via: 'saml', evidence: 'reissued', provider: 'fedgate' }
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        {
          id: 'edu',
          protocol: 'saml',
          label: 'Example Federation',
          metadata: './federation.xml',
          discovery: true,
          exchange,
        },
        { id: 'people', protocol: 'saml', metadata: './federation.xml', discovery: true, subject: EPPN, exchange },
        { id: 'many', protocol: 'saml', metadata: './many.xml', discovery: true, exchange },
        { id: 'scoped', protocol: 'saml', metadata: './federation.xml', entityId: north.entityId, exchange },
        { id: 'bare', protocol: 'saml', metadata: './bare.xml', exchange },
      ],
      access: [
        {
          when: { provider: 'edu', idp: north.entityId, eduPersonScopedAffiliation: 'staff@north.example' },
          roles: [ROLE],
        },
      ],
    },
    {
      files: {
        'federation.xml': aggregateOf(entities),
        'many.xml': aggregateOf([...entities, ...others]),
        'bare.xml': north.metadata,
      },
    },
  )
})
afterAll(() => gateway.close())

const open = (browser: HttpBrowser, path: string): Promise<Page> =>
  browser.open(`${gateway.url}${path}`, { stopBefore: /^https:/ })

const loginAt = (provider: string, { entityId }: TestIdp, more = ''): string =>
  `/login/${provider}?idp=${encodeURIComponent(entityId)}${more}`

const staff = (domain: string): Attributes => ({ [AFFILIATION]: [`staff@${domain}`] })

/** Starts at that identity provider, and gets the answer of that one. */
const signIn = async (
  browser: HttpBrowser,
  provider: string,
  asked: TestIdp,
  says: Says,
  answers: TestIdp = asked,
): Promise<Page> => {
  const path = provider === 'scoped' || provider === 'bare' ? `/login/${provider}` : loginAt(provider, asked)
  const request = requestOn(await open(browser, path))
  return postAnswer(browser, await answerTo(answers, request, says))
}

const lastAudit = () => gateway.audit().at(-1)

describe('the search for an organization', () => {
  it('comes first, and shows a few at once', async () => {
    const { status, body } = await open(new HttpBrowser(), '/login/edu')
    expect(status).toBe(200)
    expect(body).toContain('Example Federation')
    expect(body).toContain('Université du Sud')
  })

  it('shows names as text, with the host, which cannot be chosen freely', async () => {
    const { body } = await open(new HttpBrowser(), '/login/edu?q=north')
    expect(body).toContain('University of the North &lt;b&gt;')
    expect(body).toContain('north.example')
    expect(body).not.toContain('Université')
  })

  it('shows none of too many before something is searched for', async () => {
    const { body } = await open(new HttpBrowser(), '/login/many')
    expect(body).toContain('has 32 organizations')
    expect(body).not.toContain('class="choice"')
  })

  it('says that there are more than it shows', async () => {
    const { body } = await open(new HttpBrowser(), '/login/many?q=school')
    expect(body.match(/class="choice"/g)).toHaveLength(25)
    expect(body).toContain('More organizations match')
  })

  it('says so when there is none', async () => {
    expect((await open(new HttpBrowser(), '/login/edu?q=%3Cscript%3E')).body).toContain(
      'matches <q><bdi>&lt;script&gt;</bdi></q>',
    )
  })

  it('ignores accents and case', async () => {
    expect((await open(new HttpBrowser(), '/login/edu?q=UNIVERSITE')).body).toContain('Université du Sud')
  })

  it('leads to the identity provider, and keeps where the user was going', async () => {
    const { body } = await open(new HttpBrowser(), '/login/edu?q=north&return_to=%2Fidentity')
    expect(body).toContain('name="return_to" value="/identity"')
    const browser = new HttpBrowser()
    const [, href = ''] = /class="choice" href="([^"]*)"/.exec(body) ?? []
    const request = requestOn(await open(browser, href.replaceAll('&amp;', '&')))
    const page = await postAnswer(browser, await answerTo(north, request, { subject: 'ann', attributes: {} }))
    expect(page.url).toBe(`${gateway.url}/identity`)
  })

  it('the search for an organization has what was chosen the last time first', async () => {
    const browser = new HttpBrowser()
    await open(browser, loginAt('many', south))
    const { body } = await open(browser, '/login/many')
    expect(body).toMatch(/Last time[\s\S]*Université du Sud/)
    expect((await open(browser, '/login/edu')).body).not.toContain('Last time')
  })

  it('the search for an organization does not trust the memory of a browser', async () => {
    const browser = new HttpBrowser()
    browser.cookies.keep(
      [`fedgate_idp=${encodeURIComponent('edu=https://evil.example')}; Path=/`],
      new URL(gateway.url),
    )
    expect((await open(browser, '/login/edu')).body).not.toContain('evil')
    browser.cookies.keep(['fedgate_idp=%E0%A4%A; Path=/'], new URL(gateway.url))
    expect((await open(browser, '/login/edu')).status).toBe(200)
  })

  it('the search for an organization is for organizations of the federation only', async () => {
    const { status, body } = await open(new HttpBrowser(), '/login/edu?idp=https%3A%2F%2Fevil.example')
    expect(status).toBe(404)
    expect(body).toContain('provider.idp_unknown')
  })
})

describe('an answer in a federation', () => {
  it('signs in, and rules name who vouches', async () => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, 'edu', north, { subject: 'ann', attributes: staff('north.example') })
    expect(await whoIs(browser, gateway.url)).toBe('ann')
    expect(page.body).toContain('Researcher')
    expect(lastAudit()).toMatchObject({ eventName: 'login', issuer: north.entityId })
  })

  it('a discovery answer of another identity provider than was asked is refused', async () => {
    const page = await signIn(new HttpBrowser(), 'edu', north, { subject: 'ann', attributes: {} }, south)
    expect(page.status).toBe(403)
    expect(lastAudit()).toMatchObject({ eventName: 'login.refused', errorCode: 'saml.signature_invalid' })
  })

  it('a discovery answer that bears the name of another is refused', async () => {
    const says = { subject: 'ann', attributes: {}, issuer: north.entityId }
    const page = await signIn(new HttpBrowser(), 'edu', south, says)
    expect(page.status).toBe(403)
    expect(lastAudit()).toMatchObject({ errorCode: 'saml.response_issuer_mismatch', expected: south.entityId })
  })

  it('a discovery answer that was not requested is refused', async () => {
    const request = requestOn(await open(new HttpBrowser(), loginAt('edu', north)))
    const { relayState: _, ...unasked } = request
    const page = await postAnswer(new HttpBrowser(), await answerTo(north, unasked, { subject: 'ann', attributes: {} }))
    expect(page.status).toBe(403)
    expect(lastAudit()).toMatchObject({ errorCode: 'saml.request_unknown' })
  })

  it('a discovery answer that refuses to a visible question is a refusal', async () => {
    const browser = new HttpBrowser()
    const request = requestOn(await open(browser, loginAt('edu', north)))
    expect((await postAnswer(browser, await noPassiveTo(north, request))).status).toBe(403)
  })

  it.each(['south.example', 'sub.north.example', 'north.example@south.example'])(
    'a response in a federation may not assert users at %s: no rule sees it, and the log does',
    async (domain) => {
      const browser = new HttpBrowser()
      const attributes = { [AFFILIATION]: ['member@north.example', `staff@${domain}`], mail: ['ann@south.example'] }
      const page = await signIn(browser, 'edu', north, { subject: 'ann', attributes })
      expect(page.body).not.toContain('Researcher')
      expect(lastAudit()).toMatchObject({
        eventName: 'login',
        leftOut: [{ attribute: AFFILIATION, values: [`staff@${domain}`] }],
      })
      const { body } = await open(browser, '/identity')
      expect(body).toContain('member@north.example')
      expect(body).toContain('ann@south.example')
    },
  )

  it('a response in a federation may not name a user of another domain', async () => {
    const page = await signIn(new HttpBrowser(), 'people', north, {
      subject: 'x',
      attributes: { [EPPN]: ['ann@south.example'] },
    })
    expect(page.status).toBe(403)
    expect(lastAudit()).toMatchObject({ errorCode: 'saml.subject_out_of_scope', found: 'ann@south.example' })
  })

  it('names a user of its own', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, 'people', north, { subject: 'x', attributes: { [EPPN]: ['ann@NORTH.example'] } })
    expect(await whoIs(browser, gateway.url)).toBe('ann@NORTH.example')
  })
})

describe('one identity provider, trusted by name', () => {
  it('keeps to its scopes where its metadata names some', async () => {
    await signIn(new HttpBrowser(), 'scoped', north, { subject: 'ann', attributes: staff('south.example') })
    expect(lastAudit()).toMatchObject({ leftOut: [{ attribute: AFFILIATION, values: ['staff@south.example'] }] })
  })

  it('a single identity provider, trusted by name, may assert any domain where it names none', async () => {
    await signIn(new HttpBrowser(), 'bare', north, { subject: 'ann', attributes: staff('south.example') })
    expect(lastAudit()).toMatchObject({ eventName: 'login' })
    expect(lastAudit()).not.toHaveProperty('leftOut')
  })
})
