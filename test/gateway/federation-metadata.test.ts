/** The SP metadata that a federation's registrar gets: valid by the schemas, and by the rules of eduGAIN one by one. */
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProviders } from '../../src/gateway/providers.ts'
import { serviceProviderMetadata } from '../../src/gateway/published/publish-metadata.ts'
import { attributeOf, childrenNamed, textOf } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import type { XmlElement } from '../../src/xml/tree.ts'
import { parse, problemsOf, sample } from '../config/sample.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { requireTool } from '../tools.ts'

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata'
const MDUI = 'urn:oasis:names:tc:SAML:metadata:ui'
const REMD = 'http://refeds.org/metadata'
const XMLLINT = '/usr/bin/xmllint'
const SCHEMAS = '/usr/share/xml/opensaml'

const section = `federation:
  displayName: { en: Example AWS, de: Beispiel-AWS }
  description: { en: AWS accounts for researchers, de: AWS-Konten für die Forschung }
  informationUrl: https://aws.example.com/about
  privacyStatementUrl: { en: https://aws.example.com/privacy, de: https://aws.example.com/datenschutz }
  logos: [{ url: https://aws.example.com/logo.png, width: 80, height: 60 }]
  organization: { name: Example University, url: https://www.example.edu }
  contacts:
    technical: aws@example.edu
    support: { name: Help desk, email: help@example.edu }
    security: security@example.edu
  entityCategories: [research-and-scholarship, code-of-conduct, personalized]
  sirtfi: true
`

const edugain = sample
  .replace('    clockSkew: 60s', '    discovery: true\n    subject: subject-id')
  .replaceAll(
    'provider: corp, groups:',
    'provider: corp, assuranceCertification: sirtfi, assurance: IAP/medium, groups:',
  )

const keys = { signing: [await makeKeyPair()], encryption: [await makeKeyPair()], clients: new Map() }

const metadataOf = async (text: string, isSigned = false): Promise<string> => {
  const config = parse(text)
  const providers = createProviders(config.providers, {
    baseUrl: config.baseUrl,
    keys,
    now: () => new Date(),
    stateFolder: tmpdir(),
  })
  return serviceProviderMetadata({ settings: config, providers }, 'corp', isSigned)
}

const descendants = (element: XmlElement): readonly XmlElement[] =>
  element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...descendants(child)]))

const named = (element: XmlElement, uri: string, local: string): readonly XmlElement[] =>
  descendants(element).filter((one) => one.uri === uri && one.local === local)

const inEnglish = (element: XmlElement, uri: string, local: string): string | undefined =>
  named(element, uri, local)
    .filter((one) => attributeOf(one, 'xml:lang') === 'en')
    .map(textOf)[0]

const entityAttribute = (entity: XmlElement, name: string): readonly string[] =>
  named(entity, 'urn:oasis:names:tc:SAML:2.0:assertion', 'Attribute')
    .filter((one) => attributeOf(one, 'Name') === name)
    .flatMap((one) => descendants(one).map(textOf))

const isHttps = (url: string | undefined): boolean => url?.startsWith('https://') === true

/** eduGAIN SAML Profile and Metadata Profile, and what they refer to: each rule about a service provider. */
const rules: readonly (readonly [rule: string, holds: (entity: XmlElement) => boolean, isFromSection?: true])[] = [
  [
    'entityID is an absolute https URL of at most 256 characters',
    (entity) => {
      const entityId = attributeOf(entity, 'entityID') ?? ''
      return isHttps(entityId) && entityId.length <= 256
    },
  ],
  [
    'RegistrationInfo is left to the registrar',
    (entity) => named(entity, 'urn:oasis:names:tc:SAML:metadata:rpi', 'RegistrationInfo').length === 0,
  ],
  ['validUntil is left to the registrar', (entity) => attributeOf(entity, 'validUntil') === undefined],
  [
    'SPSSODescriptor supports the SAML 2.0 protocol',
    (entity) =>
      named(entity, MD, 'SPSSODescriptor').some((role) =>
        attributeOf(role, 'protocolSupportEnumeration')?.split(' ').includes('urn:oasis:names:tc:SAML:2.0:protocol'),
      ),
  ],
  [
    'Organization has name, display name and URL in English',
    (entity) =>
      ['OrganizationName', 'OrganizationDisplayName', 'OrganizationURL'].every((local) =>
        childrenNamed(entity, MD, 'Organization').some((one) => inEnglish(one, MD, local) !== undefined),
      ),
    true,
  ],
  [
    'there is a technical contact',
    (entity) =>
      childrenNamed(entity, MD, 'ContactPerson').some((one) => attributeOf(one, 'contactType') === 'technical'),
    true,
  ],
  [
    'there is a support contact',
    (entity) => childrenNamed(entity, MD, 'ContactPerson').some((one) => attributeOf(one, 'contactType') === 'support'),
    true,
  ],
  [
    'every EmailAddress is a mailto URI',
    (entity) => {
      const addresses = named(entity, MD, 'EmailAddress').map(textOf)
      return addresses.length > 0 && addresses.every((one) => /^mailto:[^@\s]+@[^@\s]+$/.test(one))
    },
    true,
  ],
  [
    'DisplayName is there in English, once for each language',
    (entity) => {
      const languages = named(entity, MDUI, 'DisplayName').map((one) => attributeOf(one, 'xml:lang'))
      return languages.includes('en') && new Set(languages).size === languages.length
    },
    true,
  ],
  ['Description is there in English', (entity) => inEnglish(entity, MDUI, 'Description') !== undefined, true],
  ['InformationURL is there in English', (entity) => isHttps(inEnglish(entity, MDUI, 'InformationURL')), true],
  [
    'PrivacyStatementURL is there in English, as personal data is requested',
    (entity) => isHttps(inEnglish(entity, MDUI, 'PrivacyStatementURL')),
    true,
  ],
  [
    'Logo has an https URL, width and height',
    (entity) =>
      named(entity, MDUI, 'Logo').some(
        (one) =>
          isHttps(textOf(one)) && Number(attributeOf(one, 'width')) > 0 && Number(attributeOf(one, 'height')) > 0,
      ),
    true,
  ],
  [
    'UIInfo is in the Extensions of the SPSSODescriptor',
    (entity) =>
      childrenNamed(entity, MD, 'SPSSODescriptor')
        .flatMap((role) => childrenNamed(role, MD, 'Extensions'))
        .some((extensions) => childrenNamed(extensions, MDUI, 'UIInfo').length === 1),
    true,
  ],
  [
    'RequestedAttribute has the URI as its Name',
    (entity) => {
      const requested = named(entity, MD, 'RequestedAttribute')
      const known = requested.filter((one) => attributeOf(one, 'FriendlyName') !== undefined)
      return known.length >= 2 && known.every((one) => /^urn:oid:|^urn:oasis:/.test(attributeOf(one, 'Name') ?? ''))
    },
  ],
  [
    'ServiceName of the requested attributes is in English',
    (entity) => inEnglish(entity, MD, 'ServiceName') !== undefined,
  ],
  [
    'every endpoint is https',
    (entity) => {
      const locations = descendants(entity).flatMap((one) => attributeOf(one, 'Location') ?? [])
      return locations.length >= 3 && locations.every(isHttps)
    },
  ],
  [
    'AssertionConsumerService has the HTTP-POST binding',
    (entity) =>
      named(entity, MD, 'AssertionConsumerService').some((one) => attributeOf(one, 'Binding')?.endsWith('HTTP-POST')),
  ],
  [
    'there are keys for signing and for encryption, RSA of 2048 bits or more',
    (entity) => {
      const keys = named(entity, MD, 'KeyDescriptor')
      const sizes = named(entity, 'http://www.w3.org/2000/09/xmldsig#', 'X509Certificate').map(
        (one) =>
          new X509Certificate(Buffer.from(textOf(one), 'base64')).publicKey.asymmetricKeyDetails?.modulusLength ?? 0,
      )
      return (
        ['signing', 'encryption'].every((use) => keys.some((one) => attributeOf(one, 'use') === use)) &&
        sizes.every((bits) => bits >= 2048)
      )
    },
  ],
  [
    'entity categories are URIs in one entity attribute (RFC 8409)',
    (entity) =>
      entityAttribute(entity, 'http://macedir.org/entity-category').join(' ') ===
      'http://refeds.org/category/research-and-scholarship https://refeds.org/category/code-of-conduct/v2 https://refeds.org/category/personalized',
    true,
  ],
  [
    'Sirtfi is an assurance certification',
    (entity) =>
      entityAttribute(entity, 'urn:oasis:names:tc:SAML:attribute:assurance-certification').includes(
        'https://refeds.org/sirtfi',
      ),
    true,
  ],
  [
    'the security contact has type other, the REFEDS type, a name and an address',
    (entity) =>
      childrenNamed(entity, MD, 'ContactPerson').some(
        (one) =>
          attributeOf(one, 'contactType') === 'other' &&
          one.attributes.some(
            ({ uri, local, value }) =>
              uri === REMD && local === 'contactType' && value === `${REMD}/contactType/security`,
          ) &&
          named(one, MD, 'GivenName').length === 1 &&
          named(one, MD, 'EmailAddress').length === 1,
      ),
    true,
  ],
  [
    'subject-id:req has exactly one value',
    (entity) => entityAttribute(entity, 'urn:oasis:names:tc:SAML:profiles:subject-id:req').join(' ') === 'subject-id',
  ],
  [
    'DiscoveryResponse names where a discovery service may send users',
    (entity) =>
      named(entity, 'urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol', 'DiscoveryResponse').some(
        (one) => attributeOf(one, 'Location') === 'https://aws.example.com/saml/corp/discovery',
      ),
  ],
]

let complete: string
let bare: string
beforeAll(async () => {
  complete = await metadataOf(edugain + section)
  bare = await metadataOf(edugain)
})

describe('the SP metadata for a federation', () => {
  it.each(rules.map(([rule, holds, isFromSection]) => ({ rule, holds, isFromSection })))(
    'SP metadata for eduGAIN: $rule',
    ({ holds, isFromSection }) => {
      expect(holds(parseXml(complete))).toBe(true)
      // Without the section the rule notices that something is missing.
      expect(holds(parseXml(bare))).toBe(isFromSection !== true)
    },
  )

  it('SP metadata for a federation asks for eduPersonAssurance where a rule reads assurance', () => {
    const names = named(parseXml(complete), MD, 'RequestedAttribute').map((one) => attributeOf(one, 'FriendlyName'))
    expect(names).toContain('eduPersonAssurance')
  })

  it.each([
    ['pseudonymous', 'pairwise-id'],
    ['anonymous', 'none'],
  ])('SP metadata with the category %s requires the subject identifier %s', async (category, required) => {
    const text = edugain.replace('subject: subject-id', 'subject: nameId') + section.replace('personalized', category)
    const entity = parseXml(await metadataOf(text))
    expect(entityAttribute(entity, 'urn:oasis:names:tc:SAML:profiles:subject-id:req')).toEqual([required])
  })
})

const mistakes: readonly (readonly [mistake: string, from: string, to: string, path: string])[] = [
  ['Sirtfi without a security contact', '    security: security@example.edu\n', '', 'federation.sirtfi'],
  [
    'a category without its privacy statement',
    / {2}privacyStatementUrl.*\n/.exec(section)?.[0] ?? '',
    '',
    'federation.entityCategories[1]',
  ],
  [
    'R&S without a page about the service',
    '  informationUrl: https://aws.example.com/about\n',
    '',
    'federation.entityCategories[0]',
  ],
  ['no English', 'displayName: { en: Example AWS, de', 'displayName: { de', 'federation.displayName'],
  [
    'a link in clear text',
    'https://aws.example.com/about',
    'http://aws.example.com/about',
    'federation.informationUrl',
  ],
  ['a language that is none', 'de: Beispiel-AWS', 'german!: Beispiel-AWS', 'federation.displayName."german!"'],
  [
    'an identifier that nobody would release',
    'sirtfi: true',
    'sirtfi: true\n  subjectId: pairwise-id',
    'providers[0].subject',
  ],
]

describe('a federation section', () => {
  it.each(mistakes)('a federation section with %s is a configuration error', (_, from, to, path) => {
    const problems = problemsOf(edugain + section.replace(from, to))
    expect(problems.map((problem) => problem.split(' ')[1])).toContain(`${path}:`)
  })
})

describe.skipIf(!requireTool(XMLLINT) || !requireTool(`${SCHEMAS}/saml-schema-metadata-2.0.xsd`))('by xmllint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-schemas-'))
  const driver = join(folder, 'all.xsd')
  const imports = [
    ['http://www.w3.org/XML/1998/namespace', '/usr/share/xml/xmltooling/xml.xsd'],
    ['http://www.w3.org/2000/09/xmldsig#', '/usr/share/xml/xmltooling/xmldsig-core-schema.xsd'],
    ['http://www.w3.org/2001/04/xmlenc#', '/usr/share/xml/xmltooling/xenc-schema.xsd'],
    ['urn:oasis:names:tc:SAML:2.0:assertion', `${SCHEMAS}/saml-schema-assertion-2.0.xsd`],
    [MD, `${SCHEMAS}/saml-schema-metadata-2.0.xsd`],
    [MDUI, `${SCHEMAS}/sstc-saml-metadata-ui-v1.0.xsd`],
    ['urn:oasis:names:tc:SAML:metadata:attribute', `${SCHEMAS}/sstc-metadata-attr.xsd`],
    ['urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol', `${SCHEMAS}/sstc-saml-idp-discovery.xsd`],
  ]
  writeFileSync(
    driver,
    `<schema xmlns="http://www.w3.org/2001/XMLSchema">${imports
      .map(([namespace, place]) => `<import namespace="${namespace}" schemaLocation="${place}"/>`)
      .join('')}</schema>`,
  )
  afterAll(() => rmSync(folder, { recursive: true }))

  const validate = (xml: string): string => {
    const file = join(folder, 'metadata.xml')
    writeFileSync(file, xml)
    try {
      execFileSync(XMLLINT, ['--nonet', '--noout', '--schema', driver, file], { stdio: 'pipe' })
      return 'valid'
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr)
    }
  }

  it.each([
    ['with the section', edugain + section, false],
    ['with the section, signed', edugain + section, true],
    ['without it', edugain, false],
    ['for one identity provider', sample, false],
  ])('SP metadata %s is valid by the schemas of SAML and MDUI', async (_, text, isSigned) => {
    expect(validate(await metadataOf(text, isSigned))).toBe('valid')
  })

  it.each([
    [
      'an unknown element in UIInfo of mdui',
      /<mdui:DisplayName[^>]*>[^<]*<\/mdui:DisplayName>/,
      '<mdui:Name>x</mdui:Name>',
    ],
    ['a contact of no type', 'contactType="technical"', 'contactType="friend"'],
    ['a DiscoveryResponse without an index', ' index="1"', ''],
  ])('SP metadata with %s is not valid by the schemas', (_, from, to) => {
    expect(validate(complete.replace(from, to))).not.toBe('valid')
  })
})
