import { SaxesParser, type SaxesTagNS } from 'saxes'
import { XMLDSIG } from './algorithms.ts'
import { XmlError } from './errors.ts'
import { type NamespaceScope, resolvePrefix, type XmlAttribute, type XmlElement, type XmlNode } from './tree.ts'

/** The limits of a document. Exceeding any of them ends the parse immediately. */
export interface XmlLimits {
  /** UTF-16 units of text. */
  readonly characters: number
  readonly depth: number
  readonly elements: number
  /** On one element, namespace declarations included. */
  readonly attributesPerElement: number
  /** In the document, namespace declarations included. */
  readonly attributes: number
  /** Whether a style sheet may be named outside the root, as in metadata that browsers display: it is ignored. */
  readonly takesStylesheet?: true
}

/** Enough for a response with thousands of attribute values. */
export const messageLimits: XmlLimits = {
  characters: 1_048_576,
  depth: 100,
  elements: 20_000,
  attributesPerElement: 64,
  attributes: 40_000,
}

const NONE: ReadonlyMap<string, string> = new Map()
const XMLNS = 'http://www.w3.org/2000/xmlns/'
const LONE_SURROGATE = /\p{Surrogate}/u
const BLANK = /\s/
const NOT_ASCII = /[^\0-\x7f]/
const PARSER_OPTIONS = { xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' } as const

/**
 * Immediately refuses what is never accepted. These handlers are on the prototype, because a parser with more than six
 * own handlers becomes a slow object in V8, which makes every parse five times as long.
 */
class StrictParser extends SaxesParser<typeof PARSER_OPTIONS> {
  /** The open elements, from the root on. */
  readonly open: OpenElement[] = []
  /** The declared encoding, if it agrees with UTF-8 only for ASCII. */
  declaredEncoding = ''

  override write(chunk: string | object | null): this {
    super.write(chunk)
    if (this.declaredEncoding !== '' && NOT_ASCII.test(`${chunk}`)) throw encodingError(this.declaredEncoding)
    return this
  }
  takesStylesheet = false
}

StrictParser.prototype.on('error', (error) => {
  throw new XmlError('malformed', { found: error.message })
})
StrictParser.prototype.on('doctype', () => {
  throw new XmlError('doctype')
})
StrictParser.prototype.on('processinginstruction', function (this: StrictParser, { target }) {
  // Outside the root it is not signed or read. XML Stylesheet 1.0
  if (this.takesStylesheet && this.open.length === 0 && target === 'xml-stylesheet') return
  throw new XmlError('processing_instruction', { found: target })
})
StrictParser.prototype.on('comment', function (this: StrictParser) {
  // Text must be the only child of its values, and whether a comment is signed depends on the method that it names
  // itself.
  if (this.open.some(({ local, uri }) => local === 'Signature' && uri === XMLDSIG))
    throw new XmlError('signature_shape', { expected: 'no comment', found: 'a comment', source: 'Signature' })
})

/** Encodings that equal UTF-8 for ASCII: if a document is all ASCII, every reader reads the same. */
const ASCII_COMPATIBLE: ReadonlySet<string> = new Set(['us-ascii', 'iso-8859-1'])

StrictParser.prototype.on('xmldecl', function (this: StrictParser, { version, encoding }) {
  if (version !== '1.0') throw new XmlError('malformed', { expected: 'XML 1.0', found: `${version}` })
  const declared = encoding?.toLowerCase() ?? 'utf-8'
  if (declared === 'utf-8') return
  if (!ASCII_COMPATIBLE.has(declared)) throw encodingError(`${encoding}`)
  this.declaredEncoding = `${encoding}`
})

/** The context of a text inside another document. */
export interface XmlContext {
  readonly scope: NamespaceScope | undefined
  /** The IDs in use. */
  readonly ids: readonly string[]
}

/** An element whose children are still being read. */
export interface OpenElement extends XmlElement {
  readonly children: XmlNode[]
}

/** The events of a document, in its order. To build a tree, add the children. */
export interface XmlEvents {
  /** The value of an attribute named exactly `ID`, before its element is opened. */
  id(value: string): void
  open(element: OpenElement, parent: OpenElement | undefined): void
  /**
   * Text or a CDATA section; a comment or the boundary of a CDATA section splits it. Not called for text around the
   * root.
   */
  text(piece: string, parent: OpenElement): void
  close(element: OpenElement): void
}

/** Accepts the text of a document in pieces; throws XmlError if it violates the rules. */
export interface XmlReader {
  write(text: string): XmlReader
  close(): unknown
  /** How many UTF-16 units have been read. */
  readonly position: number
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
  if (LONE_SURROGATE.test(text)) throw new XmlError('malformed', { found: 'half of a surrogate pair' })
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

/**
 * The strict parser itself, from which `parseXml` builds trees. Saxes continues after an error unless the handler
 * throws, so every handler throws; nothing recurses, so depth costs nothing before its limit. `limits.characters` is
 * ignored.
 */
export function readElements(limits: XmlLimits, events: XmlEvents, around?: NamespaceScope): XmlReader {
  const parser = new StrictParser(parserOptions(around))
  const { open } = parser
  parser.takesStylesheet = limits.takesStylesheet ?? false
  const attributesRead = countAndCollect(parser, limits, open)
  const text = (piece: string): void => {
    const parent = open.at(-1)
    if (parent && piece !== '') events.text(piece, parent)
  }
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('opentag', (tag) => {
    const parent = open.at(-1)
    const element = openElement(tag, attributesRead(), parent ? parent.scope : around, events.id)
    events.open(element, parent)
    open.push(element)
  })
  parser.on('closetag', () => {
    const element = open.pop()
    if (element) events.close(element)
  })
  return parser
}

function parserOptions(around: NamespaceScope | undefined) {
  return around
    ? { ...PARSER_OPTIONS, resolvePrefix: (prefix: string) => resolvePrefix(around, prefix) }
    : PARSER_OPTIONS
}

/**
 * Counts elements and attributes as they arrive, and returns those of the last tag. Saxes reports an attribute before
 * it knows its namespace, and completes the same object before it reports the tag.
 */
function countAndCollect(
  parser: StrictParser,
  limits: XmlLimits,
  open: readonly OpenElement[],
): () => readonly XmlAttribute[] {
  let elements = 0
  let attributes = 0
  let ofThisTag: XmlAttribute[] = []
  parser.on('opentagstart', () => {
    ofThisTag = []
    elements += 1
    if (elements > limits.elements) throw new XmlError('too_many_elements', { expected: `${limits.elements}` })
    if (open.length >= limits.depth) throw new XmlError('too_deep', { expected: `${limits.depth}` })
  })
  parser.on('attribute', (attribute) => {
    attributes += 1
    if (ofThisTag.push(attribute as XmlAttribute) > limits.attributesPerElement || attributes > limits.attributes) {
      throw new XmlError('too_many_attributes', {
        expected: `${limits.attributesPerElement} on an element, ${limits.attributes} in all`,
      })
    }
  })
  return () => ofThisTag
}

function openElement(
  { name, prefix, local, uri }: SaxesTagNS,
  read: readonly XmlAttribute[],
  outer: NamespaceScope | undefined,
  claimId: (id: string) => void,
): OpenElement {
  const declared = namespacesDeclared(read)
  const attributes = declared ? read.filter((attribute) => attribute.uri !== XMLNS) : read
  for (const attribute of attributes) if (attribute.name === 'ID') claimId(attribute.value)
  const xmlAttributes = attributes.filter(({ prefix }) => prefix === 'xml')
  const scope = declared || xmlAttributes.length > 0 ? { declared: declared ?? NONE, xmlAttributes, outer } : outer
  return { name, prefix, local, uri, attributes, children: [], scope, declaresNamespaces: declared !== undefined }
}

function namespacesDeclared(attributes: readonly XmlAttribute[]): ReadonlyMap<string, string> | undefined {
  let declared: Map<string, string> | undefined
  for (const { uri, name, local, value } of attributes) {
    if (uri !== XMLNS) continue
    declared ??= new Map()
    declared.set(name === 'xmlns' ? '' : local, namespaceUri(value))
  }
  return declared
}

/** Saxes trims the URIs of prefixes, other processors do not: URIs that they would read differently are refused. */
function namespaceUri(value: string): string {
  if (BLANK.test(value)) throw new XmlError('namespace', { found: value })
  return value
}

/** The IDs of an element and its contents. The depth limit bounds the recursion. */
export function idsIn({ attributes, children }: XmlElement): readonly string[] {
  return [
    ...attributes.flatMap(({ name, value }) => (name === 'ID' ? [value] : [])),
    ...children.flatMap((child) => (typeof child === 'string' ? [] : idsIn(child))),
  ]
}

function encodingError(found: string): XmlError {
  return new XmlError('encoding', { expected: 'UTF-8, or nothing but ASCII', found })
}
