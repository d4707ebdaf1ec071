/** What an administrator of an identity provider loads about us. */
import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildSignedSpMetadata, buildSpMetadata, type SpMetadataOptions } from '../../src/saml/sp-metadata.ts'
import { attributeOf, childElements, textOf } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import { verifySignature } from '../../src/xml/signature.ts'
import type { XmlElement } from '../../src/xml/tree.ts'
import { makeKeyPair } from '../xml/keys.ts'

const [keys, next, opens] = [await makeKeyPair(), await makeKeyPair(), await makeKeyPair()]
const sp = { entityId: 'https://gateway.example.org/metadata', acsUrl: 'https://gateway.example.org/acs', keys }

const all = (element: XmlElement): readonly XmlElement[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : all(child))),
]
const named = (xml: string, name: string): readonly XmlElement[] =>
  all(parseXml(xml)).filter(({ local }) => local === name)

const build = (more: Partial<Parameters<typeof buildSpMetadata>[0]> = {}, options: Partial<SpMetadataOptions> = {}) =>
  buildSpMetadata({ ...sp, ...more }, { signsRequests: false, ...options })

const certificateOf = (descriptor: XmlElement): string =>
  all(descriptor)
    .filter(({ local }) => local === 'X509Certificate')
    .map(textOf)
    .join()
const base64Of = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '')

describe('the metadata of the service provider', () => {
  it.each([true, false])('announces signed requests as they are: %s', (signsRequests) => {
    const [role] = named(build({}, { signsRequests }), 'SPSSODescriptor')
    expect(role && attributeOf(role, 'AuthnRequestsSigned')).toBe(String(signsRequests))
    expect(role && attributeOf(role, 'WantAssertionsSigned')).toBe('true')
  })

  it('announces every key of a rollover: for signing, and for what is encrypted to us', () => {
    const xml = build({ furtherKeys: [next], decryptionKeys: [opens, next] })
    expect(named(xml, 'KeyDescriptor').map((key) => [attributeOf(key, 'use'), certificateOf(key)])).toEqual([
      ['signing', base64Of(keys.certificate)],
      ['signing', base64Of(next.certificate)],
      ['encryption', base64Of(opens.certificate)],
      ['encryption', base64Of(next.certificate)],
    ])
  })

  it('announces no encryption key where none opens anything', () => {
    const uses = named(build(), 'KeyDescriptor').map((key) => attributeOf(key, 'use'))
    expect(uses).toEqual(['signing'])
  })

  it('asks for authenticated encryption', () => {
    const methods = named(build({ decryptionKeys: [opens] }), 'EncryptionMethod')
    expect(methods.map((method) => attributeOf(method, 'Algorithm'))).toEqual([
      'http://www.w3.org/2009/xmlenc11#aes256-gcm',
      'http://www.w3.org/2009/xmlenc11#aes128-gcm',
      'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
    ])
  })

  it('lists single logout for redirect and POST, where there is one', () => {
    const services = named(build({ sloUrl: 'https://gateway.example.org/slo' }), 'SingleLogoutService')
    expect(services.map((service) => attributeOf(service, 'Binding')?.split(':').at(-1))).toEqual([
      'HTTP-Redirect',
      'HTTP-POST',
    ])
    expect(named(build(), 'SingleLogoutService')).toEqual([])
  })

  it('offers four NameID formats, or the one that is asked for', () => {
    expect(named(build(), 'NameIDFormat')).toHaveLength(4)
    expect(named(build({}, { nameIdFormat: 'urn:x' }), 'NameIDFormat').map(textOf)).toEqual(['urn:x'])
  })

  it('asks for attributes by the name that the standard gives them', () => {
    const requestedAttributes = [
      { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail', isRequired: true },
      { name: 'groups', isRequired: false },
    ]
    const wanted = named(build({ name: 'aws.example.org' }, { requestedAttributes }), 'RequestedAttribute')
    expect(
      wanted.map((one) => ['Name', 'NameFormat', 'FriendlyName', 'isRequired'].map((at) => attributeOf(one, at))),
    ).toEqual([
      ['urn:oid:0.9.2342.19200300.100.1.3', 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri', 'mail', 'true'],
      ['groups', 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified', undefined, 'false'],
    ])
    expect(named(build(), 'AttributeConsumingService')).toEqual([])
  })

  it.each(['pairwise-id', 'subject-id'])(
    'says that it needs the %s, ahead of the roles and under the signature',
    async (id) => {
      const name = `urn:oasis:names:tc:SAML:attribute:${id}`
      const requestedAttributes = [
        { name, friendlyName: id, isRequired: true },
        { name: 'urn:oasis:names:tc:SAML:attribute:other', isRequired: true },
      ]
      const xml = await buildSignedSpMetadata(sp, { signsRequests: false, requestedAttributes })
      const root = parseXml(xml)
      expect(childElements(root).map(({ local }) => local)).toEqual(['Signature', 'Extensions', 'SPSSODescriptor'])
      expect(verifySignature(root, [createPublicKey(keys.certificate)])).toBeDefined()
      const [requirement] = named(xml, 'Attribute')
      expect(requirement && attributeOf(requirement, 'Name')).toBe('urn:oasis:names:tc:SAML:profiles:subject-id:req')
      expect(named(xml, 'AttributeValue').map(textOf)).toEqual([id])
      const [wanted] = named(xml, 'RequestedAttribute')
      expect(wanted && ['Name', 'NameFormat', 'FriendlyName'].map((at) => attributeOf(wanted, at))).toEqual([
        name,
        'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
        id,
      ])
    },
  )

  it('says nothing of subject identifiers that it could do without', () => {
    const requestedAttributes = [{ name: 'urn:oasis:names:tc:SAML:attribute:subject-id', isRequired: false }]
    expect(named(build({}, { requestedAttributes }), 'Extensions')).toEqual([])
  })

  it('the metadata of the service provider is signed as a whole where that is wanted, the signature first', async () => {
    const xml = await buildSignedSpMetadata(sp, { signsRequests: false })
    const root = parseXml(xml)
    expect(childElements(root).map(({ local }) => local)).toEqual(['Signature', 'SPSSODescriptor'])
    expect(() => verifySignature(root, [createPublicKey(next.certificate)])).toThrow()
    expect(verifySignature(root, [createPublicKey(keys.certificate)])).toBeDefined()
  })
})
