/** Credentials with the formats that AWS uses (aws-facts A.6). */
import { createHash, randomBytes } from 'node:crypto'
import { Secret } from '../core/secret.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export interface NewKey {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: Secret
}

const CHANCE_OCTETS = 5 + 30 + 240
const KEYS_AT_ONCE = 64
let unused = Buffer.alloc(0)

/** An id such as ASIA… from five random octets. */
export function accessKeyId(prefix: 'ASIA' | 'AKIA', account: string, chance: Uint8Array): string {
  return prefix + base32(accountPayload(account, chance))
}

/** RFC 4648 section 6, without padding. */
function base32(octets: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const octet of octets) {
    buffer = ((buffer << 8) | octet) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(buffer >>> bits) & 31]
    }
  }
  return bits > 0 ? text + ALPHABET[(buffer << (5 - bits)) & 31] : text
}

/** One bit that says the account is encoded, 40 bits of account, 39 random bits. */
function accountPayload(account: string, chance: Uint8Array): Uint8Array {
  const head = 2 ** 47 + Number(account) * 2 ** 7 + ((chance[0] ?? 0) & 0x7f)
  const octets = Buffer.alloc(10)
  octets.writeUIntBE(head, 0, 6)
  octets.set(chance.subarray(1, 5), 6)
  return octets
}

/**
 * The account that a key ID contains, whether or not the key exists: the inverse of `accessKeyId`. undefined for a text
 * that is not a key ID, and for older ones, which do not contain the account.
 */
export function accountOf(id: string): string | undefined {
  const octets = /^A[KS]IA.{16}$/.test(id) ? base32Octets(id.slice(4)) : undefined
  if (!octets) return undefined
  const head = BigInt(octets.readUIntBE(0, 6))
  return head >> 47n === 1n ? String((head >> 7n) & 0xffffffffffn).padStart(12, '0') : undefined
}

/** The octets of RFC 4648 section 6; undefined for other characters. */
function base32Octets(text: string): Buffer | undefined {
  let buffer = 0n
  for (const character of text) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) return undefined
    buffer = (buffer << 5n) | BigInt(value)
  }
  return Buffer.from(buffer.toString(16).padStart((text.length * 5) / 4, '0'), 'hex')
}

/** The unique ID of a role, user or policy, always the same for an ARN: `AROA`, `AIDA` or `ANPA` and 17 characters. */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'ANPA', account: string, arn: string): string {
  const hash = createHash('sha256').update(arn).digest()
  return prefix + base32(Buffer.concat([accountPayload(account, hash), hash.subarray(5, 6)])).slice(0, 17)
}

/** A session token is opaque: its data is stored here. `size`: of the token, in octets. */
export function newTemporaryKey(account: string, size: number): NewKey {
  const chance = takeChance()
  const key = {
    accessKeyId: accessKeyId('ASIA', account, chance.subarray(0, 5)),
    secretAccessKey: new Secret(chance.toString('base64', 5, 35)),
    sessionToken: new Secret(tokenOf(chance, size)),
  }
  chance.fill(0)
  return key
}

/** Base64 of the chance, cut short or with more of it. */
function tokenOf(chance: Buffer, size: number): string {
  const token = chance.toString('base64', 35)
  if (size <= token.length) return token.slice(0, size)
  return (token + randomBytes(size - token.length).toString('base64')).slice(0, size)
}

/** Generated for many keys at once, as one costs nearly as much; each octet is used once, and erased afterwards. */
function takeChance(): Buffer {
  if (unused.length === 0) unused = randomBytes(CHANCE_OCTETS * KEYS_AT_ONCE)
  const chance = unused.subarray(0, CHANCE_OCTETS)
  unused = unused.subarray(CHANCE_OCTETS)
  return chance
}
