import { XmlError } from '../errors.ts'
import { Malformed } from './malformed.ts'

const EQUALS = '[ \\t\\r\\n]*=[ \\t\\r\\n]*'
const quoted = (value: string, group: string): string => `(?:"(?<${group}2>${value})"|'(?<${group}1>${value})')`
/** XML 1.0, 2.8 and 4.3.3 */
const DECLARATION = new RegExp(
  `^<\\?xml[ \\t\\r\\n]+version${EQUALS}${quoted('1\\.[0-9]+', 'version')}` +
    `(?:[ \\t\\r\\n]+encoding${EQUALS}${quoted('[A-Za-z][A-Za-z0-9._-]*', 'encoding')})?` +
    `(?:[ \\t\\r\\n]+standalone${EQUALS}${quoted('yes|no', 'standalone')})?[ \\t\\r\\n]*\\?>$`,
)

/** Encodings that equal UTF-8 for ASCII: if a document is all ASCII, every reader reads the same. */
const ASCII_COMPATIBLE: ReadonlySet<string> = new Set(['us-ascii', 'iso-8859-1'])
const NOT_ASCII = /[^\0-\x7f]/

/**
 * The declared encoding if it agrees with UTF-8 only for ASCII, otherwise the empty string. Throws XmlError
 * `xml.encoding` for any other but UTF-8, `xml.malformed` for a version of XML other than 1.0, and Malformed.
 */
export function declaredEncoding(declaration: string): string {
  const found = DECLARATION.exec(declaration)?.groups
  if (!found) throw new Malformed('an XML declaration that is not complete')
  const version = found.version1 ?? found.version2 ?? ''
  if (version !== '1.0') throw new XmlError('malformed', { expected: 'XML 1.0', found: version })
  const encoding = found.encoding1 ?? found.encoding2 ?? 'utf-8'
  const name = encoding.toLowerCase()
  if (name === 'utf-8') return ''
  if (!ASCII_COMPATIBLE.has(name)) throw encodingError(encoding)
  return encoding
}

/** Throws XmlError `xml.encoding` for a text that readers would decode in different ways. */
export function mustBeAscii(text: string, encoding: string): void {
  if (NOT_ASCII.test(text)) throw encodingError(encoding)
}

function encodingError(found: string): XmlError {
  return new XmlError('encoding', { expected: 'UTF-8, or nothing but ASCII', found })
}
