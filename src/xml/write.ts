import { XmlError } from './errors.ts'

/** XML text that is already escaped: only this file creates it. */
export interface Markup {
  readonly markup: string
}

export type MarkupChild = Markup | string | undefined

const NAME = /^[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?$/
const ILLEGAL = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
/** ASCII that is never escaped: most texts contain nothing else. */
const PLAIN = /^[ !#-%'-;=?-~]*$/

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

/** Whether XML 1.0 can represent the text: some characters are not allowed in a document (2.2). */
export function isWritable(text: string): boolean {
  return !ILLEGAL.test(text)
}

/**
 * An element. Attributes and children that are undefined are left out; strings are text and are escaped. Throws
 * `xml.unwritable` for characters that XML 1.0 cannot represent.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly MarkupChild[] | string = [],
): Markup {
  let start = writeName(name)
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) start += ` ${writeName(key)}="${escapeAttribute(value)}"`
  let content = ''
  if (typeof children === 'string') content = escapeText(children)
  else for (const child of children) content += renderChild(child)
  return { markup: content === '' ? `<${start}/>` : `<${start}>${content}</${name}>` }
}

function writeName(name: string): string {
  if (!NAME.test(name)) throw new XmlError('unwritable', { found: name })
  return name
}

/** Tabs and line ends too: a parser would turn them into spaces. */
function escapeAttribute(text: string): string {
  return escaped(text, /[&<>"\t\n\r]/g)
}

function escaped(text: string, unsafe: RegExp): string {
  if (PLAIN.test(text)) return text
  if (!isWritable(text)) throw new XmlError('unwritable')
  return text.replace(unsafe, reference)
}

function escapeText(text: string): string {
  return escaped(text, /[&<>\r]/g)
}

function renderChild(child: MarkupChild): string {
  return child === undefined ? '' : typeof child === 'string' ? escapeText(child) : child.markup
}

/** The text of a built element, without an XML declaration: UTF-8 is XML's default. */
export function render({ markup }: Markup): string {
  return markup
}

/** The escape of a character that cannot be written literally. Canonical XML 1.0, 2.3 */
export function reference(character: string): string {
  return REFERENCES[character] ?? character
}
