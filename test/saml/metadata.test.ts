import { describe, expect, it } from 'vitest'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { errorOf, idp, idpEntityId, metadataXml, now } from './saml-fixtures.ts'

const parse = (xml: string, entityId?: string) =>
  parseIdpMetadata(xml, { now, ...(entityId !== undefined && { entityId }) })
const codeOf = (xml: string, entityId?: string) => errorOf(() => parse(xml, entityId)).code
const entities = (...content: readonly string[]) =>
  `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${content.join('')}</EntitiesDescriptor>`
const other = metadataXml.replace(idpEntityId, 'https://other.example.org')

describe('identity provider metadata', () => {
  it('gives every certificate for signing or for anything, and none for encryption', () => {
    expect(idp.signingCertificates.map(({ key }) => key.asymmetricKeyType)).toEqual(['rsa', 'rsa', 'ec', 'ec', 'ec'])
    expect(idp.signingCertificates.every(({ notAfter }) => notAfter > now)).toBe(true)
  })

  it('gives the endpoints by binding', () => {
    expect(idp.singleSignOn).toEqual({ redirect: 'https://idp.example.org/sso' })
    expect(idp.singleLogout).toEqual({})
  })

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
  ])('WantAuthnRequestsSigned="%s" is %s', (text, wanted) => {
    const xml = metadataXml.replace('<IDPSSODescriptor', `<IDPSSODescriptor WantAuthnRequestsSigned="${text}"`)
    expect(parse(xml).wantAuthnRequestsSigned).toBe(wanted)
  })

  it('metadata without WantAuthnRequestsSigned wants none signed', () => {
    expect(idp.wantAuthnRequestsSigned).toBe(false)
  })

  it('takes the first certificate of a chain only: a CA does not sign assertions', () => {
    const chain = /<ds:X509Certificate>[^<]*<\/ds:X509Certificate>/g
    const [first = '', second = ''] = metadataXml.match(chain) ?? []
    const xml = metadataXml.replace(first, first + second)
    expect(parse(xml).signingCertificates).toHaveLength(idp.signingCertificates.length)
  })

  it('takes certificates with line breaks in them', () => {
    const xml = metadataXml.replace(
      /(<ds:X509Certificate>)([^<]*)/g,
      (_, tag, text) => `${tag}\n${text.replace(/.{64}/g, '$&\n      ')}\n`,
    )
    expect(parse(xml).signingCertificates.map(({ pem }) => pem)).toEqual(idp.signingCertificates.map(({ pem }) => pem))
  })

  it('reads what the gateway writes about itself', async () => {
    const [signer, next] = [await makeKeyPair(), await makeKeyPair()]
    const xml = buildIdpMetadata({
      entityId: 'https://gateway.example.org/idp?a=1&b="2"',
      signer,
      furtherCertificates: [next.certificate],
      ssoUrl: 'https://gateway.example.org/sso?x=1&y=2',
      sloUrl: 'https://gateway.example.org/slo',
      wantAuthnRequestsSigned: true,
    })
    expect(parse(xml)).toMatchObject({
      entityId: 'https://gateway.example.org/idp?a=1&b="2"',
      singleSignOn: {
        redirect: 'https://gateway.example.org/sso?x=1&y=2',
        post: 'https://gateway.example.org/sso?x=1&y=2',
      },
      singleLogout: { redirect: 'https://gateway.example.org/slo', post: 'https://gateway.example.org/slo' },
      signingCertificates: [{ pem: signer.certificate }, { pem: next.certificate }],
      wantAuthnRequestsSigned: true,
    })
  })
})

describe('metadata of several entities', () => {
  it('gives the one that is asked for, however deep', () => {
    expect(parse(entities(other, entities(metadataXml)), idpEntityId).entityId).toBe(idpEntityId)
  })

  it('metadata of several entities is ambiguous unless one is asked for', () => {
    expect(codeOf(entities(metadataXml, other))).toBe('saml.metadata_ambiguous')
  })

  it('metadata of several entities does not describe an entity that it does not name', () => {
    expect(codeOf(entities(metadataXml, other), 'https://third.example.org')).toBe('saml.metadata_not_idp')
    expect(codeOf(metadataXml, 'https://other.example.org')).toBe('saml.metadata_not_idp')
  })

  it('expires with the aggregate around it', () => {
    const xml = entities(metadataXml).replace(
      '<EntitiesDescriptor',
      '<EntitiesDescriptor validUntil="2026-11-22T11:59:59Z"',
    )
    expect(codeOf(xml, idpEntityId)).toBe('saml.metadata_expired')
  })
})

describe('metadata that is refused', () => {
  const on = (element: string, attribute: string) => metadataXml.replace(`<${element}`, `<${element} ${attribute}`)

  it.each([
    ['expired as an entity', on('EntityDescriptor', 'validUntil="2026-11-22T12:00:00Z"'), 'saml.metadata_expired'],
    ['expired as a role', on('IDPSSODescriptor', 'validUntil="2020-01-01T00:00:00Z"'), 'saml.metadata_expired'],
    ['valid until no time', on('EntityDescriptor', 'validUntil="soon"'), 'saml.metadata_expired'],
    [
      'without certificates',
      metadataXml.replace(/<KeyDescriptor.*<\/KeyDescriptor>/s, ''),
      'saml.metadata_no_certificate',
    ],
    [
      'with encryption certificates only',
      metadataXml.replace(/<KeyDescriptor[^>]*>/g, '<KeyDescriptor use="encryption">'),
      'saml.metadata_no_certificate',
    ],
    [
      'with broken certificates alone',
      metadataXml.replace(/(<ds:X509Certificate>)[^<]*/g, '$1AAAA'),
      'saml.metadata_certificate',
    ],
    ['of a service provider', metadataXml.replace(/IDPSSODescriptor/g, 'SPSSODescriptor'), 'saml.metadata_not_idp'],
    ['of SAML 1.1', metadataXml.replace('SAML:2.0:protocol', 'SAML:1.1:protocol'), 'saml.metadata_not_idp'],
    ['without entityID', metadataXml.replace(/ entityID="[^"]*"/, ''), 'saml.metadata_not_idp'],
    ['of another kind', '<html/>', 'saml.metadata_not_idp'],
    ['not XML', 'hello', 'saml.malformed'],
    ['with a DOCTYPE', `<!DOCTYPE x>${metadataXml}`, 'saml.doctype'],
  ])('%s', (_, xml, code) => {
    expect(codeOf(xml)).toBe(code)
  })

  it('metadata that is refused never gives a sign-on URL that is not http or https', () => {
    const xml = metadataXml.replace('https://idp.example.org/sso', 'javascript:alert(1)')
    expect(parse(xml).singleSignOn).toEqual({})
  })

  it('metadata that is refused never gives a sign-on URL with a fragment, behind which no request would arrive', () => {
    const xml = metadataXml.replaceAll('https://idp.example.org/sso', 'https://idp.example.org/sso#top')
    expect(parse(xml).singleSignOn).toEqual({})
  })

  it('metadata that is refused in 20,000 nested EntitiesDescriptors stops at the limit', () => {
    const xml = '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">'.repeat(20_000)
    expect(codeOf(xml)).toBe('saml.too_deep')
  })
})
