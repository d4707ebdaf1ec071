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
  /** Only of a line that is signed: what the signature covers, valid as long as the line's octets. */
  readonly signed?: { readonly octets: Buffer; readonly signature: string }
}

const TAIL = HASH_FIELD.length + HASH_LENGTH + LINE_END.length
const PREVIOUS_FIELD = ',"previous":"'
const CHAIN_FIELD = ',"chain":{"id":"'
const NUMBER_FIELD = '","number":'

/** Of Ed25519, in base64url. */
const SIGNATURE_LENGTH = 86
const SIGNED_TAIL = SIGNATURE_FIELD.length + SIGNATURE_LENGTH + 1

/** No number has more digits. */
const LONGEST_PLACE = CHAIN_FIELD.length + CHAIN_ID_LENGTH + NUMBER_FIELD.length + 2 * 16 + ',"after":'.length

const PLACE = /,"chain":\{"id":"([\w-]{16})","number":(\d{1,15})(?:,"after":(\d{1,15}))?$/

/** undefined: it has no place in a chain. */
export function readPlace(line: Buffer): ReadLine | undefined {
  const covered = line.length - TAIL
  if (covered < TAIL || line.toString('latin1', covered, covered + HASH_FIELD.length) !== HASH_FIELD) return undefined
  if (line.toString('latin1', line.length - LINE_END.length) !== LINE_END) return undefined
  const hashStart = covered + HASH_FIELD.length
  const hash = line.toString('latin1', hashStart, hashStart + HASH_LENGTH)
  const signatureStart = covered - SIGNED_TAIL
  const isSigned =
    signatureStart > 0 &&
    line.toString('latin1', signatureStart, signatureStart + SIGNATURE_FIELD.length) === SIGNATURE_FIELD
  const end = isSigned ? signatureStart : covered
  const previousStart = end - HASH_LENGTH - 1
  const place = PLACE.exec(
    line.toString(
      'latin1',
      Math.max(0, previousStart - PREVIOUS_FIELD.length - LONGEST_PLACE),
      previousStart - PREVIOUS_FIELD.length,
    ),
  )
  if (!place || line.toString('latin1', previousStart - PREVIOUS_FIELD.length, previousStart) !== PREVIOUS_FIELD)
    return undefined
  const [, id = '', digits, afterDigits] = place
  const number = Number(digits)
  return {
    id,
    number,
    after: afterDigits === undefined ? number - 1 : Number(afterDigits),
    previous: line.toString('latin1', previousStart, previousStart + HASH_LENGTH),
    hash,
    isUnchanged: hashOf(line.subarray(0, covered)) === hash,
    ...(isSigned && {
      signed: {
        octets: line.subarray(0, signatureStart),
        signature: line.toString('latin1', signatureStart + SIGNATURE_FIELD.length, covered - 1),
      },
    }),
  }
}
