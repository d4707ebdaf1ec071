import { XmlError } from './errors.ts'
import type { XmlElement } from './tree.ts'

const NOT_BLANK = /[^ \t\r\n]/

/**
 * Navigation in a tree, only along the child axis: no element is found by searching the document, which makes signature
 * wrapping possible. Elements match by namespace and local name, attributes by no namespace and exact name.
 */

/** By namespace and local name; prefixes do not count. */
export function isNamed(element: XmlElement, uri: string, local: string): boolean {
  return element.local === local && element.uri === uri
}

/** All such children, in document order. */
export function childrenNamed(parent: XmlElement, uri: string, local: string): readonly XmlElement[] {
  const named: XmlElement[] = []
  for (const node of parent.children) if (typeof node !== 'string' && isNamed(node, uri, local)) named.push(node)
  return named
}

/** At most one such child; throws `xml.element_repeated`. */
export function optionalChild(parent: XmlElement, uri: string, local: string): XmlElement | undefined {
  const [child, another] = childrenNamed(parent, uri, local)
  if (another) throw new XmlError('element_repeated', { expected: 'at most one', source: where(parent, local) })
  return child
}

/** The path of an element, for the reason of a refusal. */
function where(parent: XmlElement, local: string): string {
  return `${parent.local}/${local}`
}

/** Exactly one such child; throws `xml.element_missing` or `xml.element_repeated`. */
export function onlyChild(parent: XmlElement, uri: string, local: string): XmlElement {
  const child = optionalChild(parent, uri, local)
  if (!child) throw new XmlError('element_missing', { expected: 'exactly one', source: where(parent, local) })
  return child
}

/** Every child, all elements; throws `xml.elements_expected` if there is text other than white space among them. */
export function childElements(parent: XmlElement): readonly XmlElement[] {
  return parent.children.filter((node) => {
    if (typeof node !== 'string') return true
    if (NOT_BLANK.test(node)) throw new XmlError('elements_expected', { source: parent.local })
    return false
  }) as readonly XmlElement[]
}

/** The whole text, as sent; throws `xml.text_expected` if it contains an element. */
export function textOf({ local, children }: XmlElement): string {
  const text = children[0] ?? ''
  if (typeof text !== 'string' || children.length > 1) throw new XmlError('text_expected', { source: local })
  return text
}

/** The whole text without surrounding white space; throws as textOf. In linear time for any text. */
export function trimmedTextOf(element: XmlElement): string {
  const text = textOf(element)
  let [start, end] = [0, text.length]
  while (start < end && isSpace(text[start])) start += 1
  while (end > start && isSpace(text[end - 1])) end -= 1
  return text.slice(start, end)
}

/** White space as XML defines it: no other character counts. */
function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n'
}

/**
 * The whole text as the schema reads an xs:anyURI: trimmed, and white space inside it collapsed. XML Schema 2, 4.3.6
 */
export function collapsedTextOf(element: XmlElement): string {
  return textOf(element)
    .split(/[ \t\r\n]+/)
    .filter((part) => part !== '')
    .join(' ')
}

/** Whether it contains only text, or nothing. */
export function isText({ children }: XmlElement): boolean {
  return children.length === 0 || (children.length === 1 && typeof children[0] === 'string')
}

/** Whether it contains text other than white space between elements. */
export function isMixed(element: XmlElement): boolean {
  return !isText(element) && element.children.some((node) => typeof node === 'string' && NOT_BLANK.test(node))
}

/** The value of an attribute in no namespace. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.name === name)?.value
}
