/** How users get to a SAML identity provider: by the binding that it offers, signed where it must be, and asking for what is configured. */
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, answerTo, createTestIdp, requestOn, type TestIdp } from '../harness/test-idp.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
const MFA = 'https://refeds.org/profile/mfa'

let gateway: ReservedGateway
let corp: TestIdp

const withoutSignOn = (metadata: string, binding: string): string =>
  metadata.replace(new RegExp(`<md:SingleSignOnService Binding="[^"]*:${binding}"[^>]*/>`), '')

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const keys = await Promise.all(
    ['signing', 'next', 'opens'].map(async (name) => [name, await createKeyPem(name, new Date())] as const),
  )
  const files = Object.fromEntries(
    keys.flatMap(([name, { privateKey, certificate }]) => [
      [`${name}.key`, privateKey],
      [`${name}.crt`, certificate],
    ]),
  )
  const saml = (id: string, more: object) => ({ id, protocol: 'saml', metadata: './corp.xml', ...more })
  gateway = await startConfiguredGateway(
    url,
    {
      signing: ['signing', 'next'].map((name) => ({ key: `./${name}.key`, certificate: `./${name}.crt` })),
      encryption: { key: './opens.key', certificate: './opens.crt' },
      providers: [
        saml('plain', {}),
        saml('wants', { metadata: './wants.xml' }),
        saml('posts', { metadata: './posts.xml', signRequests: 'always', label: 'Corp by post' }),
        saml('asks', { nameIdFormat: 'persistent', authnContext: [MFA], subject: 'employeeNumber' }),
        saml('passes', { exchange: { via: 'saml', evidence: 'original' } }),
      ],
      access: [{ when: { provider: ['plain', 'asks'], mail: '/.*@example[.]com/', groups: 'dev' }, roles: [ROLE] }],
      sessionName: '{mail}',
    },
    {
      files: {
        ...files,
        'corp.xml': corp.metadata,
        'wants.xml': corp.metadata.replace('WantAuthnRequestsSigned="false"', 'WantAuthnRequestsSigned="true"'),
        'posts.xml': withoutSignOn(corp.metadata, 'HTTP-Redirect'),
      },
    },
  )
})
afterAll(() => gateway.close())

const start = (provider: string, browser = new HttpBrowser()): Promise<Page> =>
  browser.open(`${gateway.url}/login/${provider}`, { stopBefore: /^https:/ })

const metadataOf = async (path: string): Promise<string> => (await new HttpBrowser().open(`${gateway.url}${path}`)).body

describe('a request by redirect', () => {
  const parametersTo = async (provider: string) => new URL((await start(provider)).location ?? '').searchParams

  it('a request by redirect is unsigned where the identity provider does not care', async () => {
    expect([...(await parametersTo('plain')).keys()]).toEqual(['SAMLRequest', 'RelayState'])
  })

  it('a request by redirect is signed where its metadata wants that', async () => {
    expect([...(await parametersTo('wants')).keys()]).toEqual(['SAMLRequest', 'RelayState', 'SigAlg', 'Signature'])
  })

  it('says for whom the user signs in, and carries nothing but an opaque RelayState of at most 80 bytes', async () => {
    const { location } = await start('plain')
    expect(location).not.toContain(encodeURIComponent('/roles'))
    expect(new URL(location ?? '').searchParams.get('RelayState')).toMatch(/^0[0-9a-z]{8}\.[\w-]{32}$/)
  })
})

describe('a request by POST', () => {
  it('a request by POST is a form to the identity provider, signed inside, that only this page may send there', async () => {
    const page = await start('posts')
    const { action, fields } = formWith(page, 'SAMLRequest')
    expect(page.status).toBe(200)
    expect(action).toBe(corp.ssoUrl)
    expect(Buffer.from(fields.SAMLRequest ?? '', 'base64').toString()).toContain('<ds:SignatureValue>')
    expect(page.headers.get('content-security-policy')).toMatch(/;form-action 'self' .*https:\/\/corp\.example https:;/)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.body).toContain('Signing in at Corp by post')
    const chooser = await new HttpBrowser().open(`${gateway.url}/login`)
    expect(chooser.headers.get('content-security-policy')).not.toContain('corp.example')
  })

  it('signs the user in like any other', async () => {
    const browser = new HttpBrowser()
    const says = { subject: 'dora', attributes: {} }
    await postAnswer(browser, await answerTo(corp, requestOn(await start('posts', browser)), says))
    expect(await whoIs(browser, gateway.url)).toBe('dora')
  })
})

describe('what is configured', () => {
  it('a request contains what is configured: NameID format and authentication context', async () => {
    const { location } = await start('asks')

    const packed = new URL(location ?? '').searchParams.get('SAMLRequest') ?? ''
    const xml = inflateRawSync(Buffer.from(packed, 'base64')).toString()
    expect(xml).toContain(`<samlp:NameIDPolicy Format="${PERSISTENT}" AllowCreate="true"/>`)
    expect(xml).toContain(`<saml:AuthnContextClassRef>${MFA}</saml:AuthnContextClassRef>`)
  })
})

describe('the SP metadata', () => {
  it.each([
    ['plain', 'false'],
    ['wants', 'true'],
    ['posts', 'true'],
  ])('the metadata of %s announces signed requests as they are: %s', async (provider, signed) => {
    expect(await metadataOf(`/saml/${provider}/metadata`)).toContain(`AuthnRequestsSigned="${signed}"`)
  })

  const uses = (xml: string) => [...xml.matchAll(/<md:KeyDescriptor use="(\w+)"/g)].map(([, use]) => use)

  it('holds both signing keys of a rollover and the encryption key', async () => {
    expect(uses(await metadataOf('/saml/plain/metadata'))).toEqual(['signing', 'signing', 'encryption'])
  })

  it('holds no encryption key where AWS must read what is sent', async () => {
    const xml = await metadataOf('/saml/passes/metadata')
    expect(uses(xml)).toEqual(['signing', 'signing'])
    expect(xml).toContain('entityID="urn:amazon:webservices"')
  })

  it('asks for the attributes that the configuration uses there, by their standard names', async () => {
    const wanted = (xml: string) =>
      [...xml.matchAll(/<md:RequestedAttribute Name="([^"]*)".*?isRequired="(\w+)"/g)].map(([, name, needed]) => [
        name,
        needed,
      ])
    expect(wanted(await metadataOf('/saml/asks/metadata'))).toEqual([
      ['urn:oid:0.9.2342.19200300.100.1.3', 'false'],
      ['groups', 'false'],
      ['employeeNumber', 'true'],
    ])
    expect(wanted(await metadataOf('/saml/passes/metadata'))).toEqual([
      ['https://aws.amazon.com/SAML/Attributes/Role', 'true'],
      ['https://aws.amazon.com/SAML/Attributes/RoleSessionName', 'true'],
    ])
  })

  it('the SP metadata is signed where that is asked for', async () => {
    expect(await metadataOf('/saml/plain/metadata?signed=true')).toContain('<ds:SignatureValue>')
    expect(await metadataOf('/saml/plain/metadata')).not.toContain('SignatureValue')
  })

  it('the metadata of the gateway towards AWS holds both keys of a rollover too', async () => {
    expect(uses(await metadataOf('/idp/metadata'))).toEqual(['signing', 'signing'])
  })
})

describe('a large answer', () => {
  const roles = (count: number) =>
    Array.from(
      { length: count },
      (_, n) => `arn:aws:iam::111122223333:role/Team${n},arn:aws:iam::111122223333:saml-provider/corp`,
    )
  const signInWith = async (attributes: Readonly<Record<string, readonly string[]>>) => {
    const browser = new HttpBrowser()
    const answer = await answerOf(corp, browser, gateway.url, 'passes', { subject: 'dora', attributes })
    return { answer, page: await postAnswer(browser, answer) }
  }

  it('a response with 300 roles is accepted whole', async () => {
    const { page } = await signInWith({ 'https://aws.amazon.com/SAML/Attributes/Role': roles(300) })
    expect(page.body).toContain('300 roles in 1 account')
  })

  it('a response of nearly 1 MB is accepted', async () => {
    const filling = Array.from({ length: 900 }, (_, n) => `${n}`.padEnd(1000, 'x'))
    const { page, answer } = await signInWith({ filling })
    expect(answer.SAMLResponse.length * 0.75).toBeGreaterThan(900_000)
    expect(page.url).toBe(`${gateway.url}/roles`)
  })
})
