import { isCharacter } from './characters.ts'
import { Malformed } from './malformed.ts'

/** What written text means: line ends (XML 1.0, 2.11), white space in attributes (3.3.3), references (4.1, 4.6). */

const LINE_END = /\r\n?/g
const ATTRIBUTE_SPACE = /\r\n|[\t\n\r]/g
const [HASH, ZERO, LOWER_A, LOWER_X] = [0x23, 0x30, 0x61, 0x78]
const BEYOND_UNICODE = 0x110000

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

/** The text between tags. Throws Malformed for a reference to anything but a character or one of the five entities. */
export function textOf(written: string): string {
  return withoutReferences(withLineFeeds(written))
}

/** The value of an attribute of type CDATA, the only type without a DTD. Throws as textOf. */
export function attributeValueOf(written: string): string {
  return withoutReferences(written.replace(ATTRIBUTE_SPACE, ' '))
}

/** The text of a CDATA section, where nothing is a reference: every line end becomes a line feed. */
export function withLineFeeds(written: string): string {
  return written.replace(LINE_END, '\n')
}

function withoutReferences(text: string): string {
  let read = ''
  let at = 0
  for (let begin = text.indexOf('&'); begin !== -1; begin = text.indexOf('&', at)) {
    const end = text.indexOf(';', begin)
    const character = end === -1 ? undefined : referred(text, begin + 1, end)
    if (character === undefined) throw new Malformed('a & that begins no known reference')
    read += text.slice(at, begin) + character
    at = end + 1
  }
  return read + text.slice(at)
}

function referred(text: string, start: number, end: number): string | undefined {
  if (text.charCodeAt(start) !== HASH) return ENTITIES.get(text.slice(start, end))
  const code =
    text.charCodeAt(start + 1) === LOWER_X ? numberIn(text, start + 2, end, 16) : numberIn(text, start + 1, end, 10)
  return isCharacter(code) ? String.fromCodePoint(code) : undefined
}

/** NaN for what is no number in that base; any number beyond Unicode for one that is. */
function numberIn(text: string, start: number, end: number, base: 10 | 16): number {
  let number = start < end ? 0 : Number.NaN
  for (let at = start; at < end; at += 1)
    number = Math.min(number * base + digitOf(text.charCodeAt(at), base), BEYOND_UNICODE)
  return number
}

function digitOf(code: number, base: 10 | 16): number {
  const decimal = code - ZERO
  if (decimal >= 0 && decimal < 10) return decimal
  // The bit that distinguishes a from A.
  const letter = (code | 0x20) - LOWER_A
  return base === 16 && letter >= 0 && letter < 6 ? letter + 10 : Number.NaN
}
