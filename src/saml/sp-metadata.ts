import { X509Certificate } from 'node:crypto'
import { nameIdFormats } from '../core/identity.ts'
import { newXmlId } from '../core/ids.ts'
import type { Signer } from '../core/keys.ts'
import { XMLDSIG } from '../xml/algorithms.ts'
import { signEnveloped } from '../xml/sign.ts'
import { element, type Markup, render } from '../xml/write.ts'
import { ATTRNAME_UNSPECIFIED, ATTRNAME_URI, BINDING_POST, BINDING_REDIRECT, METADATA, PROTOCOL } from './names.ts'
import type { ServiceProvider } from './service-provider.ts'
import {
  entityAttributes,
  type FederationMetadata,
  inLanguages,
  organizationAndContacts,
  roleExtensions,
} from './sp-metadata/federation.ts'

/** An attribute that the identity provider is asked to send. Metadata 2.4.4.2 */
export interface RequestedAttribute {
  readonly name: string
  readonly friendlyName?: string
  readonly isRequired: boolean
}

export interface SpMetadataOptions {
  /** Whether requests to this identity provider are signed: some refuse unsigned ones once this is announced. */
  readonly signsRequests: boolean
  /** The requested NameID format; without it four are offered. */
  readonly nameIdFormat?: string
  readonly requestedAttributes?: readonly RequestedAttribute[]
  /** The subject identifier attribute that is required, `any` or `none`; undefined: the first of these attributes that is required. */
  readonly subjectId?: 'subject-id' | 'pairwise-id' | 'any' | 'none'
  /** For federations: names, organization, contacts, categories. */
  readonly federation?: FederationMetadata
  /** Where a discovery service sends users back. */
  readonly discoveryResponseUrl?: string
}

const OFFERED_FORMATS = [
  nameIdFormats.persistent,
  nameIdFormats.emailAddress,
  nameIdFormats.transient,
  nameIdFormats.unspecified,
]

const SUBJECT_IDS = new Set(['subject-id', 'pairwise-id'].map((id) => `urn:oasis:names:tc:SAML:attribute:${id}`))

/** Algorithms to encrypt with, preferred first: AES-CBC is accepted in signed responses, but not requested. */
const OPENED_ALGORITHMS = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
]

/** The metadata for an identity provider's administrator, unsigned. Metadata 2.4.4 */
export function buildSpMetadata(sp: ServiceProvider, options: SpMetadataOptions): string {
  return render(entityDescriptor(sp, options))
}

function entityDescriptor(sp: ServiceProvider, options: SpMetadataOptions, id?: string): Markup {
  return element('md:EntityDescriptor', { 'xmlns:md': METADATA, ID: id, entityID: sp.entityId }, [
    entityAttributes(requiredSubjectId(options), options.federation),
    element(
      'md:SPSSODescriptor',
      {
        AuthnRequestsSigned: String(options.signsRequests),
        WantAssertionsSigned: 'true',
        protocolSupportEnumeration: PROTOCOL,
      },
      [
        roleExtensions(options.federation, options.discoveryResponseUrl),
        ...[sp.keys, ...(sp.furtherKeys ?? [])].map((keys) => keyDescriptor('signing', keys)),
        ...(sp.decryptionKeys ?? []).map((keys) => keyDescriptor('encryption', keys, OPENED_ALGORITHMS)),
        ...(sp.sloUrl === undefined ? [] : logoutServices(sp.sloUrl)),
        ...(options.nameIdFormat === undefined ? OFFERED_FORMATS : [options.nameIdFormat]).map((format) =>
          element('md:NameIDFormat', {}, format),
        ),
        element('md:AssertionConsumerService', {
          Binding: BINDING_POST,
          Location: sp.acsUrl,
          index: '0',
          isDefault: 'true',
        }),
        attributeService(sp, options),
      ],
    ),
    ...organizationAndContacts(options.federation),
  ])
}

/** Subject Identifier Attributes Profile 1.0, 3.5 */
function requiredSubjectId({ subjectId, requestedAttributes = [] }: SpMetadataOptions): string | undefined {
  const required = requestedAttributes.find(({ name, isRequired }) => isRequired && SUBJECT_IDS.has(name))
  return subjectId ?? required?.name.slice(required.name.lastIndexOf(':') + 1)
}

function keyDescriptor(
  use: 'signing' | 'encryption',
  { certificate }: Pick<Signer, 'certificate'>,
  algorithms: readonly string[] = [],
): Markup {
  return element('md:KeyDescriptor', { use }, [
    element('ds:KeyInfo', { 'xmlns:ds': XMLDSIG }, [
      element('ds:X509Data', {}, [
        element('ds:X509Certificate', {}, new X509Certificate(certificate).raw.toString('base64')),
      ]),
    ]),
    ...algorithms.map((Algorithm) => element('md:EncryptionMethod', { Algorithm })),
  ])
}

/** Both bindings, because some identity providers look only for the one that they prefer. */
function logoutServices(url: string): readonly Markup[] {
  return [BINDING_REDIRECT, BINDING_POST].map((Binding) =>
    element('md:SingleLogoutService', { Binding, Location: url }),
  )
}

function attributeService(
  sp: ServiceProvider,
  { requestedAttributes = [], federation }: SpMetadataOptions,
): Markup | undefined {
  if (requestedAttributes.length === 0) return undefined
  const names = federation?.displayName ?? new Map([['en', sp.name ?? sp.entityId]])
  return element('md:AttributeConsumingService', { index: '0', isDefault: 'true' }, [
    ...inLanguages('md:ServiceName', names),
    ...inLanguages('md:ServiceDescription', federation?.description ?? new Map()),
    ...requestedAttributes.map(({ name, friendlyName, isRequired }) =>
      element('md:RequestedAttribute', {
        Name: name,
        NameFormat: name.includes(':') ? ATTRNAME_URI : ATTRNAME_UNSPECIFIED,
        FriendlyName: friendlyName,
        isRequired: String(isRequired),
      }),
    ),
  ])
}

/** The same, signed with the key that signs requests. Metadata 3.1 */
export function buildSignedSpMetadata(sp: ServiceProvider, options: SpMetadataOptions): Promise<string> {
  const id = newXmlId()
  const xml = render(entityDescriptor(sp, options, id))
  const first = entityAttributes(requiredSubjectId(options), options.federation) ? 'Extensions' : 'SPSSODescriptor'
  return signEnveloped(xml, { id, before: first, signer: sp.keys })
}
