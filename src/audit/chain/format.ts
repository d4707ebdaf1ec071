/**
 * How a line of the audit log says where it belongs: at its end, after the event's own fields, in a fixed form that is
 * read without parsing the rest.
 *
 *     {"eventTime":…,"chain":{"id":"…","number":7,"after":5,"previous":"…","signature":"…","hash":"…"}}
 *
 * `hash` is the SHA-256 of all octets before `,"hash"`, `previous` that of the line before. `after` is the number of the
 * line before if it is not the number minus one: writes between them failed. `signature` (Ed25519, in head lines only)
 * covers all octets before `,"signature"`. All three are base64url.
 */
import { hash as digest } from 'node:crypto'

/** Every line begins like this. */
export const LINE_START = '{"eventTime":"'

/** 96 random bits. */
export const CHAIN_ID_OCTETS = 12
export const CHAIN_ID_LENGTH = 16

/** A SHA-256 in base64url. */
export const HASH_LENGTH = 43

/** What the first line of a chain has as the hash of the line before. */
export const NO_PREVIOUS = 'A'.repeat(HASH_LENGTH)

/** At least every so many lines of a chain are signed. */
export const HEAD_EVERY = 1_000

export const HASH_FIELD = ',"hash":"'
export const SIGNATURE_FIELD = ',"signature":"'
export const LINE_END = '"}}'

/** Where a line belongs. */
export interface ChainPlace {
  readonly id: string
  readonly number: number
  /** The number of the line before. */
  readonly after: number
  /** The hash of the line before. */
  readonly previous: string
}

export interface SealedLine {
  readonly octets: Buffer
  readonly number: number
  readonly hash: string
}

/** The line (JSON with its line end) with its place in the chain; signed if it is a head. */
export function sealLine(
  line: Buffer,
  { id, number, after, previous }: ChainPlace,
  sign?: (octets: Buffer) => string,
): SealedLine {
  const skips = after === number - 1 ? '' : `,"after":${after}`
  const place = `,"chain":{"id":"${id}","number":${number}${skips},"previous":"${previous}"`
  // Without the brace and the line end.
  const placed = Buffer.concat([line.subarray(0, -2), Buffer.from(place)])
  const covered = sign ? Buffer.concat([placed, Buffer.from(`${SIGNATURE_FIELD}${sign(placed)}"`)]) : placed
  const hash = hashOf(covered)
  return { octets: Buffer.concat([covered, Buffer.from(`${HASH_FIELD}${hash}${LINE_END}\n`)]), number, hash }
}

export function hashOf(octets: Buffer): string {
  return digest('sha256', octets, 'base64url')
}
