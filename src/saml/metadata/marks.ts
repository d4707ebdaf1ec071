/** What a federation states about an identity provider, beside what the provider states itself. */
import { type IdpMarks, markNames } from '../../core/identity.ts'
import { attributeOf, childrenNamed, isNamed, textOf } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { ASSERTION, METADATA } from '../names.ts'
import { readScopes, SHIBMD } from '../scopes.ts'

/** Metadata Extensions for Registration and Publication Information 1.0 */
export const MDRPI = 'urn:oasis:names:tc:SAML:metadata:rpi'
/** Metadata Extension for Entity Attributes 1.0 */
export const MDATTR = 'urn:oasis:names:tc:SAML:metadata:attribute'

/** RFC 8409 4 and 5; Identity Assurance Profiles 1.0, 2. */
export const ENTITY_CATEGORY = 'http://macedir.org/entity-category'
export const ENTITY_CATEGORY_SUPPORT = 'http://macedir.org/entity-category-support'
export const ASSURANCE_CERTIFICATION = 'urn:oasis:names:tc:SAML:attribute:assurance-certification'

/** The entity attributes that count as marks, each with the name that rules use. */
const MARK_ATTRIBUTES: ReadonlyMap<string, 'entityCategory' | 'assuranceCertification'> = new Map([
  [ENTITY_CATEGORY, 'entityCategory'],
  [ENTITY_CATEGORY_SUPPORT, 'entityCategory'],
  [ASSURANCE_CERTIFICATION, 'assuranceCertification'],
])

/** The mark that an entity attribute of this Name adds to; undefined: none. */
export function markOf(attributeName: string | undefined): 'entityCategory' | 'assuranceCertification' | undefined {
  return MARK_ATTRIBUTES.get(attributeName ?? '')
}

/** The marks in the Extensions of an EntityDescriptor and of its IDPSSODescriptor. */
export function readMarks(entity: XmlElement, idp: XmlElement): IdpMarks {
  const extensions = childrenNamed(entity, METADATA, 'Extensions')
  const registrations = extensions.flatMap((one) => childrenNamed(one, MDRPI, 'RegistrationInfo'))
  const attributes = extensions
    .flatMap((one) => childrenNamed(one, MDATTR, 'EntityAttributes'))
    .flatMap((one) => childrenNamed(one, ASSERTION, 'Attribute'))
  const valuesOf = (mark: ReturnType<typeof markOf>): readonly string[] =>
    attributes
      .filter((attribute) => markOf(attributeOf(attribute, 'Name')) === mark)
      .flatMap((attribute) => childrenNamed(attribute, ASSERTION, 'AttributeValue'))
      .map((value) => textOf(value).trim())
  return {
    registrationAuthority: registrations.slice(0, 1).flatMap((one) => attributeOf(one, 'registrationAuthority') ?? []),
    entityCategory: [...new Set(valuesOf('entityCategory'))],
    assuranceCertification: [...new Set(valuesOf('assuranceCertification'))],
    // A pattern is no name of a domain.
    idpScope: [...readScopes(entity), ...readScopes(idp)].flatMap(({ value, isPattern }) => (isPattern ? [] : [value])),
  }
}

/** Whether there is a value in every list that the filter has. */
export function fitsMarks(marks: IdpMarks, filter: Partial<IdpMarks>): boolean {
  return markNames.every((name) => filter[name]?.some((value) => marks[name].includes(value)) ?? true)
}

/**
 * Whether the element belongs to a mark of that entity, in the places where readMarks finds them: elsewhere in its
 * descriptor a member writes what it likes, such as the attributes that it supports. `path`: what is open around the element, nearest last.
 */
export function isMarkOf(entity: XmlElement, element: XmlElement, path: readonly XmlElement[]): boolean {
  const parent = path.at(-1)
  if (isNamed(element, ASSERTION, 'AttributeValue'))
    return (
      isNamedSo(parent, ASSERTION, 'Attribute') &&
      isNamedSo(path.at(-2), MDATTR, 'EntityAttributes') &&
      isNamedSo(path.at(-3), METADATA, 'Extensions') &&
      path.at(-4) === entity
    )
  if (!isNamedSo(parent, METADATA, 'Extensions')) return false
  if (isNamed(element, MDRPI, 'RegistrationInfo')) return path.at(-2) === entity
  const isOfRole = isNamedSo(path.at(-2), METADATA, 'IDPSSODescriptor') && path.at(-3) === entity
  return isNamed(element, SHIBMD, 'Scope') && (path.at(-2) === entity || isOfRole)
}

function isNamedSo(element: XmlElement | undefined, uri: string, local: string): boolean {
  return element !== undefined && isNamed(element, uri, local)
}
