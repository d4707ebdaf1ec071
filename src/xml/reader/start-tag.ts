import { XmlError } from '../errors.ts'
import type { NamespaceScope, XmlAttribute } from '../tree.ts'
import { endOfSpace } from './characters.ts'
import type { OpenElement, XmlLimits } from './events.ts'
import { Malformed } from './malformed.ts'
import type { Namespaces, QualifiedName } from './namespaces.ts'
import { Upcoming } from './upcoming.ts'
import { attributeValueOf } from './values.ts'

const [QUOTE, APOSTROPHE, SLASH, EQUALS, GREATER] = [0x22, 0x27, 0x2f, 0x3d, 0x3e]

const NO_ATTRIBUTES: readonly XmlAttribute[] = []
const NO_DECLARATIONS: ReadonlyMap<string, string> = new Map()

interface WrittenAttribute {
  readonly name: QualifiedName
  readonly value: string
}

/** Reads start tags and empty-element tags, one after the other. XML 1.0, 3.1; Namespaces in XML 1.0 */
export class StartTags {
  readonly #namespaces: Namespaces
  readonly #limits: XmlLimits
  readonly #claimId: (id: string) => void
  /** What is not its own meaning in a value. */
  readonly #ampersand = new Upcoming('&')
  readonly #lineFeed = new Upcoming('\n')
  readonly #tab = new Upcoming('\t')
  readonly #carriageReturn = new Upcoming('\r')
  #last: QualifiedName | undefined
  #elementCount = 0
  #attributeCount = 0
  /** The position after the last tag that was read. */
  end = 0
  /** Whether that tag was an empty-element tag. */
  isEmpty = false

  constructor(namespaces: Namespaces, limits: XmlLimits, claimId: (id: string) => void) {
    this.#namespaces = namespaces
    this.#limits = limits
    this.#claimId = claimId
  }

  /** To be called before a tag of another text is read. */
  restart(): void {
    this.#last = undefined
    for (const character of [this.#ampersand, this.#lineFeed, this.#tab, this.#carriageReturn]) character.restart()
  }

  /**
   * The element whose tag begins at `open` and ends before `limit`, where the next tag begins. Throws XmlError for
   * limits, namespaces and IDs, and Malformed.
   */
  read(text: string, open: number, limit: number, depth: number, outer: NamespaceScope | undefined): OpenElement {
    const name = this.#namespaces.nameAt(text, open + 1, this.#last)
    const nameEnd = open + 1 + name.name.length
    this.#last = name
    this.#count(depth)
    const written = text.charCodeAt(nameEnd) === GREATER ? this.#finish(nameEnd) : this.#readRest(text, nameEnd, limit)
    return this.#element(name, written, outer)
  }

  #count(depth: number): void {
    const { elements, depth: maxDepth } = this.#limits
    this.#elementCount += 1
    if (this.#elementCount > elements) throw new XmlError('too_many_elements', { expected: `${elements}` })
    if (depth >= maxDepth) throw new XmlError('too_deep', { expected: `${maxDepth}` })
  }

  #finish(greater: number): undefined {
    this.end = greater + 1
    this.isEmpty = false
  }

  /** From the end of the name on: the attributes, undefined if there are none. */
  #readRest(text: string, nameEnd: number, limit: number): readonly WrittenAttribute[] | undefined {
    let written: WrittenAttribute[] | undefined
    let at = nameEnd
    for (;;) {
      const begin = endOfSpace(text, at)
      const code = text.charCodeAt(begin)
      if (code === GREATER || code === SLASH) {
        this.isEmpty = code === SLASH
        this.end = begin + (this.isEmpty ? 2 : 1)
        if (text.charCodeAt(this.end - 1) !== GREATER) throw new Malformed('a / that does not end the tag')
        return written
      }
      if (begin === at) throw new Malformed('no white space before an attribute')
      const attribute = this.#readAttribute(text, begin, limit)
      at = this.end
      written ??= []
      this.#countAttribute(written.push(attribute))
    }
  }

  #readAttribute(text: string, begin: number, limit: number): WrittenAttribute {
    const name = this.#namespaces.nameAt(text, begin, undefined)
    const equals = endOfSpace(text, begin + name.name.length)
    if (text.charCodeAt(equals) !== EQUALS) throw new Malformed(`the attribute ${name.name} without a value`)
    const quote = endOfSpace(text, equals + 1)
    const code = text.charCodeAt(quote)
    if (code !== QUOTE && code !== APOSTROPHE) throw new Malformed(`the attribute ${name.name} without quotes`)
    const valueEnd = text.indexOf(code === QUOTE ? '"' : "'", quote + 1)
    if (valueEnd === -1 || valueEnd > limit) throw new Malformed(`a < in the attribute ${name.name}`)
    this.end = valueEnd + 1
    const value = text.slice(quote + 1, valueEnd)
    return { name, value: this.#isPlain(text, quote + 1, valueEnd) ? value : attributeValueOf(value) }
  }

  #isPlain(text: string, start: number, end: number): boolean {
    return !(
      this.#ampersand.isWithin(text, start, end) ||
      this.#lineFeed.isWithin(text, start, end) ||
      this.#tab.isWithin(text, start, end) ||
      this.#carriageReturn.isWithin(text, start, end)
    )
  }

  #countAttribute(onThisElement: number): void {
    const { attributesPerElement, attributes } = this.#limits
    this.#attributeCount += 1
    if (onThisElement > attributesPerElement || this.#attributeCount > attributes)
      throw new XmlError('too_many_attributes', {
        expected: `${attributesPerElement} on an element, ${attributes} in all`,
      })
  }

  #element(
    { name, prefix, local }: QualifiedName,
    written: readonly WrittenAttribute[] | undefined,
    outer: NamespaceScope | undefined,
  ): OpenElement {
    const declared = written && this.#declare(written)
    if (prefix.name === 'xmlns') throw new Malformed('an element with the prefix xmlns')
    const uri = prefix.name === '' ? (prefix.uri ?? '') : boundTo(prefix)
    const attributes = written ? this.#attributes(written) : NO_ATTRIBUTES
    const scope = written ? scopeWith(declared, attributes, outer) : outer
    const declaresNamespaces = declared !== undefined
    return { name, prefix: prefix.name, local, uri, attributes, children: [], scope, declaresNamespaces }
  }

  #declare(written: readonly WrittenAttribute[]): ReadonlyMap<string, string> | undefined {
    let declared: Map<string, string> | undefined
    for (const { name, value } of written) {
      if (name.declares === undefined) continue
      declared ??= new Map()
      if (declared.has(name.declares)) throw new Malformed(`two attributes ${name.name}`)
      this.#namespaces.declare(name.declares, value)
      declared.set(name.declares, value)
    }
    return declared
  }

  /** Those that declare no namespace. The default namespace does not apply to them. */
  #attributes(written: readonly WrittenAttribute[]): readonly XmlAttribute[] {
    const attributes: XmlAttribute[] = []
    for (const { name: qualified, value } of written) {
      if (qualified.declares !== undefined) continue
      const { name, prefix, local } = qualified
      const uri = prefix.name === '' ? '' : boundTo(prefix)
      for (const other of attributes)
        if (other.local === local && other.uri === uri) throw new Malformed(`two attributes ${name}`)
      attributes.push({ name, prefix: prefix.name, local, uri, value })
      if (name === 'ID') this.#claimId(value)
    }
    return attributes
  }
}

function boundTo({ name, uri }: { readonly name: string; readonly uri: string | undefined }): string {
  if (uri === undefined) throw new Malformed(`the prefix ${name}, which is not declared`)
  return uri
}

function scopeWith(
  declared: ReadonlyMap<string, string> | undefined,
  attributes: readonly XmlAttribute[],
  outer: NamespaceScope | undefined,
): NamespaceScope | undefined {
  const xmlAttributes = attributes.some(({ prefix }) => prefix === 'xml')
    ? attributes.filter(({ prefix }) => prefix === 'xml')
    : NO_ATTRIBUTES
  if (!declared && xmlAttributes.length === 0) return outer
  return { declared: declared ?? NO_DECLARATIONS, xmlAttributes, outer }
}
