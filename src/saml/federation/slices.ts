import { isAscii } from 'node:buffer'
import { createHash, type Hash } from 'node:crypto'
import { XmlError } from '../../xml/errors.ts'
import { declaresAsciiAlike, withoutDeclaredEncoding } from '../metadata/text.ts'

/** A part of a document: its position in octets, and the SHA-256 of these octets as base64. */
export interface Slice {
  readonly offset: number
  readonly length: number
  readonly sha256: string
}

/** Decodes a document for a parser and measures parts of it in octets, by the parser's position in UTF-16 units. */
export interface Slices {
  /** The text to parse next. It ends before a tag, so no tag is ever split. */
  decode(chunk: Uint8Array): string
  /** The rest, when there are no more chunks. */
  rest(): string
  /** A slice begins with the tag that the parser reads at this position. Only one can be open. */
  begin(position: number): void
  /** The slice ends at this position. */
  end(position: number): Slice
}

/** A start tag longer than this is refused. */
const MAX_TAG = 1024 * 1024

/** Throws XmlError `xml.encoding` for what is not UTF-8. */
export function createSlices(): Slices {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let held = ''
  let piece = ''
  let isAllAscii = true
  let mustBeAscii = false
  /** The position at which the piece begins, in UTF-16 units. */
  let pieceStart = 0
  /** The position up to which octets were counted, in both units. */
  const mark = { position: 0, octets: 0 }
  let open: { readonly offset: number; readonly hash: Hash } | undefined

  const advance = (position: number): void => {
    if (position === mark.position) return
    const text = piece.slice(mark.position - pieceStart, position - pieceStart)
    const octets = Buffer.byteLength(text)
    mark.octets += octets
    mark.position = position
    // ASCII is the same in both encodings, and hashing it as the simpler one takes half the time.
    open?.hash.update(text, octets === text.length ? 'latin1' : 'utf8')
  }
  const next = (text: string): string => {
    if (mustBeAscii && !isAllAscii) throw new XmlError('encoding', { expected: 'UTF-8, or ASCII octets alone' })
    advance(pieceStart + piece.length)
    pieceStart += piece.length
    piece = text
    return text
  }
  /** The first piece contains the whole XML declaration, as no tag is split. */
  const declared = (text: string): string => {
    if (pieceStart + piece.length > 0 || !declaresAsciiAlike(text)) return text
    mustBeAscii = true
    return withoutDeclaredEncoding(text)
  }
  const decoded = (chunk?: Uint8Array): string => {
    if (chunk && isAllAscii) isAllAscii = isAscii(chunk)
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      throw new XmlError('encoding', { expected: 'UTF-8' })
    }
  }
  return {
    decode: (chunk) => {
      const text = held + decoded(chunk)
      const cut = text.lastIndexOf('<')
      held = cut === -1 ? '' : text.slice(cut)
      if (held.length > MAX_TAG) throw new XmlError('too_large', { expected: `tags of ${MAX_TAG} characters` })
      return next(declared(cut === -1 ? text : text.slice(0, cut)))
    },
    rest: () => next(declared(held + decoded())),
    begin: (position) => {
      advance(pieceStart + piece.lastIndexOf('<', position - pieceStart - 1))
      open = { offset: mark.octets, hash: createHash('sha256') }
    },
    end: (position) => {
      advance(position)
      if (!open) throw new Error('no slice is open')
      const { offset, hash } = open
      open = undefined
      return { offset, length: mark.octets - offset, sha256: hash.digest('base64') }
    },
  }
}
