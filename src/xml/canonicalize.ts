import { resolvePrefix, type XmlAttribute, type XmlElement } from './tree.ts'

/**
 * Exclusive XML Canonicalization 1.0, without comments, of an element and what is under it. A mistake here fails
 * closed: the digest would not match. Recursion is bounded by the parser's depth limit.
 */

export interface CanonicalizeOptions {
  /** InclusiveNamespaces PrefixList; the default namespace is the empty prefix here. */
  readonly inclusivePrefixes?: ReadonlySet<string>
  /** This very element is left out: what the enveloped-signature transform does to its own Signature. */
  readonly omit?: XmlElement
}

/** The namespace declarations that the output already shows around a place. */
export interface Rendered {
  readonly prefix: string
  readonly uri: string
  readonly outer: Rendered | undefined
}

const NONE: ReadonlySet<string> = new Set()

export const canonicalize = (apex: XmlElement, options: CanonicalizeOptions = {}): string => {
  const { inclusivePrefixes = NONE, omit } = options
  const write = (element: XmlElement, around: Rendered | undefined): string => {
    const start = canonicalStart(element, around, inclusivePrefixes, element === apex)
    let text = start.text
    for (const child of element.children) {
      if (typeof child === 'string') text += canonicalText(child)
      else if (child !== omit) text += write(child, start.rendered)
    }
    return `${text}</${element.name}>`
  }
  return write(apex, undefined)
}

/** The start tag of an element, and what the output shows of namespaces inside it. */
export const canonicalStart = (
  element: XmlElement,
  around: Rendered | undefined,
  inclusivePrefixes: ReadonlySet<string>,
  isApex: boolean,
): { readonly text: string; readonly rendered: Rendered | undefined } => {
  const wanted = namespacesUsed(element)
  if (inclusivePrefixes.size > 0) addListed(wanted, element, inclusivePrefixes, isApex)
  const fresh = [...wanted].filter(([prefix, uri]) => shown(around, prefix) !== uri)
  const rendered = fresh.reduce<Rendered | undefined>((outer, [prefix, uri]) => ({ prefix, uri, outer }), around)
  return { text: `<${element.name}${writeNamespaces(fresh)}${writeAttributes(element.attributes)}>`, rendered }
}

/** The prefixes that the element's own name and its attributes' names use. `xml` is never declared. */
const namespacesUsed = (element: XmlElement): Map<string, string> => {
  const used = new Map<string, string>()
  if (element.prefix !== 'xml') used.set(element.prefix, element.uri)
  for (const { prefix, uri } of element.attributes) if (prefix !== '' && prefix !== 'xml') used.set(prefix, uri)
  return used
}

/** Listed prefixes are declared wherever they are in scope: all of them at the apex, below it where they change. */
const addListed = (
  wanted: Map<string, string>,
  element: XmlElement,
  prefixes: ReadonlySet<string>,
  isApex: boolean,
): void => {
  if (!isApex && !element.declaresNamespaces) return
  for (const prefix of prefixes) {
    const uri = prefix === 'xml' ? undefined : resolvePrefix(element.scope, prefix)
    if (uri !== undefined) wanted.set(prefix, uri)
  }
}

/** No default namespace and an undeclared one are the same. */
const shown = (around: Rendered | undefined, prefix: string): string | undefined => {
  for (let at = around; at !== undefined; at = at.outer) if (at.prefix === prefix) return at.uri
  return prefix === '' ? '' : undefined
}

type Sorter = (a: string, b: string) => number
/** UTF-16 order; it differs from the standard's only for names with characters beyond U+FFFF, and then fails closed. */
const inOrder: Sorter = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

const writeNamespaces = (declarations: [string, string][]): string => {
  if (declarations.length > 1) declarations.sort(([a], [b]) => inOrder(a, b))
  let text = ''
  for (const [prefix, uri] of declarations) {
    text += prefix === '' ? ` xmlns="${escapeAttribute(uri)}"` : ` xmlns:${prefix}="${escapeAttribute(uri)}"`
  }
  return text
}

/** Attributes without a namespace come first, as their URI is empty. */
const writeAttributes = (attributes: readonly XmlAttribute[]): string => {
  const sorted =
    attributes.length > 1
      ? [...attributes].sort((a, b) => inOrder(a.uri, b.uri) || inOrder(a.local, b.local))
      : attributes
  let text = ''
  for (const { name, value } of sorted) text += ` ${name}="${escapeAttribute(value)}"`
  return text
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}
const reference = (character: string): string => ESCAPES[character] ?? character

/** Exactly these characters and no others (Canonical XML 1.0, 2.3): not what write.ts escapes. */
export const canonicalText = (text: string): string =>
  /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, reference) : text
const escapeAttribute = (text: string): string =>
  /[&<"\t\n\r]/.test(text) ? text.replace(/[&<"\t\n\r]/g, reference) : text
