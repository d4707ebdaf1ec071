import { Malformed } from './malformed.ts'

/** The characters of XML 1.0, fifth edition: which a document may contain (2.2), and which make a name (2.3). */

/** Names without colons, as Namespaces in XML 1.0 (3) asks for. */
const NAME_START =
  'A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF' +
  '\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}'
export const NC_NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040]*`

/** ASCII characters that continue a name, by code. */
const CONTINUES_NAME = Uint8Array.from({ length: 128 }, (_, code) =>
  /[-.0-9:A-Z_a-z]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** Every control character but tab, line feed and carriage return. */
const FORBIDDEN = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => !/[\t\n\r]/.test(character),
)
const FORBIDDEN_CHARACTER = /[^\t\n\r -\uFFFD]/
const NOT_LATIN = /[^\0-\xFF]/

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20]

/** Throws Malformed for a text with a character that no document may contain, or half of one. */
export function mustBeCharacters(text: string): void {
  if (!text.isWellFormed()) throw new Malformed('half of a surrogate pair')
  if (hasForbidden(text)) throw new Malformed('a character that XML does not allow')
}

/**
 * In a text of one octet per character, to search for each character by itself takes less time than one pass that
 * compares every character.
 */
function hasForbidden(text: string): boolean {
  return NOT_LATIN.test(text) ? FORBIDDEN_CHARACTER.test(text) : FORBIDDEN.some((character) => text.includes(character))
}

/** Whether a reference may name it. XML 1.0, 2.2 */
export function isCharacter(code: number): boolean {
  return code < 0xd800
    ? code >= SPACE || code === TAB || code === LINE_FEED || code === RETURN
    : (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x110000)
}

/** White space as XML defines it (2.3), by code. */
export function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === TAB || code === RETURN
}

/** The position of the first character after white space; the same position if there is none. */
export function endOfSpace(text: string, at: number): number {
  let end = at
  while (isSpace(text.charCodeAt(end))) end += 1
  return end
}

/** Whether the text has exactly that string there. Faster than startsWith for strings as short as names. */
export function hasAt(text: string, at: number, wanted: string): boolean {
  const { length } = wanted
  for (let offset = 0; offset < length; offset += 1)
    if (text.charCodeAt(at + offset) !== wanted.charCodeAt(offset)) return false
  return true
}

/**
 * Where a name ends that begins there. Every character beyond ASCII counts as part of it, as none may follow a name:
 * the caller tests the name as a whole.
 */
export function endOfName(text: string, at: number): number {
  let end = at
  while (continuesName(text.charCodeAt(end))) end += 1
  return end
}

/** Whether a name goes on with that character, as endOfName sees it. The end of a text, NaN, ends it. */
export function continuesName(code: number): boolean {
  return code < 128 ? CONTINUES_NAME[code] === 1 : code >= 128
}
