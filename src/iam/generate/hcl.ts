/** Values in HashiCorp's configuration language, formatted as by `terraform fmt`. */
/** An expression, written unchanged. */
export interface Expression {
  readonly expression: string
}

/** A call with one argument, such as jsonencode. */
export interface Call {
  readonly call: string
  readonly argument: HclValue
}

export type HclValue = string | number | readonly HclValue[] | Expression | Call | { readonly [key: string]: HclValue }

const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** Words with a special meaning at the beginning of an object or a value. */
const RESERVED: ReadonlySet<string> = new Set(['for', 'if', 'in', 'true', 'false', 'null'])

const INDENT = '  '
const LONGEST_LINE = 100

/**
 * A quoted text. `${` and `%{` begin a template, so their sign is doubled. Another such sign before it would become
 * part of that escape, and is written by its number.
 */
export function quoted(text: string): string {
  const escaped = text
    .replaceAll(/["\\\p{Cc}\p{Zl}\p{Zp}]/gu, (found) => NAMED_ESCAPES.get(found) ?? unicode(found))
    .replaceAll(/([$%]*)([$%])\{/g, (_, before: string, sign: string) => {
      return `${[...before].map(unicode).join('')}${sign}${sign}{`
    })
  return `"${escaped}"`
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The equals signs of consecutive lines are aligned; a value of several lines ends the group. */
export function attributesText(entries: readonly (readonly [key: string, value: HclValue])[]): string {
  const lines = entries.map(([key, value]) => ({ key: keyText(key), text: hclText(value), width: 0 }))
  const isShort = ({ text }: { readonly text: string }): boolean => !text.includes('\n')
  for (let start = 0; start < lines.length; ) {
    let end = start
    while (end < lines.length && lines.slice(end, end + 1).every(isShort)) end++
    const group = lines.slice(start, Math.max(end, start + 1))
    const width = Math.max(...group.map(({ key }) => key.length))
    for (const line of group) line.width = width
    start += group.length
  }
  return lines.map(({ key, text, width }) => `${key.padEnd(width)} = ${text}\n`).join('')
}

function keyText(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) && !RESERVED.has(key) ? key : quoted(key)
}

/** A value, over as many lines as it needs. */
export function hclText(value: HclValue): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return listText(value as readonly HclValue[])
  if (isExpression(value)) return value.expression
  if (isCall(value)) return `${value.call}(${hclText(value.argument)})`
  const entries = Object.entries(value as { readonly [key: string]: HclValue })
  return entries.length === 0 ? '{}' : `{\n${indented(attributesText(entries))}}`
}

function listText(values: readonly HclValue[]): string {
  const texts = values.map(hclText)
  const line = `[${texts.join(', ')}]`
  if (line.length <= LONGEST_LINE && !line.includes('\n')) return line
  return `[\n${texts.map((text) => `${indented(text)},\n`).join('')}]`
}

function indented(lines: string): string {
  return lines.replaceAll(/(?<=^|\n)(?=[^\n])/g, INDENT)
}

function isExpression(value: object): value is Expression {
  return typeof (value as Expression).expression === 'string'
}

function isCall(value: object): value is Call {
  return typeof (value as Call).call === 'string'
}

/** A block such as `resource "aws_iam_role" "developer" { … }`. */
export function block(head: string, entries: readonly (readonly [key: string, value: HclValue])[]): string {
  return entries.length === 0 ? `${head} {}\n` : `${head} {\n${indented(attributesText(entries))}}\n`
}
