import { isCharacter } from './characters.ts'
import { Malformed } from './malformed.ts'

/** What written text means: line ends (XML 1.0, 2.11), white space in attributes (3.3.3), references (4.1, 4.6). */

const LINE_END = /\r\n?/g
const ATTRIBUTE_SPACE = /\r\n|[\t\n\r]/g
const REFERENCE = /&([^;]*)(;?)/g
const CHARACTER_REFERENCE = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/

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
  return text.replace(REFERENCE, (_, name: string, end: string) => {
    const character = end === '' ? undefined : (ENTITIES.get(name) ?? referredCharacter(name))
    if (character === undefined) throw new Malformed('a & that begins no known reference')
    return character
  })
}

function referredCharacter(name: string): string | undefined {
  const [, hexadecimal, decimal = ''] = CHARACTER_REFERENCE.exec(name) ?? []
  const code = hexadecimal === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hexadecimal, 16)
  return isCharacter(code) ? String.fromCodePoint(code) : undefined
}
