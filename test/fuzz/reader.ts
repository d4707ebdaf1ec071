/**
 * What must hold of the strict reader, whatever it is given: it ends in a tree or in an XmlError; what it accepts, saxes
 * and libxml2 accept too, and read the same in it; and what it alone refuses, it refuses for a reason of its own.
 */
import { decodeUtf8 } from '../../src/xml/base64.ts'
import { canonicalizeInclusive } from '../../src/xml/canonicalize.ts'
import { XmlError } from '../../src/xml/errors.ts'
import { messageLimits, parseXml, readElements } from '../../src/xml/parse.ts'
import type { OpenElement } from '../../src/xml/reader/events.ts'
import type { XmlElement } from '../../src/xml/tree.ts'
import { fixture } from '../saml/saml-fixtures.ts'
import { type Random, randomFrom } from './mutations.ts'
import { libxml2Reads, saxesReads, shownStart } from './oracles.ts'
import { almostXml } from './reader-mutations.ts'

/** Stricter than XML, by intent. A version other than 1.0 is refused too: see `isOfAnotherVersion`. */
const OWN_REASONS: ReadonlySet<string> = new Set([
  'xml.doctype',
  'xml.processing_instruction',
  'xml.namespace',
  'xml.encoding',
  'xml.duplicate_id',
  'xml.signature_shape',
  'xml.too_deep',
  'xml.too_many_elements',
  'xml.too_many_attributes',
])

export interface ReaderCounts {
  readonly mutants: number
  readonly accepted: number
  /** How often a code refused what saxes and libxml2 accept. */
  readonly refusedAlone: ReadonlyMap<string, number>
  readonly refused: ReadonlyMap<string, number>
}

/** Goes on while `goesOn`; throws with the mutant when something does not hold. The same seed makes the same mutants. */
export const fuzzReader = (seed: string, goesOn: (mutants: number) => boolean): ReaderCounts => {
  const random = randomFrom(seed)
  const documents = ['signed-assertion', 'pretty-printed', 'cdata-references-emoji', 'default-namespaces'].map((name) =>
    fixture('accepted', name),
  )
  const refused = new Map<string, number>()
  const refusedAlone = new Map<string, number>()
  let [mutants, accepted] = [0, 0]
  for (; goesOn(mutants); mutants += 1) {
    const octets = almostXml(documents, random)
    try {
      const { code, isAlone } = judge(octets, random)
      if (code === undefined) accepted += 1
      else refused.set(code, (refused.get(code) ?? 0) + 1)
      if (code !== undefined && isAlone) refusedAlone.set(code, (refusedAlone.get(code) ?? 0) + 1)
    } catch (cause) {
      throw new Error(`mutant ${mutants} of seed ${seed}: ${cause}\n${JSON.stringify(octets.toString())}`, { cause })
    }
  }
  return { mutants, accepted, refusedAlone, refused }
}

interface Judgement {
  /** Why it was refused; undefined if it was accepted. */
  readonly code: string | undefined
  readonly isAlone: boolean
}

const judge = (octets: Buffer, random: Random): Judgement => {
  const text = decodeUtf8(octets)
  const ours = text === undefined ? 'xml.encoding' : outcomeOf(() => parseXml(text))
  if (text !== undefined && random(8) === 0) mustBeSameInPieces(ours, text, random)
  if (typeof ours === 'string') return { code: ours, isAlone: isRefusedAlone(octets, text, ours) }
  mustBeSame('saxes', saxesReads(text ?? ''), shownTree(ours))
  mustBeSame('libxml2', libxml2Reads(octets), canonicalizeInclusive(ours))
  return { code: undefined, isAlone: false }
}

const outcomeOf = (read: () => XmlElement): XmlElement | string => {
  try {
    return read()
  } catch (error) {
    if (error instanceof XmlError) return error.code
    throw error
  }
}

/** However a text is cut, the same comes of it; of two mistakes, the one in the first piece is reported. */
const mustBeSameInPieces = (whole: XmlElement | string, text: string, random: Random): void => {
  const cuts = Array.from({ length: 1 + random(4) }, () => random(text.length + 1)).sort((a, b) => a - b)
  const pieces = [0, ...cuts].map((start, i) => text.slice(start, cuts[i]))
  const inPieces = outcomeOf(() => readInPieces(pieces))
  if (typeof whole === 'string' && typeof inPieces === 'string') return
  if (typeof whole === 'string' || typeof inPieces === 'string' || shownTree(whole) !== shownTree(inPieces))
    throw new Error(`cut into pieces it is something else: ${JSON.stringify(pieces)}`)
}

const readInPieces = (pieces: readonly string[]): XmlElement => {
  const roots: OpenElement[] = []
  const ids = new Set<string>()
  const reader = readElements(messageLimits, {
    id: (id) => {
      if (id === '' || ids.has(id)) throw new XmlError('duplicate_id')
      ids.add(id)
    },
    open: (element, parent) => (parent ? parent.children : roots).push(element),
    text: (piece, { children }) => {
      const last = children.at(-1)
      children.splice(
        typeof last === 'string' ? -1 : children.length,
        1,
        (typeof last === 'string' ? last : '') + piece,
      )
    },
    close: () => {},
  })
  for (const piece of pieces) reader.write(piece)
  reader.close()
  const [root] = roots
  if (!root) throw new Error('no root element')
  return root
}

const isRefusedAlone = (octets: Buffer, text: string | undefined, code: string): boolean => {
  if (text === undefined) {
    if (libxml2Reads(octets) !== undefined && !declaresEncoding(octets)) throw new Error('libxml2 accepts the octets')
    return false
  }
  if (saxesReads(text) === undefined || libxml2Reads(octets) === undefined) return false
  if (!OWN_REASONS.has(code) && !isOfAnotherVersion(text)) throw new Error(`only we refuse it: ${code}`)
  return true
}

/** Octets that are not UTF-8 may be what they declare to be. */
const declaresEncoding = (octets: Buffer): boolean =>
  /^(?:\xff\xfe|\xfe\xff|<\?xml[^>]*encoding)/.test(octets.toString('latin1'))

const isOfAnotherVersion = (text: string): boolean => /^\ufeff?<\?xml\s+version\s*=\s*["'](?!1\.0["'])/.test(text)

const AMPERSAND_IN_NAMESPACE = / xmlns(?::[^=]*)?="[^"]*&amp;/

const mustBeSame = (who: string, theirs: string | undefined, ours: string | undefined): void => {
  if (theirs === undefined) throw new Error(`${who} refuses it`)
  // Nothing to compare with: libxml2 canonicalizes no relative namespace names, and does not escape & in any; we do not
  // canonicalize more than 64 prefixes.
  if (theirs === '' || ours === undefined || AMPERSAND_IN_NAMESPACE.test(ours)) return
  if (theirs !== ours) throw new Error(`${who} reads something else:\n${theirs}\n${ours}`)
}

const shownTree = ({ name, local, uri, attributes, children, scope, declaresNamespaces }: XmlElement): string => {
  const declared = declaresNamespaces && scope ? [...scope.declared] : []
  let shown = shownStart({ name, local, uri, declared, attributes })
  for (const child of children) shown += typeof child === 'string' ? `${JSON.stringify(child)}\n` : shownTree(child)
  return `${shown})\n`
}
