import type { IdpMarks } from '../../core/identity.ts'
import { attributeOf, isNamed } from '../../xml/navigate.ts'
import type { OpenElement, XmlEvents } from '../../xml/reader/events.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { MDUI } from '../metadata/logos.ts'
import { isMarkOf, markOf } from '../metadata/marks.ts'
import { speaksSaml2 } from '../metadata.ts'
import { ASSERTION, METADATA } from '../names.ts'
import { SHIBMD } from '../scopes.ts'

const XML_LANG = 'xml:lang'
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
  readonly hasLogo: boolean
  /** What its federation states about it. */
  readonly marks: IdpMarks
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
const MAX_MARKS = 200

interface OpenEntity {
  readonly element: OpenElement
  readonly names: DisplayName[]
  readonly organization: DisplayName[]
  readonly marks: { readonly [Name in keyof IdpMarks]: string[] }
  isIdp: boolean
  isHidden: boolean
  hasLogo: boolean
}

/** Reads what an index needs of each entity, as the document is parsed. Nested EntitiesDescriptors are allowed. */
export function readEntities(events: EntityEvents): Omit<XmlEvents, 'id'> {
  const path: OpenElement[] = []
  let entity: OpenEntity | undefined
  let text: { readonly element: OpenElement; value: string } | undefined

  const open = (element: OpenElement, parent: OpenElement | undefined): void => {
    if (entity) {
      if (parent === entity.element && isSaml2Idp(element)) entity.isIdp = true
      const isMark = isMarkOf(entity.element, element, path)
      if (isMark && element.local === 'RegistrationInfo')
        registeredBy(attributeOf(element, 'registrationAuthority'), entity)
      else if (isMark || isName(element, parent)) text = { element, value: '' }
    } else if (isNamed(element, METADATA, 'EntityDescriptor') && path.every(isEntities)) {
      entity = {
        element,
        names: [],
        organization: [],
        marks: { registrationAuthority: [], entityCategory: [], assuranceCertification: [], idpScope: [] },
        isIdp: false,
        isHidden: false,
        hasLogo: false,
      }
      events.begin(path)
    }
    path.push(element)
  }
  const registeredBy = (authority: string | undefined, { marks }: OpenEntity): void => {
    if (authority !== undefined && marks.registrationAuthority.length === 0)
      marks.registrationAuthority.push(shared(authority))
  }
  const take = (element: OpenElement, value: string, taking: OpenEntity): void => {
    const { names, organization, marks } = taking
    const [parent, grandparent, greatGrandparent] = path.toReversed()
    if (isNamed(element, ASSERTION, 'AttributeValue')) {
      const mark = parent && markOf(attributeOf(parent, 'Name'))
      if (mark && marks[mark].length < MAX_MARKS) marks[mark].push(shared(value.trim()))
      if (mark === 'entityCategory' && value.trim() === HIDE_FROM_DISCOVERY) taking.isHidden = true
      return
    }
    if (isNamed(element, SHIBMD, 'Scope')) {
      const isPattern = ['true', '1'].includes(attributeOf(element, 'regexp') ?? 'false')
      if (!isPattern && marks.idpScope.length < MAX_MARKS) marks.idpScope.push(detached(value.trim()))
      return
    }
    if (element.local === 'Logo') {
      taking.hasLogo ||= /^\s*(https:|data:image\/)/i.test(value)
      return
    }
    const isOwn = element.uri === MDUI
    if (isOwn && !(grandparent && greatGrandparent && isSaml2Idp(greatGrandparent))) return
    const list = isOwn ? names : organization
    const name = value.trim().replace(/\s+/g, ' ').slice(0, MAX_NAME_LENGTH)
    if (name === '' || list.length >= MAX_NAMES) return
    list.push({ language: detached(attributeOf(element, XML_LANG) ?? ''), name: detached(name) })
  }
  /** The same few values occur in thousands of entities. */
  const known = new Map<string, string>()
  const shared = (value: string): string => {
    const found = known.get(value) ?? detached(value)
    if (known.size < MAX_MARKS) known.set(found, found)
    return found
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

/** Of the provider, or its logo. */
function isName(element: XmlElement, parent: XmlElement | undefined): boolean {
  if (!parent) return false
  switch (element.local) {
    case 'DisplayName':
    case 'Logo':
      return element.uri === MDUI && isNamed(parent, MDUI, 'UIInfo')
    case 'OrganizationDisplayName':
      return element.uri === METADATA && isNamed(parent, METADATA, 'Organization')
    default:
      return false
  }
}

function isEntities(element: XmlElement): boolean {
  return isNamed(element, METADATA, 'EntitiesDescriptor')
}

/** A copy that does not keep the chunk in memory from which it was sliced. */
function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

function descriptionOf({ element, names, organization, isIdp, ...same }: OpenEntity): EntityDescription | undefined {
  const entityId = attributeOf(element, 'entityID') ?? ''
  if (!isIdp || entityId === '') return undefined
  return { entityId: detached(entityId), names: names.length > 0 ? names : organization, ...same }
}
