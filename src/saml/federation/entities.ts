import { attributeOf, isNamed } from '../../xml/navigate.ts'
import type { OpenElement, XmlEvents } from '../../xml/parse.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { speaksSaml2 } from '../metadata.ts'
import { ASSERTION, METADATA } from '../names.ts'

/** Metadata UI 1.0, 2.1 */
export const MDUI = 'urn:oasis:names:tc:SAML:metadata:ui'
const XML_LANG = 'xml:lang'
const ENTITY_CATEGORY = 'http://macedir.org/entity-category'
const HIDE_FROM_DISCOVERY = 'http://refeds.org/category/hide-from-discovery'

/** The name that an identity provider gives itself, in one language (empty if it does not say which). */
export interface DisplayName {
  readonly language: string
  readonly name: string
}

export interface EntityDescription {
  readonly entityId: string
  /** mdui:DisplayName of the identity provider, else the organization's. */
  readonly names: readonly DisplayName[]
  /** It requests to be hidden in lists. */
  readonly isHidden: boolean
}

/** What surrounds the entities. */
export interface EntityEvents {
  /** An EntityDescriptor begins, in these EntitiesDescriptors. */
  begin(around: readonly XmlElement[]): void
  /** It ended; undefined if it is not a SAML 2.0 identity provider. */
  end(description: EntityDescription | undefined): void
}

const MAX_NAMES = 100
const MAX_NAME_LENGTH = 500

interface OpenEntity {
  readonly element: OpenElement
  readonly names: DisplayName[]
  readonly organization: DisplayName[]
  isIdp: boolean
  isHidden: boolean
}

/** Reads what an index needs of each entity, as the document is parsed. Nested EntitiesDescriptors are allowed. */
export function readEntities(events: EntityEvents): Omit<XmlEvents, 'id'> {
  const path: OpenElement[] = []
  let entity: OpenEntity | undefined
  let text: { readonly element: OpenElement; value: string } | undefined

  const open = (element: OpenElement, parent: OpenElement | undefined): void => {
    if (entity) {
      if (parent === entity.element && isSaml2Idp(element)) entity.isIdp = true
      if (isOfInterest(element, parent)) text = { element, value: '' }
    } else if (isNamed(element, METADATA, 'EntityDescriptor') && path.every(isEntities)) {
      entity = { element, names: [], organization: [], isIdp: false, isHidden: false }
      events.begin(path)
    }
    path.push(element)
  }
  const take = (element: OpenElement, value: string, { names, organization }: OpenEntity): void => {
    const [parent, grandparent, greatGrandparent] = path.toReversed()
    if (isNamed(element, ASSERTION, 'AttributeValue')) {
      if (entity && parent && isCategory(parent) && value.trim() === HIDE_FROM_DISCOVERY) entity.isHidden = true
      return
    }
    const isOwn = element.uri === MDUI
    if (isOwn && !(grandparent && greatGrandparent && isSaml2Idp(greatGrandparent))) return
    const list = isOwn ? names : organization
    const name = value.trim().replace(/\s+/g, ' ').slice(0, MAX_NAME_LENGTH)
    if (name === '' || list.length >= MAX_NAMES) return
    list.push({ language: detached(attributeOf(element, XML_LANG) ?? ''), name: detached(name) })
  }
  const close = (element: OpenElement): void => {
    path.pop()
    if (!entity) return
    if (text?.element === element) {
      take(element, text.value, entity)
      text = undefined
    } else if (entity.element === element) {
      events.end(descriptionOf(entity))
      entity = undefined
    }
  }
  return {
    open,
    close,
    text: (piece, parent) => {
      if (text?.element === parent) text.value += piece
    },
  }
}

function isSaml2Idp(element: XmlElement): boolean {
  return isNamed(element, METADATA, 'IDPSSODescriptor') && speaksSaml2(element)
}

function isOfInterest(element: XmlElement, parent: XmlElement | undefined): boolean {
  if (!parent) return false
  switch (element.local) {
    case 'DisplayName':
      return element.uri === MDUI && isNamed(parent, MDUI, 'UIInfo')
    case 'OrganizationDisplayName':
      return element.uri === METADATA && isNamed(parent, METADATA, 'Organization')
    case 'AttributeValue':
      return element.uri === ASSERTION && isCategory(parent)
    default:
      return false
  }
}

function isCategory(element: XmlElement): boolean {
  return isNamed(element, ASSERTION, 'Attribute') && attributeOf(element, 'Name') === ENTITY_CATEGORY
}

function isEntities(element: XmlElement): boolean {
  return isNamed(element, METADATA, 'EntitiesDescriptor')
}

/** A copy that does not keep the chunk in memory from which it was sliced. */
function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

function descriptionOf({ element, names, organization, isIdp, isHidden }: OpenEntity) {
  const entityId = attributeOf(element, 'entityID') ?? ''
  if (!isIdp || entityId === '') return undefined
  return { entityId: detached(entityId), names: names.length > 0 ? names : organization, isHidden }
}
