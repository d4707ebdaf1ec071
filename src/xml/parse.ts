import { XmlError } from './errors.ts'
import type { OpenElement, XmlEvents, XmlLimits, XmlReader } from './reader/events.ts'
import { StrictReader } from './reader/reader.ts'
import type { NamespaceScope, XmlElement } from './tree.ts'

/** Enough for a response with thousands of attribute values. */
export const messageLimits: XmlLimits = {
  characters: 1_048_576,
  depth: 100,
  elements: 20_000,
  attributesPerElement: 64,
  attributes: 40_000,
}

/** The context of a text inside another document. */
export interface XmlContext {
  readonly scope: NamespaceScope | undefined
  /** The IDs in use. */
  readonly ids: readonly string[]
}

/**
 * Parses a whole document, or throws XmlError. Stricter than XML 1.0 with namespaces: no DOCTYPE, no processing
 * instruction, no entities but the five, no encoding but UTF-8 or an equivalent, every `ID` attribute unique and not
 * empty. Comments are dropped without splitting the text around them; CDATA sections become text.
 */
export function parseXml(text: string, limits: XmlLimits = messageLimits, context?: XmlContext): XmlElement {
  if (text.length > limits.characters) {
    throw new XmlError('too_large', { expected: `${limits.characters} characters`, found: `${text.length}` })
  }
  let root: XmlElement | undefined
  const events: XmlEvents = {
    id: uniqueIds(context?.ids),
    open: (element, parent) => {
      if (parent) parent.children.push(element)
      else root = element
    },
    text: addText,
    close: () => {},
  }
  readElements(limits, events, context?.scope).write(text).close()
  if (!root) throw new XmlError('malformed', { found: 'no root element' })
  return root
}

/** Only the attribute named exactly `ID` is an ID in SAML (Core 1.3.4): not `Id`, `id`, `xml:id` or `saml:ID`. */
function uniqueIds(taken: readonly string[] = []) {
  const ids = new Set(taken)
  return (id: string): void => {
    if (id === '' || ids.has(id)) throw new XmlError('duplicate_id', { found: id, source: '@ID' })
    ids.add(id)
  }
}

/** Joins text that a comment or the boundary of a CDATA section split. */
function addText(piece: string, { children }: OpenElement): void {
  const last = children.at(-1)
  if (typeof last === 'string') children[children.length - 1] = last + piece
  else children.push(piece)
}

/** The strict reader itself, from which `parseXml` builds trees. `limits.characters` is ignored. */
export function readElements(limits: XmlLimits, events: XmlEvents, around?: NamespaceScope): XmlReader {
  return new StrictReader(limits, events, around)
}

/** The IDs of an element and its contents. The depth limit bounds the recursion. */
export function idsIn({ attributes, children }: XmlElement): readonly string[] {
  return [
    ...attributes.flatMap(({ name, value }) => (name === 'ID' ? [value] : [])),
    ...children.flatMap((child) => (typeof child === 'string' ? [] : idsIn(child))),
  ]
}
