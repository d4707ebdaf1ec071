/**
 * What federations want to find in SP metadata: names and links for users (MDUI 1.0), entity attributes (categories,
 * certifications, the required subject identifier), the organization, contacts, and where a discovery service answers.
 */
import { element, type Markup } from '../../xml/write.ts'
import { MDUI } from '../metadata/logos.ts'
import { ASSURANCE_CERTIFICATION, ENTITY_CATEGORY, MDATTR } from '../metadata/marks.ts'
import { ASSERTION, ATTRNAME_URI } from '../names.ts'

/** By language. */
type Localized = ReadonlyMap<string, string>

/** The gateway as a federation presents it. */
export interface FederationMetadata {
  readonly displayName: Localized
  readonly description: Localized
  readonly informationUrl: Localized
  readonly privacyStatementUrl: Localized
  readonly logos: readonly {
    readonly url: string
    readonly width: number
    readonly height: number
    readonly language?: string | undefined
  }[]
  readonly organization: { readonly name: Localized; readonly displayName: Localized; readonly url: Localized }
  readonly contacts: readonly {
    readonly kind: 'technical' | 'support' | 'administrative' | 'security'
    readonly name?: string
    readonly email: string
  }[]
  readonly entityCategories: readonly string[]
  readonly sirtfi: boolean
}

/** Subject Identifier Attributes Profile 1.0, 3.5 */
const SUBJECT_ID_REQUIREMENT = 'urn:oasis:names:tc:SAML:profiles:subject-id:req'
const SIRTFI = 'https://refeds.org/sirtfi'
/** Identity Provider Discovery Service Protocol 1.0, 2.5 */
const DISCOVERY = 'urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol'
/** REFEDS Security Contact Metadata Extension 1.0 */
const REMD = 'http://refeds.org/metadata'
const SECURITY_CONTACT = `${REMD}/contactType/security`
/** That profile requires a GivenName. */
const SECURITY_NAME = 'Security Response Team'

/** The entity attributes, in the Extensions of the EntityDescriptor; undefined: there are none. */
export function entityAttributes(
  subjectId: string | undefined,
  federation: FederationMetadata | undefined,
): Markup | undefined {
  const attributes = [
    ...attribute(ENTITY_CATEGORY, federation?.entityCategories ?? []),
    ...attribute(ASSURANCE_CERTIFICATION, federation?.sirtfi ? [SIRTFI] : []),
    ...attribute(SUBJECT_ID_REQUIREMENT, subjectId === undefined ? [] : [subjectId]),
  ]
  if (attributes.length === 0) return undefined
  return element('md:Extensions', {}, [
    element('mdattr:EntityAttributes', { 'xmlns:mdattr': MDATTR, 'xmlns:saml': ASSERTION }, attributes),
  ])
}

function attribute(Name: string, values: readonly string[]): readonly Markup[] {
  if (values.length === 0) return []
  const children = values.map((value) => element('saml:AttributeValue', {}, value))
  return [element('saml:Attribute', { Name, NameFormat: ATTRNAME_URI }, children)]
}

/** The Extensions of the SPSSODescriptor; undefined: there are none. MDUI 1.0 2.1 */
export function roleExtensions(
  federation: FederationMetadata | undefined,
  discoveryResponseUrl: string | undefined,
): Markup | undefined {
  if (!federation && discoveryResponseUrl === undefined) return undefined
  return element('md:Extensions', {}, [
    federation && uiInfo(federation),
    discoveryResponseUrl === undefined
      ? undefined
      : element('idpdisco:DiscoveryResponse', {
          'xmlns:idpdisco': DISCOVERY,
          Binding: DISCOVERY,
          Location: discoveryResponseUrl,
          index: '1',
        }),
  ])
}

function uiInfo(federation: FederationMetadata): Markup {
  const { displayName, description, informationUrl, privacyStatementUrl, logos } = federation
  return element('mdui:UIInfo', { 'xmlns:mdui': MDUI }, [
    ...inLanguages('mdui:DisplayName', displayName),
    ...inLanguages('mdui:Description', description),
    ...inLanguages('mdui:InformationURL', informationUrl),
    ...inLanguages('mdui:PrivacyStatementURL', privacyStatementUrl),
    ...logos.map(({ url, width, height, language }) =>
      element('mdui:Logo', { width: String(width), height: String(height), 'xml:lang': language }, url),
    ),
  ])
}

/** One element for each language. */
export function inLanguages(name: string, texts: Localized): readonly Markup[] {
  return [...texts].map(([language, text]) => element(name, { 'xml:lang': language }, text))
}

/** Organization and contacts, at the end of the EntityDescriptor. Metadata 2.3.2 */
export function organizationAndContacts(federation: FederationMetadata | undefined): readonly Markup[] {
  if (!federation) return []
  const { name, displayName, url } = federation.organization
  return [
    element('md:Organization', {}, [
      ...inLanguages('md:OrganizationName', name),
      ...inLanguages('md:OrganizationDisplayName', displayName),
      ...inLanguages('md:OrganizationURL', url),
    ]),
    ...federation.contacts.map(contactPerson),
  ]
}

function contactPerson({ kind, name, email }: FederationMetadata['contacts'][number]): Markup {
  const isSecurity = kind === 'security'
  const givenName = name ?? (isSecurity ? SECURITY_NAME : undefined)
  return element(
    'md:ContactPerson',
    {
      contactType: isSecurity ? 'other' : kind,
      'xmlns:remd': isSecurity ? REMD : undefined,
      'remd:contactType': isSecurity ? SECURITY_CONTACT : undefined,
    },
    [
      givenName === undefined ? undefined : element('md:GivenName', {}, givenName),
      element('md:EmailAddress', {}, `mailto:${email}`),
    ],
  )
}
