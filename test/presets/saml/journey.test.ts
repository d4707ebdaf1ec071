/**
 * Each SAML preset from the sign-in page to credentials of the local AWS, and what is said where its product is set up
 * otherwise than the guide says. One gateway with all of them; the products are stand-ins.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyPair } from '../../../src/core/keys.ts'
import { samlPresetIds } from '../../../src/presets/saml/presets.ts'
import { makeKeyPair } from '../../demo/keys.ts'
import { formWith, HttpBrowser, type Page } from '../../harness/http-browser.ts'
import { packed, requestXml } from '../../harness/logout-messages.ts'
import { postAnswer } from '../../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../../harness/test-gateway.ts'
import { GROUP, productOfPreset, products } from './products.ts'
import { type Answered, answerAt, metadataOf, type Registered, registeredFrom, type Setting } from './stand-in.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

const ORIGINAL = { via: 'saml', evidence: 'original' }

/** Providers with a value that the operator wrote over the preset's. */
const overridden = {
  'adfs-persistent': { preset: 'adfs', nameIdFormat: 'persistent' },
  'entra-strict': { preset: 'entra', acceptCbcWithoutSignedResponse: false },
  'okta-original': { preset: 'okta', exchange: ORIGINAL },
  'google-original': { preset: 'google-workspace', exchange: ORIGINAL },
  'keycloak-unsigned': { preset: 'keycloak', signRequests: 'auto', metadata: './keycloak-relaxed.xml' },
} as const

const settings: Readonly<Record<string, { readonly preset: string }>> = {
  ...Object.fromEntries(samlPresetIds.map((preset) => [preset, { preset }])),
  ...overridden,
}

let keys: KeyPair
let gateway: ReservedGateway
const registered = new Map<string, Registered>()

beforeAll(async () => {
  keys = await makeKeyPair()
  const relaxed = metadataOf({ ...productOfPreset('keycloak'), wantsSignedRequests: false }, keys)
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      providers: Object.entries(settings).map(([id, setting]) => ({
        id,
        protocol: 'saml',
        metadata: `./${setting.preset}.xml`,
        ...setting,
      })),
      access: [{ when: { provider: Object.keys(settings), groups: ['aws-dev', GROUP] }, roles: [ROLE] }],
      sessionName: '{username}',
      sessionTags: { Mail: '{email}' },
    },
    {
      files: {
        ...Object.fromEntries(products.map((product) => [`${product.preset}.xml`, metadataOf(product, keys)])),
        'keycloak-relaxed.xml': relaxed,
      },
    },
  )
  for (const id of Object.keys(settings))
    registered.set(id, registeredFrom(await (await fetch(`${gateway.url}/saml/${id}/metadata`)).text()))
})
afterAll(() => gateway.close())

const registeredAs = (id: string): Registered => {
  const found = registered.get(id)
  if (!found) throw new Error(`nothing is registered for ${id}`)
  return found
}

/** What the product of that provider does with a request of the gateway. */
const answered = async (
  browser: HttpBrowser,
  id: string,
  { setting = {}, as = {} }: { setting?: Setting; as?: Partial<Registered> } = {},
): Promise<Answered> => {
  const preset = settings[id]?.preset ?? ''
  const { redirect } = productOfPreset(preset)
  const page = await browser.open(`${gateway.url}/login/${id}`, {
    stopBefore: new RegExp(`^${new URL(redirect).origin}`),
  })
  expect(page.location?.startsWith(redirect)).toBe(true)
  return answerAt(preset, page.location ?? '', { registered: { ...registeredAs(id), ...as }, keys, setting })
}

const signedIn = async (browser: HttpBrowser, id: string, setting: Setting = {}): Promise<Page> => {
  const outcome = await answered(browser, id, { setting })
  if ('page' in outcome) throw new Error(`${id} shows ${outcome.page}`)
  return postAnswer(browser, outcome.answer)
}

const attributesOf = async (browser: HttpBrowser): Promise<Readonly<Record<string, readonly string[]>>> => {
  const { body } = await browser.open(`${gateway.url}/api/session`)
  return (JSON.parse(body) as { attributes: Record<string, readonly string[]> }).attributes
}

/** Products whose users have no other name than the e-mail address, or a scoped one. */
const NAMED_BY_MAIL = ['google-workspace', 'shibboleth']

describe('a user of each product', () => {
  it.each(samlPresetIds)('%s: signs in, is granted a role by groups, and gets credentials from AWS', async (id) => {
    const browser = new HttpBrowser()
    const page = await signedIn(browser, id)
    expect(page.url).toBe(`${gateway.url}/roles`)
    const shown = await browser.submit(page, formWith(page, 'role', ROLE))
    const name = NAMED_BY_MAIL.includes(id) ? 'alice@example.org' : 'alice@corp.example.org'
    expect(shown.body).toContain(`arn:aws:sts::111122223333:assumed-role/Developer/${name}`)
    const exchange = gateway.audit().findLast(({ eventName }) => eventName === 'exchange')
    expect(exchange).toMatchObject({
      provider: id,
      requestParameters: { principalTags: { Mail: 'alice@example.org' } },
    })
  })

  it.each([
    ['okta', 'authnMethods', ['pwd', 'mfa', 'okta_verify']],
    ['entra', 'authnMethods', expect.arrayContaining(['http://schemas.microsoft.com/claims/multipleauthn'])],
    ['keycloak', 'email', ['alice@example.org']],
    ['pingfederate', 'groups', ['aws-dev', 'CN=Staff,DC=example,DC=org']],
    ['shibboleth', 'username', ['alice@example.org']],
  ])('%s: rules and templates know %s by that name', async (id, name, values) => {
    const browser = new HttpBrowser()
    await signedIn(browser, id)
    expect((await attributesOf(browser))[name]).toEqual(values)
  })

  it.each([
    ['okta', 'amr:mfa'],
    ['entra', 'http://schemas.microsoft.com/claims/multipleauthn'],
  ])('%s: a second factor that an attribute names counts as %s for roles that require one', async (id, context) => {
    await signedIn(new HttpBrowser(), id)
    const login = gateway.audit().findLast(({ eventName }) => eventName === 'login')
    expect(login).toMatchObject({ provider: id, authnContext: expect.arrayContaining([context]) })
  })

  it('onelogin: an attribute that is sent under the short name is not replaced', async () => {
    const browser = new HttpBrowser()
    const { attributes } = productOfPreset('onelogin')
    await signedIn(browser, 'onelogin', { attributes: [...attributes, { name: 'groups', values: ['finance'] }] })
    expect((await attributesOf(browser)).groups).toEqual(['finance'])
  })

  it('shibboleth: a name outside of its scope does not return under a short name', async () => {
    const browser = new HttpBrowser()
    const { attributes } = productOfPreset('shibboleth')
    const foreign = attributes.map((one) =>
      one.friendlyName === 'eduPersonPrincipalName' ? { ...one, values: ['alice@other.example'] } : one,
    )
    await signedIn(browser, 'shibboleth', { attributes: foreign })
    expect(await attributesOf(browser)).not.toHaveProperty('username')
  })

  it('entra: AES-CBC in a response that is not signed is read, as Token encryption sends it', async () => {
    expect((await signedIn(new HttpBrowser(), 'entra', { encrypts: 'cbc' })).url).toBe(`${gateway.url}/roles`)
  })
})

describe('the product’s own response, sent to AWS', () => {
  const AWS = 'https://aws.amazon.com/SAML/Attributes'

  it.each(['okta-original', 'google-original'])(
    '%s: the Role attribute grants the role, and AWS accepts',
    async (id) => {
      const browser = new HttpBrowser()
      const { attributes } = productOfPreset(settings[id]?.preset ?? '')
      const own = [
        { name: `${AWS}/Role`, values: [`${ROLE},arn:aws:iam::111122223333:saml-provider/${id}`] },
        { name: `${AWS}/RoleSessionName`, values: ['alice'] },
      ]
      const page = await signedIn(browser, id, { attributes: [...attributes, ...own] })
      const shown = await browser.submit(page, formWith(page, 'role', ROLE))
      expect(shown.body).toContain('arn:aws:sts::111122223333:assumed-role/Developer/alice')
    },
  )
})

describe('what each product refuses', () => {
  it.each(products)('$preset: a service provider that is not registered', async ({ preset, pages }) => {
    const outcome = await answered(new HttpBrowser(), preset, { as: { entityId: 'urn:amazon:webservices' } })
    expect(outcome).toEqual({ page: pages.unknown })
  })

  it.each(products)('$preset: an ACS URL that is not registered', async ({ preset, pages }) => {
    const outcome = await answered(new HttpBrowser(), preset, { as: { acsUrl: 'https://signin.aws.amazon.com/saml' } })
    expect(outcome).toEqual({ page: pages.otherAcs })
  })

  it('keycloak: a request that is not signed, as the operator may have it', async () => {
    expect(await answered(new HttpBrowser(), 'keycloak-unsigned')).toEqual({ page: 'Invalid requester' })
  })

  it('adfs: a NameID format that no rule issues, and the next step names the rule', async () => {
    const { status, body } = await signedIn(new HttpBrowser(), 'adfs-persistent')
    expect(status).toBe(403)
    expect(body).toContain('saml.idp_refused')
    expect(body).toContain('Edit Claim Issuance Policy')
  })
})

const attributesWithout = (preset: string, pattern: RegExp) =>
  productOfPreset(preset).attributes.filter(({ name }) => !pattern.test(name))

const sha1 = (xml: string): string =>
  xml.replaceAll('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1')

const ACS_OF_AWS = { recipient: 'https://signin.aws.amazon.com/saml' }

const wrong: readonly (readonly [id: string, what: string, setting: Setting, code: string, words: string])[] = [
  ['okta', 'the audience of the AWS app', { audience: 'urn:amazon:webservices' }, 'audience_mismatch', 'AWS app'],
  ['okta', 'another audience', { audience: 'fedgate' }, 'audience_mismatch', 'Audience URI (SP Entity ID)'],
  ['okta', 'an unsigned response', { sign: 'assertion' }, 'response_unsigned', 'Show Advanced Settings'],
  ['okta', 'another recipient', ACS_OF_AWS, 'destination_mismatch', 'Single sign-on URL'],
  [
    'entra',
    'a link in place of groups',
    {
      attributes: [
        ...attributesWithout('entra', /groups/),
        {
          name: 'http://schemas.microsoft.com/claims/groups.link',
          values: ['https://graph.microsoft.com/v1.0/users/5d2a/getMemberObjects'],
        },
      ],
    },
    'groups_unlisted',
    'Groups assigned to the application',
  ],
  [
    'entra',
    'the gallery application of AWS',
    { audience: 'https://signin.aws.amazon.com/saml' },
    'audience_mismatch',
    'gallery application',
  ],
  ['entra', 'another reply URL', ACS_OF_AWS, 'destination_mismatch', 'Reply URL (Assertion Consumer Service URL)'],
  ['entra', 'SHA-1', { edit: sha1 }, 'signature_algorithm', 'Signing Algorithm'],
  [
    'entra-strict',
    'AES-CBC in an unsigned response',
    { encrypts: 'cbc' },
    'encryption_cbc_unsigned',
    'Sign SAML response and assertion',
  ],
  ['adfs', 'SHA-1', { edit: sha1, encrypts: 'no' }, 'signature_algorithm', 'Secure hash algorithm'],
  ['adfs', 'no rule for Name ID', { nameId: { value: ' ', format: '' } }, 'subject_missing', 'Name ID'],
  ['google-workspace', 'Signed response cleared', { sign: 'assertion' }, 'response_unsigned', 'Signed response'],
  ['google-workspace', 'another Entity ID', { audience: 'google.com' }, 'audience_mismatch', 'Entity ID'],
  ['keycloak', 'Sign documents off', { sign: 'assertion' }, 'response_unsigned', 'Sign documents'],
  [
    'shibboleth',
    'subject-id not released',
    { attributes: attributesWithout('shibboleth', /subject-id/) },
    'subject_missing',
    'samlSubjectID',
  ],
  ['simplesamlphp', 'unsigned responses', { sign: 'assertion' }, 'response_unsigned', 'saml20.sign.response'],
  ['pingfederate', 'a virtual server ID', { issuer: 'virtual' }, 'response_issuer_mismatch', 'Virtual Server ID'],
  [
    'onelogin',
    'groups in one value',
    { attributes: [...attributesWithout('onelogin', /memberOf/), { name: 'groups', values: ['aws-dev;everyone'] }] },
    'groups_unlisted',
    'Semicolon Delimited Input (Multi-value output)',
  ],
  ['onelogin', 'SHA-1, as at first', { edit: sha1 }, 'signature_algorithm', 'SAML Signature Algorithm'],
  ['jumpcloud', 'another SP Entity ID', { audience: 'fedgate' }, 'audience_mismatch', 'SP Entity ID'],
]

describe('a product that is set up otherwise than its guide says', () => {
  it.each(wrong)('%s: %s is refused, with the next step in its words', async (id, _what, setting, code, words) => {
    const { status, body } = await signedIn(new HttpBrowser(), id, setting)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).toContain(`saml.${code}`)
    expect(body).toContain(words)
    expect(gateway.audit().at(-1)).toMatchObject({
      eventName: 'login.refused',
      errorCode: `saml.${code}`,
      provider: id,
    })
  })
})

describe('a logout message that the product does not sign', () => {
  it('simplesamlphp: is refused, with the next step in its words', async () => {
    const issuer = productOfPreset('simplesamlphp').entityId
    const destination = `${gateway.url}/saml/simplesamlphp/slo`
    const xml = requestXml({ issuer, destination, issueInstant: new Date().toISOString() })
    const { body } = await new HttpBrowser().open(`${destination}?${new URLSearchParams({ SAMLRequest: packed(xml) })}`)
    expect(body).toContain('saml.logout_unsigned')
    expect(body).toContain('sign.logout')
  })
})
