/** From metadata in the encodings that files are saved in, to UTF-8 for the single strict parser. */
import { isAscii } from 'node:buffer'
import { SamlError } from '../errors.ts'

/** The declaration up to its encoding, and the encoding with the white space before it. XML 1.0 2.8, 4.3.3 */
const DECLARED =
  /^(\uFEFF?<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0'))([ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))/

const DECLARATION_ROOM = 256

/** `utf-16` is what .NET declares in text that is then written as ASCII. */
const ASCII_ALIKE = /^(us-ascii|ascii|iso-8859-\d{1,2}|latin1|windows-125\d|utf-16)$/i

const UNICODE = /^(utf-8|utf-16|utf-16le|utf-16be)$/i

/**
 * The document in UTF-8, before anything is parsed: UTF-16 with a byte order mark is transcoded, and a declaration of
 * another encoding is blanked if all octets are ASCII. A signature still verifies: it covers the canonical form of the
 * root, in UTF-8, without the declaration. Octets in any other encoding are returned unchanged, for the parser to
 * refuse. Throws SamlError `saml.encoding`.
 */
export function metadataInUtf8(octets: Uint8Array): Uint8Array {
  const utf16 = utf16Of(octets)
  if (utf16) return Buffer.from(fromUtf16(octets, utf16), 'utf8')
  const start = Buffer.from(octets.subarray(0, DECLARATION_ROOM)).toString('latin1')
  if (!declaresAsciiAlike(start) || !isAscii(octets)) return octets
  return Buffer.from(withoutDeclaredEncoding(Buffer.from(octets).toString('latin1')), 'latin1')
}

/** By its byte order mark, which XML 1.0 4.3.3 requires of a document in UTF-16. */
function utf16Of([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** A declaration of another Unicode encoding remains when editors and shells save as UTF-16. */
function fromUtf16(octets: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): string {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(octets)
    const declared = declaredEncoding(text)
    if (declared === undefined) return text
    if (UNICODE.test(declared)) return withoutDeclaredEncoding(text)
    throw new SamlError('saml.encoding', { expected: 'UTF-16, as the byte order mark says', found: declared })
  } catch (cause) {
    if (cause instanceof SamlError) throw cause
    throw new SamlError('saml.encoding', { expected: 'UTF-16, as the byte order mark says', cause })
  }
}

function declaredEncoding(text: string): string | undefined {
  const [, , , quoted, single] = DECLARED.exec(text) ?? []
  return quoted ?? single
}

/** Whether the document declares an encoding other than UTF-8 that equals it for ASCII. */
export function declaresAsciiAlike(start: string): boolean {
  return ASCII_ALIKE.test(declaredEncoding(start) ?? '')
}

/** The same text, of the same length, with white space in place of its declared encoding. */
export function withoutDeclaredEncoding(text: string): string {
  return text.replace(DECLARED, (_, before: string, encoding: string) => before + ' '.repeat(encoding.length))
}
