/**
 * reader owns the recognition of XML, and nothing else: of the subset that SAML needs, which has no DTD and no
 * processing instructions. Each construct is recognized whole, from its first character to its last, in a text that is
 * already decoded. Everything is either recognized or refused: nothing is repaired, and nothing recurses.
 * Start at StrictReader; start-tag.ts reads tags, namespaces.ts names, values.ts text and references, characters.ts
 * knows which character may be where.
 */
import { XMLDSIG } from '../algorithms.ts'
import { XmlError } from '../errors.ts'
import type { NamespaceScope } from '../tree.ts'
import { endOfName, endOfSpace, hasAt, isSpace, mustBeCharacters } from './characters.ts'
import { declaredEncoding, mustBeAscii } from './declaration.ts'
import type { OpenElement, XmlEvents, XmlLimits, XmlReader } from './events.ts'
import { Malformed } from './malformed.ts'
import { Namespaces } from './namespaces.ts'
import { StartTags } from './start-tag.ts'
import { Upcoming } from './upcoming.ts'
import { textOf, withLineFeeds } from './values.ts'

const [BANG, SLASH, GREATER, QUESTION] = [0x21, 0x2f, 0x3e, 0x3f]
const BYTE_ORDER_MARK = '\uFEFF'
const [COMMENT, CDATA, DOCTYPE] = ['<!--', '<![CDATA[', '<!DOCTYPE']
const NOT_BLANK = /[^ \t\r\n]/
const TARGET_XML = /^xml$/i
const HIGH_SURROGATE = /[\uD800-\uDBFF]$/

/** What is longer than this, and arrives in pieces, is refused: it would be searched again with every piece. */
const MAX_UNFINISHED = 1024 * 1024

/** Reads a document in pieces. An error ends it: a reader that has thrown must not be used again. */
export class StrictReader implements XmlReader {
  readonly #events: XmlEvents
  readonly #around: NamespaceScope | undefined
  readonly #namespaces: Namespaces
  readonly #tags: StartTags
  readonly #takesStylesheet: boolean
  /** The open elements, from the root on. */
  readonly #open: OpenElement[] = []
  readonly #ampersand = new Upcoming('&')
  readonly #carriageReturn = new Upcoming('\r')
  readonly #sectionEnd = new Upcoming(']]>')
  /** What has arrived and is not read yet begins at `#at`. */
  #text = ''
  #at = 0
  /** Where the next tag begins in `#text`; -1 if it has not arrived. */
  #next = 0
  /** A character of which only the first half has arrived. */
  #half = ''
  /** The position at which the document begins: after a byte order mark. */
  #start = 0
  #hasBegun = false
  #hasRoot = false
  /** The declared encoding, if it agrees with UTF-8 only for ASCII. */
  #encoding = ''
  /** How much was read and dropped: in UTF-16 units, in lines, and since the last line end. */
  readonly #dropped = { units: 0, lines: 0, column: 0 }

  constructor(limits: XmlLimits, events: XmlEvents, around: NamespaceScope | undefined) {
    this.#events = events
    this.#around = around
    this.#namespaces = new Namespaces(around)
    this.#tags = new StartTags(this.#namespaces, limits, events.id)
    this.#takesStylesheet = limits.takesStylesheet ?? false
  }

  get position(): number {
    return this.#dropped.units + this.#at
  }

  write(text: string): this {
    return this.#located(() => {
      this.#take(text)
      this.#read()
    })
  }

  /** Throws if the document is not complete. */
  close(): void {
    this.#located(() => {
      const unfinished = this.#open.at(-1)
      if (this.#half !== '') throw new Malformed('half of a surrogate pair')
      if (this.#next !== -1 && this.#text !== '') throw new Malformed('the end within a tag, comment or section')
      if (unfinished) throw new Malformed(`the end within ${unfinished.name}`)
      if (NOT_BLANK.test(this.#text.slice(this.#at))) throw new Malformed('text outside the root element')
      if (!this.#hasRoot) throw new Malformed('no root element')
    })
  }

  /** Adds the position to what is not well-formed. */
  #located(step: () => void): this {
    try {
      step()
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      const { lines, column } = after(this.#dropped, this.#text.slice(0, this.#at))
      throw new XmlError('malformed', { found: `${lines + 1}:${column + 1}: ${error.message}` })
    }
    return this
  }

  #take(piece: string): void {
    if (this.#text.length - this.#at > MAX_UNFINISHED)
      throw new XmlError('too_large', { expected: `tags of ${MAX_UNFINISHED} characters` })
    const arrived = this.#half + piece
    this.#half = HIGH_SURROGATE.exec(arrived)?.[0] ?? ''
    const whole = this.#half === '' ? arrived : arrived.slice(0, -1)
    mustBeCharacters(whole)
    if (this.#encoding !== '') mustBeAscii(whole, this.#encoding)
    Object.assign(this.#dropped, after(this.#dropped, this.#text.slice(0, this.#at)))
    this.#text = this.#text.slice(this.#at) + whole
    this.#at = 0
    if (!this.#hasBegun && this.#text !== '') this.#begin()
    this.#next = this.#text.indexOf('<', this.#at)
    for (const upcoming of [this.#ampersand, this.#carriageReturn, this.#sectionEnd]) upcoming.restart()
    this.#tags.restart()
    this.#namespaces.forget()
  }

  /** One byte order mark is no part of the document. */
  #begin(): void {
    this.#hasBegun = true
    if (this.#text.startsWith(BYTE_ORDER_MARK)) this.#at = this.#start = 1
  }

  /** Reads everything that has arrived whole. */
  #read(): void {
    const text = this.#text
    while (this.#next !== -1) {
      const open = this.#next
      if (open > this.#at) this.#readText(open)
      const code = text.charCodeAt(open + 1)
      const isRead =
        code === SLASH
          ? this.#readEndTag(open)
          : code === BANG
            ? this.#readBang(open)
            : code === QUESTION
              ? this.#readInstruction(open)
              : this.#readStartTag(open)
      if (!isRead) return
    }
  }

  #readText(end: number): void {
    const text = this.#text
    const start = this.#at
    const parent = this.#open[this.#open.length - 1]
    const written = text.slice(start, end)
    if (parent === undefined) {
      if (NOT_BLANK.test(written)) throw new Malformed('text outside the root element')
    } else {
      if (this.#sectionEnd.isWithin(text, start, end)) throw new Malformed(']]> in text')
      const isPlain = !this.#ampersand.isWithin(text, start, end) && !this.#carriageReturn.isWithin(text, start, end)
      this.#events.text(isPlain ? written : textOf(written), parent)
    }
    this.#at = end
  }

  #readStartTag(open: number): boolean {
    const text = this.#text
    const limit = text.indexOf('<', open + 1)
    if (limit === -1 && !hasTagEnd(text, open)) return false
    const parent = this.#open[this.#open.length - 1]
    if (!parent && this.#hasRoot) throw new Malformed('another root element')
    const outer = parent ? parent.scope : this.#around
    const element = this.#tags.read(text, open, limit === -1 ? text.length : limit, this.#open.length, outer)
    this.#hasRoot = true
    this.#at = this.#tags.end
    this.#next = limit
    this.#events.open(element, parent)
    if (this.#tags.isEmpty) this.#close(element)
    else this.#open.push(element)
    return true
  }

  #close(element: OpenElement): void {
    if (element.declaresNamespaces) this.#namespaces.leave(element.scope?.declared.size ?? 0)
    this.#events.close(element)
  }

  #readEndTag(open: number): boolean {
    const text = this.#text
    const limit = text.indexOf('<', open + 1)
    if (limit === -1 && !text.includes('>', open)) return false
    const element = this.#open.pop()
    if (!element || !hasAt(text, open + 2, element.name))
      throw new Malformed(element ? `an end tag where ${element.name} is open` : 'an end tag without a start tag')
    const end = endOfSpace(text, open + 2 + element.name.length)
    if (text.charCodeAt(end) !== GREATER) throw new Malformed(`an end tag where ${element.name} is open`)
    this.#at = end + 1
    this.#next = limit
    this.#close(element)
    return true
  }

  /** A comment, a CDATA section or a DOCTYPE. */
  #readBang(open: number): boolean {
    const text = this.#text
    if (text.startsWith(COMMENT, open)) return this.#readComment(open)
    if (text.startsWith(CDATA, open)) return this.#readSection(open)
    if (text.startsWith(DOCTYPE, open) && !this.#hasRoot) throw new XmlError('doctype')
    const arrived = text.slice(open, open + DOCTYPE.length)
    if (arrived.length < DOCTYPE.length && [COMMENT, CDATA, DOCTYPE].some((begin) => begin.startsWith(arrived)))
      return false
    throw new Malformed('a <! that begins no comment and no CDATA section')
  }

  #readComment(open: number): boolean {
    const end = this.#text.indexOf('--', open + COMMENT.length)
    if (end === -1 || end + 2 >= this.#text.length) return false
    if (this.#text.charCodeAt(end + 2) !== GREATER) throw new Malformed('-- in a comment')
    // Text must be the only child of its values, and whether a comment is signed depends on the method that it names
    // itself.
    if (this.#open.some(({ local, uri }) => local === 'Signature' && uri === XMLDSIG))
      throw new XmlError('signature_shape', { expected: 'no comment', found: 'a comment', source: 'Signature' })
    return this.#continueAt(end + 3)
  }

  #continueAt(at: number): true {
    this.#at = at
    this.#next = this.#text.indexOf('<', at)
    return true
  }

  #readSection(open: number): boolean {
    const start = open + CDATA.length
    const end = this.#text.indexOf(']]>', start)
    if (end === -1) return false
    const parent = this.#open[this.#open.length - 1]
    if (!parent) throw new Malformed('text outside the root element')
    const content = withLineFeeds(this.#text.slice(start, end))
    if (content !== '') this.#events.text(content, parent)
    return this.#continueAt(end + 3)
  }

  /** The XML declaration, at the very start; or a processing instruction. */
  #readInstruction(open: number): boolean {
    const text = this.#text
    const end = text.indexOf('?>', open + 2)
    if (end === -1) return false
    const targetEnd = endOfName(text, open + 2)
    const target = text.slice(open + 2, targetEnd)
    if (target === 'xml' && this.position === this.#start) {
      this.#encoding = declaredEncoding(text.slice(open, end + 2))
      // A byte order mark says UTF-8, and may have been dropped with an earlier piece.
      if (this.#encoding !== '') mustBeAscii(this.#start === 0 ? text : BYTE_ORDER_MARK, this.#encoding)
    } else {
      this.#mustBeStylesheet(target, targetEnd === end || isSpace(text.charCodeAt(targetEnd)))
    }
    return this.#continueAt(end + 2)
  }

  /** Outside the root it is not signed or read. XML Stylesheet 1.0 */
  #mustBeStylesheet(target: string, isEnded: boolean): void {
    if (TARGET_XML.test(target)) throw new Malformed('an XML declaration that is not at the start')
    if (!isEnded || target.includes(':') || this.#namespaces.nameAt(target, 0, undefined).name !== target)
      throw new Malformed('a processing instruction without a proper name')
    if (!this.#takesStylesheet || this.#open.length > 0 || target !== 'xml-stylesheet')
      throw new XmlError('processing_instruction', { found: target })
  }
}

/** Whether the whole tag is there: a > outside of quotes. */
function hasTagEnd(text: string, open: number): boolean {
  for (let at = open + 1; ; ) {
    const found = /["'>]/.exec(text.slice(at))
    if (!found) return false
    if (found[0] === '>') return true
    const closing = text.indexOf(found[0], at + found.index + 1)
    if (closing === -1) return false
    at = closing + 1
  }
}

interface Place {
  readonly units: number
  readonly lines: number
  readonly column: number
}

function after({ units, lines, column }: Place, text: string): Place {
  let count = lines
  let lineStart = -1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    count += 1
    lineStart = at
  }
  return {
    units: units + text.length,
    lines: count,
    column: lineStart === -1 ? column + text.length : text.length - lineStart - 1,
  }
}
