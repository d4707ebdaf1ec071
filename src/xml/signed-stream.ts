import { createHash, type Hash, type KeyObject } from 'node:crypto'
import { XMLDSIG } from './algorithms.ts'
import { canonicalStart, canonicalText, type Rendered } from './canonicalize.ts'
import { XmlError } from './errors.ts'
import { isNamed } from './navigate.ts'
import type { OpenElement, XmlEvents } from './reader/events.ts'
import { mustBeDigest, type SignedReference, verifySignedInfo } from './signature.ts'
import type { XmlElement } from './tree.ts'

/**
 * The signature of a document too large for a tree. The Signature must be the root's first child, as the schema of
 * metadata requires: then its key is checked before anything else is read, and everything after it is canonicalized and
 * hashed as it arrives.
 */
export interface SignedStream extends Omit<XmlEvents, 'id'> {
  /**
   * Called after the root was closed; throws XmlError `xml.signature_*`. Nothing that was read may be trusted before.
   */
  finish(): void
}

/** Canonical text is hashed in pieces of about this many UTF-16 units. */
const PIECE = 16 * 1024
/** The limits of a Signature with its certificates; only that is kept in memory. */
const MAX_SIGNATURE_TEXT = 256 * 1024

interface Head {
  open(element: OpenElement, parent: OpenElement): void
  text(piece: string, parent: OpenElement): void
  /** True if the closed element was the Signature itself. */
  close(element: OpenElement): boolean
  /** The white space before the Signature, which is part of what is signed. */
  before(): string
}

interface DigestStream {
  open(element: XmlElement): void
  text(piece: string): void
  close(element: XmlElement): void
  finish(): void
}

/** Verifies with one of the keys while the document is read. */
export function verifyWhileReading(keys: readonly KeyObject[]): SignedStream {
  let root: OpenElement | undefined
  let head: Head | undefined
  let digest: DigestStream | undefined

  const openSigned = (element: OpenElement, parent: OpenElement): void => {
    if (digest) {
      if (parent === root && isSignature(element)) throw shape('one Signature', 'several')
      digest.open(element)
    } else head?.open(element, parent)
  }
  return {
    open: (element, parent) => {
      if (parent) return openSigned(element, parent)
      root = element
      head = readHead(element)
    },
    text: (piece, parent) => (digest ? digest.text(piece) : head?.text(piece, parent)),
    close: (element) => {
      if (digest) return digest.close(element)
      if (!root || !head?.close(element)) return
      const signed = verifySignedInfo({ ...root, children: [element] }, keys)
      digest = hashCanonical(root, signed, head.before())
    },
    finish: () => {
      if (!digest) throw shape('one Signature', 'none')
      digest.finish()
    },
  }
}

function isSignature(element: XmlElement): boolean {
  return isNamed(element, XMLDSIG, 'Signature')
}

function shape(expected: string, found: string): XmlError {
  return new XmlError('signature_shape', { expected, found, source: 'Signature' })
}

/** What precedes the signed content: white space, and the Signature, which becomes a tree. */
function readHead(root: OpenElement): Head {
  let before = ''
  let size = 0
  const count = (length: number): void => {
    size += length
    if (size > MAX_SIGNATURE_TEXT) throw new XmlError('too_large', { source: 'Signature' })
  }
  return {
    open: (element, parent) => {
      if (parent === root && !isSignature(element)) throw shape('a Signature as the first child', element.local)
      count(element.name.length)
      if (parent !== root) parent.children.push(element)
    },
    text: (piece, parent) => {
      count(piece.length)
      if (parent === root) before += piece
      else joinText(parent, piece)
    },
    close: isSignature,
    before: () => before,
  }
}

function joinText({ children }: OpenElement, piece: string): void {
  const last = children.at(-1)
  if (typeof last === 'string') children[children.length - 1] = last + piece
  else children.push(piece)
}

/** Exclusive canonicalization as a stream, after the Signature. */
function hashCanonical(root: XmlElement, signed: SignedReference, before: string): DigestStream {
  const { inclusivePrefixes } = signed
  const hash: Hash = createHash(signed.digestMethod)
  const start = canonicalStart(root, undefined, inclusivePrefixes, true)
  const around: (Rendered | undefined)[] = [start.rendered]
  let pending = start.text + canonicalText(before)
  // ASCII is the same in both encodings, and hashing it as the simpler one takes half the time.
  const hashPending = (): Hash =>
    hash.update(pending, Buffer.byteLength(pending) === pending.length ? 'latin1' : 'utf8')
  const write = (text: string): void => {
    pending += text
    if (pending.length < PIECE) return
    hashPending()
    pending = ''
  }
  return {
    open: (element) => {
      const { text, rendered } = canonicalStart(element, around.at(-1), inclusivePrefixes, false)
      around.push(rendered)
      write(text)
    },
    text: (piece) => write(canonicalText(piece)),
    close: ({ name }) => {
      around.pop()
      write(`</${name}>`)
    },
    finish: () => mustBeDigest(hashPending().digest(), signed),
  }
}
