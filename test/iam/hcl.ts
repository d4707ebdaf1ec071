/** Reads back what is written in HashiCorp's configuration language: its specification's grammar, as far as we write it. */

export type HclNode = string | number | null | HclReference | HclNode[] | { [key: string]: HclNode }

export interface HclReference {
  readonly reference: string
}

export interface HclBlock {
  readonly head: string
  readonly body: { readonly [key: string]: HclNode }
}

/** Where a value refers to something, or calls a function, this says what that is. */
export type Resolve = (reference: string) => HclNode

class Reader {
  private at = 0
  private readonly text: string
  private readonly resolve: Resolve

  constructor(text: string, resolve: Resolve) {
    this.text = text
    this.resolve = resolve
  }

  take(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, `${pattern.flags}y`)
    sticky.lastIndex = this.at
    const found = sticky.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  need(pattern: RegExp): string {
    const found = this.take(pattern)
    if (found === undefined) throw new Error(`${pattern} expected at: ${this.text.slice(this.at, this.at + 60)}`)
    return found
  }

  space(): void {
    this.take(/(?:\s|#[^\n]*\n)*/)
  }

  isAtEnd(): boolean {
    this.space()
    return this.at === this.text.length
  }

  /** Template literals: `$${` and `%%{` are escapes, `${` and `%{` would be templates (HCL native syntax, Templates). */
  quoted(): string {
    this.need(/"/)
    let value = ''
    while (!this.take(/"/)) {
      const written = this.take(/\\(?:[nrt"\\]|u[0-9a-f]{4}|U[0-9a-f]{8})/i)
      if (written !== undefined) value += unescaped(written)
      else if (this.take(/\$\$\{/)) value += '${'
      else if (this.take(/%%\{/)) value += '%{'
      else if (this.take(/[$%]\{/)) throw new Error('a template')
      else value += this.need(/[^"\\\n\r]/u)
    }
    return value
  }

  value(): HclNode {
    this.space()
    const next = this.text[this.at]
    if (next === '"') return this.quoted()
    if (next === '[') return this.list()
    if (next === '{') return this.object()
    if (this.take(/null\b/)) return null
    const number = this.take(/\d+(?:\.\d+)?/)
    return number === undefined ? this.expression() : Number(number)
  }

  list(): HclNode[] {
    this.need(/\[/)
    const values: HclNode[] = []
    for (this.space(); !this.take(/\]/); this.space()) {
      values.push(this.value())
      this.space()
      if (!this.take(/,/) && this.text[this.at] !== ']') throw new Error('a list without its comma')
    }
    return values
  }

  object(): { [key: string]: HclNode } {
    this.need(/\{/)
    const entries = this.attributes()
    this.need(/\}/)
    return entries
  }

  /** One a line, each key once. */
  attributes(): { [key: string]: HclNode } {
    const entries: [string, HclNode][] = []
    for (this.space(); this.at < this.text.length && this.text[this.at] !== '}'; this.space()) {
      const key = this.text[this.at] === '"' ? this.quoted() : this.need(/(?!for\b)[A-Za-z_][\w-]*/)
      this.need(/[ \t]*=[ \t]*/)
      if (entries.some(([known]) => known === key)) throw new Error(`${key} twice`)
      entries.push([key, this.value()])
      this.need(/[ \t]*(?:\n|$)/)
    }
    return Object.fromEntries(entries)
  }

  expression(): HclNode {
    if (this.take(/jsonencode\(/)) {
      const argument = this.value()
      this.need(/\)/)
      return JSON.stringify(argument)
    }
    return this.resolve(this.need(/[^\n]+/).trim())
  }

  block(): HclBlock {
    const head = this.need(/[a-z]+(?: "[^"]+")*/)
    this.need(/ \{/)
    const body = this.attributes()
    this.need(/\}/)
    return { head, body }
  }
}

const unescaped = (written: string): string => {
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }
  return named[written[1] ?? ''] ?? String.fromCodePoint(Number.parseInt(written.slice(2), 16))
}

/** A quoted text alone. */
export const readQuoted = (text: string): string => {
  const reader = new Reader(text, () => null)
  const value = reader.quoted()
  if (!reader.isAtEnd()) throw new Error('something after the text')
  return value
}

/** The blocks of a file. */
export const readHcl = (text: string, resolve: Resolve): readonly HclBlock[] => {
  const reader = new Reader(text, resolve)
  const blocks: HclBlock[] = []
  while (!reader.isAtEnd()) blocks.push(reader.block())
  return blocks
}
