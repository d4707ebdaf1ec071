/**
 * The part of `~/.aws/config` that belongs to this program: one block for each gateway, between two comments. The rest
 * of the text is never changed. Text is a string of single octets (latin1): the file may have any encoding.
 */
import { UserError } from '../errors.ts'

/** Puts the lines between the gateway's marks; without lines, removes the block. Throws `cli.profiles_marks`. */
export function withBlock(text: string, gateway: string, lines: readonly string[]): string {
  const eol = lineEnd(text)
  const block =
    lines.length === 0 ? '' : [begin(gateway), ...lines, end(gateway)].map((line) => octets(line) + eol).join('')
  const place = findBlock(text, gateway)
  if (place !== undefined) return text.slice(0, place.start) + block + text.slice(place.end)
  if (block === '') return text
  return text + separator(text, eol) + block
}

/** The text without the gateway's block: what is others'. Throws `cli.profiles_marks`. */
export function outsideOf(text: string, gateway: string): string {
  const place = findBlock(text, gateway)
  return place === undefined ? text : text.slice(0, place.start) + text.slice(place.end)
}

/** An empty line before the block, unless the file begins with it. */
function separator(text: string, eol: string): string {
  if (text === '' || text === BOM) return ''
  return text.endsWith('\n') ? eol : eol + eol
}

/** A byte order mark in UTF-8. */
const BOM = '\u00ef\u00bb\u00bf'

function lineEnd(text: string): string {
  const first = text.indexOf('\n')
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n'
}

function octets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function begin(gateway: string): string {
  return `# BEGIN fedgate ${gateway}`
}

function end(gateway: string): string {
  return `# END fedgate ${gateway}`
}

interface Span {
  readonly start: number
  /** After the line end of the END mark. */
  readonly end: number
}

function findBlock(text: string, gateway: string): Span | undefined {
  const [beginnings, ends] = [linesEqual(text, begin(gateway)), linesEqual(text, end(gateway))]
  const [first, last] = [beginnings[0], ends[0]]
  if (first === undefined && last === undefined) return undefined
  const isPair = beginnings.length === 1 && ends.length === 1 && first !== undefined && last !== undefined
  if (isPair && first.start < last.start) return { start: first.start, end: last.end }
  const found = [...beginnings, ...ends].map(({ start }) => text.slice(0, start).split('\n').length)
  throw new UserError('cli.profiles_marks', {
    sentence: `The marks of the block for ${gateway} do not form one pair (line ${found.sort((a, b) => a - b).join(', ')}).`,
  })
}

function linesEqual(text: string, line: string): readonly Span[] {
  const found: Span[] = []
  // A byte order mark comes before the first line.
  let start = text.startsWith(BOM) ? BOM.length : 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const next = newline === -1 ? text.length : newline + 1
    if (text.slice(start, next).trimEnd() === line) found.push({ start, end: next })
    start = next
  }
  return found
}
