/** Members of a federation: who is offered by what their federation states, rules about that, and where they get help. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp, requestOn, type Says, type TestIdp } from '../harness/test-idp.ts'

const ASSURANCE = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.11'
const MFA = 'https://refeds.org/profile/mfa'
const roleOf = (name: string): string => `arn:aws:iam::111122223333:role/${name}`
/** One white pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=='

interface Marks {
  readonly name: string
  readonly authority?: string
  readonly support?: string
  readonly certification?: string
  readonly category?: string
  readonly logo?: string
  readonly errorUrl?: string
  readonly own?: { readonly extension: string; readonly supported: string }
}

const attribute = (name: string, value: string | undefined): string =>
  value === undefined
    ? ''
    : `<saml:Attribute xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Name="${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`

const entityOf = ({ metadata, entityId }: TestIdp, marks: Marks): string =>
  metadata
    .replace(/<md:EntityDescriptor[^>]*>/, (start) => {
      const attributes = [
        attribute('http://macedir.org/entity-category', marks.category),
        attribute('http://macedir.org/entity-category-support', marks.support),
        attribute('urn:oasis:names:tc:SAML:attribute:assurance-certification', marks.certification),
      ].join('')
      const registration =
        marks.authority === undefined
          ? ''
          : `<mdrpi:RegistrationInfo xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" registrationAuthority="${marks.authority}"/>`
      return `${start}<md:Extensions>${marks.own?.extension ?? ''}${registration}<mdattr:EntityAttributes xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute">${attributes}</mdattr:EntityAttributes></md:Extensions>`
    })
    .replace(/<md:IDPSSODescriptor([^>]*)>/, (_, attributes: string) => {
      const domain = new URL(entityId).host
      const logo = marks.logo === undefined ? '' : `<mdui:Logo width="80" height="80">${marks.logo}</mdui:Logo>`
      const errorUrl = marks.errorUrl === undefined ? '' : ` errorURL="${marks.errorUrl}"`
      return `<md:IDPSSODescriptor${attributes}${errorUrl}><md:Extensions><shibmd:Scope xmlns:shibmd="urn:mace:shibboleth:metadata:1.0">${domain}</shibmd:Scope><mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"><mdui:DisplayName xml:lang="en">${marks.name}</mdui:DisplayName>${logo}</mdui:UIInfo></md:Extensions>`
    })
    .replace('</md:IDPSSODescriptor>', (end) => `${marks.own?.supported ?? ''}${end}`)

let gateway: ReservedGateway
const idps = new Map<string, TestIdp>()
const idpOf = (name: string): TestIdp =>
  idps.get(name) ??
  (() => {
    throw new Error(name)
  })()

const RS = 'http://refeds.org/category/research-and-scholarship'
const members: readonly Marks[] = [
  {
    name: 'North 10',
    authority: 'https://north.example/federation',
    support: RS,
    certification: 'https://refeds.org/sirtfi',
    logo: `data:image/png;base64,${PNG}`,
    errorUrl:
      'https://north.example/help?code=ERRORURL_CODE&amp;ts=ERRORURL_TS&amp;rp=ERRORURL_RP&amp;tid=ERRORURL_TID&amp;ctx=ERRORURL_CTX',
  },
  {
    name: 'North 2',
    authority: 'https://north.example/federation',
    logo: `data:image/svg+xml;base64,${Buffer.from('<svg onload="alert(1)"/>').toString('base64')}`,
    errorUrl: 'javascript:alert(1)',
  },
  { name: 'South', authority: 'https://south.example/federation', certification: 'https://refeds.org/sirtfi' },
  {
    name: 'Hidden',
    authority: 'https://north.example/federation',
    category: 'http://refeds.org/category/hide-from-discovery',
  },
  { name: 'Stranger' },
  {
    name: 'Claimant',
    authority: 'https://south.example/federation',
    // Of its own: an extension before RegistrationInfo, and the attributes that it says it supports.
    own: {
      extension:
        '<x:Own xmlns:x="urn:own"><mdrpi:RegistrationInfo xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" registrationAuthority="https://north.example/federation"/></x:Own>',
      supported: [
        attribute('http://macedir.org/entity-category', RS),
        attribute('urn:oasis:names:tc:SAML:attribute:assurance-certification', 'https://refeds.org/sirtfi'),
      ].join(''),
    },
  },
]

beforeAll(async () => {
  const entities: string[] = []
  for (const marks of members) {
    const idp = await createTestIdp(marks.name.toLowerCase().replace(' ', '-'))
    idps.set(marks.name, idp)
    entities.push(entityOf(idp, marks))
  }
  const saml = (id: string, more: object = {}) => ({
    id,
    protocol: 'saml',
    metadata: './federation.xml',
    discovery: true,
    exchange: { via: 'saml', evidence: 'reissued' },
    ...more,
  })
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      providers: [
        saml('edu', { label: 'Example Federation' }),
        saml('north', { idps: { registrationAuthority: 'https://north.example/federation' }, authnContext: [MFA] }),
        saml('trusted', { idps: { assuranceCertification: 'sirtfi', entityCategory: ['research-and-scholarship'] } }),
        saml('service', { discoveryService: 'https://ds.example.org/ds/?lang=en' }),
      ],
      access: [
        {
          when: { provider: 'edu', registrationAuthority: 'https://north.example/federation' },
          roles: [roleOf('North')],
        },
        { when: { provider: 'edu', entityCategory: 'research-and-scholarship' }, roles: [roleOf('Research')] },
        {
          when: { provider: 'edu', assuranceCertification: 'sirtfi', assurance: 'IAP/medium' },
          roles: [roleOf('Assured')],
        },
        { when: { provider: 'edu', idpScope: 'south.example' }, roles: [roleOf('South')] },
      ],
    },
    {
      files: {
        'federation.xml': `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entities.join('\n')}</md:EntitiesDescriptor>`,
      },
    },
  )
})
afterAll(() => gateway.close())

const open = (path: string, browser = new HttpBrowser(), headers = {}): Promise<Page> =>
  browser.open(`${gateway.url}${path}`, { stopBefore: /^https:/, headers })

const at = (provider: string, name: string): string =>
  `/login/${provider}?${new URLSearchParams({ idp: idpOf(name).entityId })}`

const signIn = async (name: string, more: Partial<Says> = {}, provider = 'edu') => {
  const browser = new HttpBrowser()
  const request = requestOn(await open(at(provider, name), browser))
  const page = await postAnswer(
    browser,
    await answerTo(idpOf(name), request, { subject: 'ann', attributes: {}, ...more }),
  )
  return { browser, page }
}

const choicesOn = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/class="choice-label">([^<]*)</g)].map(([, name = '']) => name)

describe('the offered organizations', () => {
  it('an aggregate is offered in natural order, and hidden members do not count', async () => {
    const page = await open('/login/edu')
    expect(choicesOn(page)).toEqual(['Claimant', 'North 2', 'North 10', 'South', 'Stranger'])
    expect(page.body).toContain('has 5 organizations')
  })

  it.each([
    ['north', ['North 2', 'North 10']],
    ['trusted', ['North 10']],
  ])('idps of provider %s offers only those with its marks', async (provider, expected) => {
    const page = await open(`/login/${provider}`)
    expect(choicesOn(page)).toEqual(expected)
    expect(page.body).toContain(`has ${expected.length} organization`)
  })

  it('an organization without the marks cannot be asked by a link either', async () => {
    const page = await open(at('north', 'South'))
    expect(refusalIn(page.body)).toMatchObject({ status: 404, code: 'provider.idp_unknown' })
  })

  it('an organization does not get marks by claiming them elsewhere in its metadata', async () => {
    for (const provider of ['north', 'trusted'])
      expect(refusalIn((await open(at(provider, 'Claimant'))).body).code).toBe('provider.idp_unknown')
  })

  it('the last three choices come first, and another provider has its own', async () => {
    const browser = new HttpBrowser()
    for (const name of ['South', 'North 2', 'Stranger', 'North 10', 'North 2']) await open(at('edu', name), browser)
    expect(choicesOn(await open('/login/edu', browser)).slice(0, 3)).toEqual(['North 2', 'North 10', 'Stranger'])
    expect(choicesOn(await open('/login/north', browser))).toHaveLength(2)
  })

  it('suggestions while typing are the same search as JSON', async () => {
    const { body, headers } = await open('/login/edu/organizations?q=north&return_to=%2Fidentity')
    expect(headers.get('content-type')).toContain('application/json')
    const { results, hasMore } = JSON.parse(body)
    expect([results.map(({ name }: { name: string }) => name), hasMore]).toEqual([['North 2', 'North 10'], false])
    expect(results[1]).toMatchObject({
      host: 'north-10.example',
      logo: expect.stringMatching(/^\/login\/edu\/logo\?idp=/),
    })
    expect(results[1].href).toContain('return_to=%2Fidentity')
  })
})

describe('a logo', () => {
  const logo = (name: string) => open(`/login/edu/logo?${new URLSearchParams({ idp: idpOf(name).entityId })}`)

  it('a logo comes from the gateway itself, and runs nothing', async () => {
    const { status, headers } = await logo('North 10')
    expect([status, headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect((await open('/login/edu')).headers.get('content-security-policy')).toContain("img-src 'self';")
  })

  it.each(['North 2', 'South'])('a logo that is SVG or missing is not served: %s', async (name) => {
    expect((await logo(name)).status).toBe(404)
  })

  it('a logo is served for members only', async () => {
    expect((await open('/login/edu/logo?idp=https%3A%2F%2Fevil.example')).status).toBe(404)
    expect((await open('/login/north/logo?idp=https%3A%2F%2Fsouth.example%2Fmetadata')).status).toBe(404)
  })
})

describe('a rule about what a federation states', () => {
  it.each([
    ['North 10', {}, ['North', 'Research']],
    ['North 10', { [ASSURANCE]: ['https://refeds.org/assurance/IAP/medium'] }, ['Assured', 'North', 'Research']],
    ['North 2', { [ASSURANCE]: ['https://refeds.org/assurance/IAP/medium'] }, ['North']],
    ['South', {}, ['South']],
    ['Claimant', { [ASSURANCE]: ['https://refeds.org/assurance/IAP/medium'] }, []],
    [
      'Stranger',
      {
        registrationAuthority: ['https://north.example/federation'],
        entityCategory: [RS],
        idpScope: ['south.example'],
      },
      [],
    ],
  ])('a user of %s with %o gets the roles %o', async (name, attributes, roles) => {
    const { browser } = await signIn(name, { attributes })
    const { body } = await browser.open(`${gateway.url}/api/session`)
    expect(JSON.parse(body).roles.map((role: { name: string }) => role.name)).toEqual(roles)
  })
})

describe('help of the identity provider', () => {
  const helpOn = ({ body }: Page): URL | undefined => {
    const href = /<a href="([^"]*)" rel="noreferrer">get help there/i.exec(body)?.[1]
    return href === undefined ? undefined : new URL(unescapeMarkup(href))
  }

  it('a refusal that the identity provider can mend leads to its errorURL, with every placeholder filled in', async () => {
    const { page } = await signIn('North 10', { authnContextClassRef: 'urn:weak' }, 'north')
    const { code, reference } = refusalIn(page.body)
    const help = helpOn(page)
    expect(code).toBe('saml.authn_context_mismatch')
    expect(help?.host).toBe('north.example')
    expect(Object.fromEntries(help?.searchParams ?? [])).toMatchObject({
      code: 'AUTHENTICATION_FAILURE',
      rp: `${gateway.url}/saml/north/metadata`,
      tid: reference,
      ctx: MFA,
    })
    expect(Math.abs(Number(help?.searchParams.get('ts')) - Date.now() / 1000)).toBeLessThan(600)
  })

  it('a refusal that only the user can mend leads nowhere else', async () => {
    const browser = new HttpBrowser()
    const request = requestOn(await open(at('edu', 'North 10'), browser))
    const { relayState: _, ...unasked } = request
    const page = await postAnswer(
      browser,
      await answerTo(idpOf('North 10'), unasked, { subject: 'ann', attributes: {} }),
    )
    expect([refusalIn(page.body).code, helpOn(page)]).toEqual(['saml.request_unknown', undefined])
  })

  it('an errorURL that is no web address is no link', async () => {
    const { page } = await signIn('North 2', { authnContextClassRef: 'urn:weak' }, 'north')
    expect(refusalIn(page.body).code).toBe('saml.authn_context_mismatch')
    expect(page.body).not.toContain('javascript:')
  })

  it('a user without roles is told where the organization helps', async () => {
    const { browser } = await signIn('North 10', { authnContextClassRef: MFA }, 'north')
    expect(helpOn(await open('/roles', browser))?.searchParams.get('code')).toBe('AUTHORIZATION_FAILURE')
  })
})

describe('a discovery service', () => {
  it('a discovery service is asked by its protocol, and knows where to send the user back', async () => {
    const { location = '', status } = await open('/login/service?return_to=%2Fidentity')
    const { origin, searchParams } = new URL(location)
    expect([status, origin, searchParams.get('lang')]).toEqual([302, 'https://ds.example.org', 'en'])
    expect(searchParams.get('entityID')).toBe(`${gateway.url}/saml/service/metadata`)
    expect(searchParams.get('return')).toBe(`${gateway.url}/saml/service/discovery?return_to=%2Fidentity`)
  })

  it('a choice at the discovery service starts the sign-in, which ends where the user was going', async () => {
    const browser = new HttpBrowser()
    const { entityId } = idpOf('South')
    const asked = await open(
      `/saml/service/discovery?${new URLSearchParams({ return_to: '/identity', entityID: entityId })}`,
      browser,
    )
    const page = await postAnswer(
      browser,
      await answerTo(idpOf('South'), requestOn(asked), { subject: 'ann', attributes: {} }),
    )
    expect([page.url, await whoIs(browser, gateway.url)]).toEqual([`${gateway.url}/identity`, 'ann'])
  })

  it('a user who chose nothing gets our own page, and is not sent back in a loop', async () => {
    const page = await open('/saml/service/discovery')
    expect([page.status, choicesOn(page).length]).toEqual([200, 5])
  })

  it.each([
    ['an unknown entityID', { entityID: 'https://evil.example' }, 404, 'provider.idp_unknown'],
    [
      'a return_to of another site',
      { entityID: 'https://south.example/metadata', return_to: 'https://evil.example' },
      400,
      'login.return_to_refused',
    ],
    ['a return_to without a scheme', { return_to: '//evil.example' }, 400, 'login.return_to_refused'],
  ])('a discovery response with %s is refused', async (_, query, status, code) => {
    const page = await open(`/saml/service/discovery?${new URLSearchParams(query as never)}`)
    expect(refusalIn(page.body)).toMatchObject({ status, code })
  })

  it('a discovery response for a provider without discovery is refused', async () => {
    expect(refusalIn((await open('/saml/nobody/discovery')).body).code).toBe('provider.unknown')
  })
})
