/**
 * Two independent opinions on a document: saxes, and libxml2 on the octets themselves. Each says whether it accepts the
 * document, and what it reads in it.
 */
import { ParseOption, XmlDocument } from 'libxml2-wasm'
import { SaxesParser, type SaxesTagNS } from 'saxes'

/** What saxes reads, in the notation of `shownTree`; undefined if it refuses the text. */
export const saxesReads = (text: string): string | undefined => {
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  let [shown, pending, depth] = ['', '', 0]
  const addText = (piece: string): void => {
    if (depth > 0) pending += piece
  }
  const flush = (): void => {
    if (pending !== '') shown += `${JSON.stringify(pending)}\n`
    pending = ''
  }
  parser.on('error', (error) => {
    throw error
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('opentag', (tag) => {
    flush()
    depth += 1
    shown += shownTag(tag)
  })
  parser.on('closetag', () => {
    flush()
    depth -= 1
    shown += ')\n'
  })
  try {
    parser.write(text).close()
    return shown
  } catch {
    return undefined
  }
}

const XMLNS = 'http://www.w3.org/2000/xmlns/'

const shownTag = ({ name, local, uri, attributes }: SaxesTagNS): string => {
  const all = Object.values(attributes)
  return shownStart({
    name,
    local,
    uri,
    declared: all
      .filter((attribute) => attribute.uri === XMLNS)
      .map((attribute) => [attribute.name === 'xmlns' ? '' : attribute.local, attribute.value]),
    attributes: all.filter((attribute) => attribute.uri !== XMLNS),
  })
}

interface ShownStart {
  readonly name: string
  readonly local: string
  readonly uri: string
  readonly declared: readonly (readonly [string, string])[]
  readonly attributes: readonly {
    readonly name: string
    readonly local: string
    readonly uri: string
    readonly value: string
  }[]
}

/** A start tag as one line, so that what two readers read is compared as text. */
export const shownStart = ({ name, local, uri, declared, attributes }: ShownStart): string =>
  `(${JSON.stringify([name, local, uri, declared, attributes.map((one) => [one.name, one.local, one.uri, one.value])])}\n`

/**
 * The canonical form that libxml2 makes of the whole document, without comments; undefined if it refuses the octets.
 * Not asked about xml:id, which is another standard.
 */
export const libxml2Reads = (octets: Uint8Array): string | undefined => {
  let document: XmlDocument
  try {
    document = XmlDocument.fromBuffer(octets, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_SKIP_IDS })
  } catch {
    return undefined
  }
  try {
    return document.canonicalizeToString({ mode: 0, withComments: false })
  } catch {
    // It refuses to canonicalize relative namespace names, which it reads.
    return ''
  } finally {
    document.dispose()
  }
}
