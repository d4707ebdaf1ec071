import type { KeyObject } from 'node:crypto'
import type { IdpMarks } from '../core/identity.ts'
import { attributeOf, childrenNamed, isNamed } from '../xml/navigate.ts'
import { parseXml } from '../xml/parse.ts'
import type { XmlLimits } from '../xml/reader/events.ts'
import { isSigned, verifySignature } from '../xml/signature.ts'
import type { XmlElement } from '../xml/tree.ts'
import { asSamlError, SamlError } from './errors.ts'
import { type Logo, readLogos } from './metadata/logos.ts'
import { MDRPI, readMarks } from './metadata/marks.ts'
import {
  readSigningKeys,
  type SigningCertificate,
  type SigningKeys,
  type UnreadableKey,
} from './metadata/signing-keys.ts'
import { BINDING_POST, BINDING_REDIRECT, METADATA, PROTOCOL } from './names.ts'
import { readScopes, type Scope } from './scopes.ts'
import { earliest, parseTime, parseXmlDuration } from './times.ts'

/** The endpoints of a service, by binding. */
export interface Endpoints {
  readonly redirect?: string
  readonly post?: string
}

/** An identity provider as its metadata describes it. */
export interface IdpMetadata {
  readonly entityId: string
  readonly singleSignOn: Endpoints
  readonly singleLogout: Endpoints
  /** Where it receives responses to its own logout requests. Metadata 2.2.2 */
  readonly singleLogoutAnswers: Endpoints
  /** For signing or for any use, in the order of the metadata; at least one. */
  readonly signingCertificates: readonly SigningCertificate[]
  /** Keys that were left out because they cannot be read. */
  readonly unreadableKeys: readonly UnreadableKey[]
  readonly wantAuthnRequestsSigned: boolean
  /** The domains it may speak for; empty if its metadata lists none. */
  readonly scopes: readonly Scope[]
  readonly marks: IdpMarks
  /** Where it sends users whom a service cannot let in: an http(s) URL, maybe with placeholders. */
  readonly errorUrl?: string
  readonly logos: readonly Logo[]
  readonly validUntil?: Date
  /** When its publisher created the document, as the document states. */
  readonly publishedAt?: Date
  /** How long a copy may be cached, as its publisher states. */
  readonly cacheSeconds?: number
  /** The document itself, unchanged. */
  readonly xml: string
}

export interface MetadataOptions {
  readonly now: Date
  /** The entity to read; needed only if the document describes several. */
  readonly entityId?: string
  /** One of these must have signed the document; undefined: no signature is required. */
  readonly keys?: readonly KeyObject[]
}

const metadataLimits: XmlLimits = {
  characters: 10_000_000,
  depth: 100,
  elements: 200_000,
  attributesPerElement: 64,
  attributes: 400_000,
  takesStylesheet: true,
}

interface Found {
  readonly entity: XmlElement
  /** The EntitiesDescriptors around it, whose validUntil counts too. */
  readonly around: readonly XmlElement[]
}

/**
 * Reads an EntityDescriptor (or one in an EntitiesDescriptor) that has a SAML 2.0 IDPSSODescriptor. Metadata 2.3,
 * 2.4.3. Throws SamlError `saml.metadata_*`, or a reason why the XML is refused.
 */
export function parseIdpMetadata(xml: string, options: MetadataOptions): IdpMetadata {
  return asSamlError(() => read(xml, options))
}

function read(xml: string, { now, entityId, keys }: MetadataOptions): IdpMetadata {
  const root = parseXml(xml, metadataLimits)
  if (keys) mustBeSignedBy(keys, root)
  const { entity, around } = findEntity(root, entityId)
  const idp = idpIn(entity)
  if (!idp) throw new SamlError('saml.metadata_not_idp', { source: 'EntityDescriptor/IDPSSODescriptor' })
  const ends = [...around, entity, idp].flatMap(validUntilOf)
  const validUntil = ends.length > 0 ? earliest(ends) : undefined
  mustBeValidAt(now, validUntil)
  const signingKeys = readSigningKeys(idp)
  mustHaveCertificate(signingKeys)
  return {
    entityId: attributeOf(entity, 'entityID') ?? '',
    singleSignOn: endpoints(idp, 'SingleSignOnService'),
    singleLogout: endpoints(idp, 'SingleLogoutService'),
    singleLogoutAnswers: endpoints(idp, 'SingleLogoutService', 'ResponseLocation'),
    signingCertificates: signingKeys.certificates,
    unreadableKeys: signingKeys.unreadable,
    wantAuthnRequestsSigned: isTrue(attributeOf(idp, 'WantAuthnRequestsSigned')),
    scopes: [...readScopes(entity), ...readScopes(idp)],
    marks: readMarks(entity, idp),
    logos: readLogos(idp),
    ...errorUrlOf(idp),
    ...validityOf(root),
    ...publishedAtOf(root),
    ...(validUntil && { validUntil }),
    xml,
  }
}

function mustBeSignedBy(keys: readonly KeyObject[], root: XmlElement): void {
  if (!isSigned(root)) throw new SamlError('saml.metadata_unsigned', { source: root.local })
  verifySignature(root, keys)
}

/** The requested entity; else the only identity provider, whatever other entities there are. */
function findEntity(root: XmlElement, wanted: string | undefined): Found {
  const all = entitiesIn(root, []).filter(({ entity }) => (attributeOf(entity, 'entityID') ?? '') !== '')
  const found = all.filter(({ entity }) =>
    wanted === undefined ? idpIn(entity) !== undefined : attributeOf(entity, 'entityID') === wanted,
  )
  const [only, another] = found
  if (!only || another) {
    throw new SamlError(only ? 'saml.metadata_ambiguous' : 'saml.metadata_not_idp', {
      expected: wanted ?? 'one identity provider that speaks SAML 2.0',
      found: `${found.length} of them`,
      source: root.local,
    })
  }
  return only
}

function entitiesIn(element: XmlElement, around: readonly XmlElement[]): readonly Found[] {
  if (isNamed(element, METADATA, 'EntityDescriptor')) return [{ entity: element, around }]
  if (!isNamed(element, METADATA, 'EntitiesDescriptor')) return []
  return element.children.flatMap((child) => (typeof child === 'string' ? [] : entitiesIn(child, [...around, element])))
}

function idpIn(entity: XmlElement): XmlElement | undefined {
  return childrenNamed(entity, METADATA, 'IDPSSODescriptor').find(speaksSaml2)
}

function mustHaveCertificate({ certificates, unreadable }: SigningKeys): void {
  if (certificates.length > 0) return
  if (unreadable.length === 0) throw new SamlError('saml.metadata_no_certificate', { source: 'KeyDescriptor' })
  throw new SamlError('saml.metadata_certificate', {
    expected: 'a certificate that can be read',
    found: unreadable.map(({ place, reason }) => `${place}: ${reason}`).join('; '),
    source: 'KeyDescriptor',
  })
}

/** By the attribute that names the URL; `Location` is the default for any other that is absent. */
function endpoints(role: XmlElement, service: string, attribute = 'Location'): Endpoints {
  const at = (binding: string): string | undefined =>
    childrenNamed(role, METADATA, service)
      .filter((endpoint) => attributeOf(endpoint, 'Binding') === binding)
      .map((endpoint) => (attributeOf(endpoint, attribute) ?? attributeOf(endpoint, 'Location'))?.trim())
      .find(isHttpUrl)
  const redirect = at(BINDING_REDIRECT)
  const post = at(BINDING_POST)
  return { ...(redirect && { redirect }), ...(post && { post }) }
}

/** A `javascript:` location must never reach a redirect, and a URL with a fragment would drop the request. */
function isHttpUrl(location: string | undefined): location is string {
  if (location === undefined || !URL.canParse(location) || location.includes('#')) return false
  return /^https?:$/.test(new URL(location).protocol)
}

/** Metadata 2.4.1 */
function errorUrlOf(idp: XmlElement): { readonly errorUrl?: string } {
  const errorUrl = attributeOf(idp, 'errorURL')?.trim()
  return errorUrl !== undefined && URL.canParse(errorUrl) && /^https?:$/.test(new URL(errorUrl).protocol)
    ? { errorUrl }
    : {}
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1'
}

/** From the Extensions of the root: those of an inner entity describe its registration. */
function publishedAtOf(root: XmlElement): { readonly publishedAt?: Date } {
  const [publishedAt] = childrenNamed(root, METADATA, 'Extensions')
    .flatMap(({ children }) => children.filter((child) => typeof child !== 'string'))
    .filter(isPublicationInfo)
    .flatMap((info) => publicationInstantOf(info) ?? [])
  return publishedAt ? { publishedAt } : {}
}

/**
 * With only keys that no signature is verified with, every login would be refused. Throws SamlError
 * `saml.metadata_keys_unfit`.
 */
export function mustHaveUsableKey({ signingCertificates }: Pick<IdpMetadata, 'signingCertificates'>): void {
  const reasons = signingCertificates.map(({ unusable }) => unusable)
  if (reasons.includes(undefined)) return
  throw new SamlError('saml.metadata_keys_unfit', {
    expected: 'an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521',
    found: reasons.join('; '),
    source: 'KeyDescriptor',
  })
}

/** Metadata is never used past its validUntil. Metadata 2.3.1, 2.3.2 */
export function mustBeValidAt(now: Date, validUntil: Date | undefined): void {
  if (!validUntil || validUntil > now) return
  throw new SamlError('saml.metadata_expired', {
    expected: `after ${now.toISOString()}`,
    found: validUntil.toISOString(),
    source: '@validUntil',
  })
}

/** By the role's protocolSupportEnumeration. Metadata 2.4.1 */
export function speaksSaml2(role: XmlElement): boolean {
  return (attributeOf(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(PROTOCOL)
}

/** The time in the element's own validUntil, if any; throws if it is not a time. */
export function validUntilOf(element: XmlElement): readonly Date[] {
  const text = attributeOf(element, 'validUntil')
  if (text === undefined) return []
  const time = parseTime(text)
  if (!time) throw new SamlError('saml.metadata_expired', { expected: 'a time', found: text, source: '@validUntil' })
  return [time]
}

/** Whether it states when its publisher created the document around it. MDRPI 2.2.1 */
export function isPublicationInfo(element: XmlElement): boolean {
  return isNamed(element, MDRPI, 'PublicationInfo')
}

/** undefined for a text that is not a time. */
export function publicationInstantOf(publicationInfo: XmlElement): Date | undefined {
  return parseTime(attributeOf(publicationInfo, 'publicationInstant') ?? '')
}

/** What a document's root states about the whole document. */
export function validityOf(root: XmlElement): { readonly validUntil?: Date; readonly cacheSeconds?: number } {
  const [validUntil] = validUntilOf(root)
  const cacheSeconds = parseXmlDuration(attributeOf(root, 'cacheDuration') ?? '')
  return { ...(validUntil && { validUntil }), ...(cacheSeconds !== undefined && { cacheSeconds }) }
}
