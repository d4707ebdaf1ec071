import { resolvePrefix, type XmlAttribute, type XmlElement } from './tree.ts'
import { reference } from './write.ts'

/**
 * Exclusive XML Canonicalization 1.0, without comments, of an element and its contents; and the inclusive one. A
 * mistake here fails closed: the digest would not match. The parser's depth limit bounds the recursion.
 */

export interface CanonicalizeOptions {
  /** InclusiveNamespaces PrefixList; the default namespace is the empty prefix here. */
  readonly inclusivePrefixes?: ReadonlySet<string>
  /** This element is left out, as the enveloped-signature transform does with its own Signature. */
  readonly omit?: XmlElement
}

/** The namespace declarations in the output around an element. */
export interface Rendered {
  readonly prefix: string
  readonly uri: string
  readonly outer: Rendered | undefined
}

const NONE: ReadonlySet<string> = new Set()

const MAX_PREFIXES = 64

type Sorter = (a: string, b: string) => number
/**
 * UTF-16 order; it differs from the standard's only for names with characters beyond U+FFFF, and then fails closed.
 */
const inOrder: Sorter = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

export function canonicalize(apex: XmlElement, options: CanonicalizeOptions = {}): string {
  const { inclusivePrefixes = NONE, omit } = options
  const write = (element: XmlElement, around: Rendered | undefined): string => {
    const rendered = renderedWith(element, around, inclusivePrefixes, element === apex)
    let text = startTag(element, around, rendered)
    for (const child of element.children) {
      if (typeof child === 'string') text += canonicalText(child)
      else if (child !== omit) text += write(child, rendered)
    }
    return `${text}</${element.name}>`
  }
  return write(apex, undefined)
}

/**
 * Canonical XML 1.0 (inclusive), without comments, of an element in its document: with all namespaces in scope there,
 * and the `xml:` attributes of its ancestors (2.4). For namespaces that equals the exclusive form with a PrefixList
 * that names them all. undefined for more than 64 prefixes, which no signature needs, and which anyone could make us
 * sort before the key is verified.
 */
export function canonicalizeInclusive(apex: XmlElement): string | undefined {
  const inclusivePrefixes = new Set([...prefixesAround(apex), ...prefixesUnder(apex)])
  if (inclusivePrefixes.size > MAX_PREFIXES) return undefined
  return canonicalize(
    { ...apex, attributes: [...apex.attributes, ...xmlAttributesAround(apex)] },
    { inclusivePrefixes },
  )
}

function prefixesAround({ scope }: XmlElement): readonly string[] {
  const prefixes: string[] = []
  for (let at = scope; at !== undefined; at = at.outer) prefixes.push(...at.declared.keys())
  return prefixes
}

function prefixesUnder({ children }: XmlElement): readonly string[] {
  return children.flatMap((child) => {
    if (typeof child === 'string') return []
    return [...(child.declaresNamespaces ? (child.scope?.declared.keys() ?? []) : []), ...prefixesUnder(child)]
  })
}

/** The nearest attribute of each name, unless the element has it itself. */
function xmlAttributesAround({ scope, attributes }: XmlElement): readonly XmlAttribute[] {
  const nearest = new Map<string, XmlAttribute>()
  for (let at = scope; at !== undefined; at = at.outer)
    for (const attribute of at.xmlAttributes) if (!nearest.has(attribute.name)) nearest.set(attribute.name, attribute)
  return [...nearest.values()].filter(({ name }) => !attributes.some((own) => own.name === name))
}

/** The start tag of an element, and the namespaces in the output for its contents. */
export function canonicalStart(
  element: XmlElement,
  around: Rendered | undefined,
  inclusivePrefixes: ReadonlySet<string>,
  isApex: boolean,
): { readonly text: string; readonly rendered: Rendered | undefined } {
  const rendered = renderedWith(element, around, inclusivePrefixes, isApex)
  return { text: startTag(element, around, rendered), rendered }
}

function renderedWith(
  element: XmlElement,
  around: Rendered | undefined,
  inclusivePrefixes: ReadonlySet<string>,
  isApex: boolean,
): Rendered | undefined {
  const used = showUsed(element, around)
  const isListed = inclusivePrefixes.size > 0 && (isApex || element.declaresNamespaces)
  return isListed ? showListed(element, inclusivePrefixes, used) : used
}

function startTag({ name, attributes }: XmlElement, around: Rendered | undefined, rendered: Rendered | undefined) {
  return rendered === around && attributes.length === 0
    ? `<${name}>`
    : `<${name}${writeNamespaces(rendered, around)}${writeAttributes(attributes)}>`
}

/** The prefixes of the element's own name and of its attributes' names. */
function showUsed(element: XmlElement, around: Rendered | undefined): Rendered | undefined {
  let rendered = show(around, element.prefix, element.uri)
  for (const { prefix, uri } of element.attributes) if (prefix !== '') rendered = show(rendered, prefix, uri)
  return rendered
}

/** Declares a prefix unless the output already does. `xml` is never declared. */
function show(rendered: Rendered | undefined, prefix: string, uri: string): Rendered | undefined {
  return prefix === 'xml' || shown(rendered, prefix) === uri ? rendered : { prefix, uri, outer: rendered }
}

/** No default namespace and an undeclared one are the same. */
function shown(around: Rendered | undefined, prefix: string): string | undefined {
  for (let at = around; at !== undefined; at = at.outer) if (at.prefix === prefix) return at.uri
  return prefix === '' ? '' : undefined
}

/** Listed prefixes are declared wherever they are in scope: all of them at the apex, below it where they change. */
function showListed(
  { scope }: XmlElement,
  prefixes: ReadonlySet<string>,
  around: Rendered | undefined,
): Rendered | undefined {
  let rendered = around
  for (const prefix of prefixes) {
    const uri = resolvePrefix(scope, prefix)
    if (uri !== undefined) rendered = show(rendered, prefix, uri)
  }
  return rendered
}

/** The declarations since `around`, by prefix. */
function writeNamespaces(rendered: Rendered | undefined, around: Rendered | undefined): string {
  if (rendered === around) return ''
  const fresh: Rendered[] = []
  for (let at = rendered; at !== undefined && at !== around; at = at.outer) fresh.push(at)
  if (fresh.length > 1) fresh.sort((a, b) => inOrder(a.prefix, b.prefix))
  let text = ''
  for (const { prefix, uri } of fresh) {
    text += prefix === '' ? ` xmlns="${escapeAttribute(uri)}"` : ` xmlns:${prefix}="${escapeAttribute(uri)}"`
  }
  return text
}

function escapeAttribute(text: string): string {
  return /[&<"\t\n\r]/.test(text) ? text.replace(/[&<"\t\n\r]/g, reference) : text
}

/** Attributes without a namespace come first, as their URI is empty. */
function writeAttributes(attributes: readonly XmlAttribute[]): string {
  const sorted = areInOrder(attributes) ? attributes : [...attributes].sort(byName)
  let text = ''
  for (const { name, value } of sorted) text += ` ${name}="${escapeAttribute(value)}"`
  return text
}

function areInOrder(attributes: readonly XmlAttribute[]): boolean {
  let before: XmlAttribute | undefined
  for (const attribute of attributes) {
    if (before && byName(before, attribute) > 0) return false
    before = attribute
  }
  return true
}

function byName(a: XmlAttribute, b: XmlAttribute): number {
  return inOrder(a.uri, b.uri) || inOrder(a.local, b.local)
}

/** Exactly these characters (Canonical XML 1.0, 2.3): not those that write.ts escapes. */
export function canonicalText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, reference) : text
}
