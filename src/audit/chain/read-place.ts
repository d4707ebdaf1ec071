/** Reads where a line says that it belongs, from its end and without parsing the rest. */
import {
  CHAIN_ID_LENGTH,
  type ChainPlace,
  HASH_FIELD,
  HASH_LENGTH,
  hashOf,
  LINE_END,
  SIGNATURE_FIELD,
} from './format.ts'

export interface ReadLine extends ChainPlace {
  /** What the line says of itself. */
  readonly hash: string
  /** Whether that is the hash of its octets. */
  readonly isUnchanged: boolean
  /** Of a line that is signed: what the signature covers, valid as long as the line's octets. */
  readonly signed: { readonly octets: Buffer; readonly signature: string } | undefined
}

const PREVIOUS_FIELD = ',"previous":"'
const CHAIN_FIELD = ',"chain":{"id":"'
const NUMBER_FIELD = '","number":'
const AFTER_FIELD = ',"after":'

const HASH_END = HASH_LENGTH + LINE_END.length
const HASH_PART = HASH_FIELD.length + HASH_END

/** Of Ed25519, in base64url. */
const SIGNATURE_LENGTH = 86
const SIGNATURE_PART = SIGNATURE_FIELD.length + SIGNATURE_LENGTH + 1

const PREVIOUS_PART = PREVIOUS_FIELD.length + HASH_LENGTH + 1

/** No place takes more octets. */
const LONGEST_TAIL = 224

/** A longer number is none of ours. */
const MOST_DIGITS = 15

/** undefined: it has no place in a chain. */
export function readPlace(line: Buffer): ReadLine | undefined {
  const tail = line.toString('latin1', Math.max(0, line.length - LONGEST_TAIL))
  const isSealed = tail.endsWith(LINE_END) && tail.startsWith(HASH_FIELD, tail.length - HASH_PART)
  if (!isSealed) return undefined
  const covered = line.length - HASH_PART
  const signedEnd = covered - SIGNATURE_PART
  const isSigned =
    signedEnd > 0 && line.toString('latin1', signedEnd, signedEnd + SIGNATURE_FIELD.length) === SIGNATURE_FIELD
  const before = isSigned
    ? line.toString('latin1', Math.max(0, signedEnd - LONGEST_TAIL), signedEnd)
    : tail.slice(0, -HASH_PART)
  const place = placeBefore(before)
  if (place === undefined) return undefined
  const hash = tail.slice(-HASH_END, -LINE_END.length)
  return {
    id: place.id,
    number: place.number,
    after: place.after,
    previous: place.previous,
    hash,
    isUnchanged: hashOf(line.subarray(0, covered)) === hash,
    signed: isSigned
      ? {
          octets: line.subarray(0, signedEnd),
          signature: line.toString('latin1', signedEnd + SIGNATURE_FIELD.length, covered - 1),
        }
      : undefined,
  }
}

/** The place at the end of this text, which is the fields in their order and nothing else. */
function placeBefore(text: string): ChainPlace | undefined {
  const previousStart = text.length - PREVIOUS_PART
  const start = text.lastIndexOf(CHAIN_FIELD)
  if (start === -1 || !text.startsWith(PREVIOUS_FIELD, previousStart)) return undefined
  const idStart = start + CHAIN_FIELD.length
  const numberStart = idStart + CHAIN_ID_LENGTH + NUMBER_FIELD.length
  if (!text.startsWith(NUMBER_FIELD, idStart + CHAIN_ID_LENGTH)) return undefined
  const comma = text.indexOf(',', numberStart)
  const number = wholeNumber(text, numberStart, comma)
  const after =
    comma === previousStart
      ? number - 1
      : text.startsWith(AFTER_FIELD, comma)
        ? wholeNumber(text, comma + AFTER_FIELD.length, previousStart)
        : Number.NaN
  if (!(number > 0) || !(after >= 0) || after >= number) return undefined
  return {
    id: text.slice(idStart, idStart + CHAIN_ID_LENGTH),
    number,
    after,
    previous: text.slice(previousStart + PREVIOUS_FIELD.length, -1),
  }
}

/** NaN if there is anything but digits. Faster than a regular expression, and called for each line. */
function wholeNumber(text: string, start: number, end: number): number {
  if (end <= start || end - start > MOST_DIGITS) return Number.NaN
  let number = 0
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}
