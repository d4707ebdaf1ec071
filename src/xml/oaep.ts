import { constants, hash, type KeyObject, privateDecrypt, timingSafeEqual } from 'node:crypto'

/**
 * RSAES-OAEP decryption with a digest and an MGF1 hash of their own choice, which node:crypto only has as one and the
 * same. RFC 8017, 7.1.2
 */

export type OaepHash = 'sha1' | 'sha256' | 'sha384' | 'sha512'

export interface OaepHashes {
  readonly digest: OaepHash
  /** The hash of the mask generation function MGF1. */
  readonly mask: OaepHash
}

const HASH_OCTETS: Readonly<Record<OaepHash, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }

/**
 * The key of exactly `keyOctets` octets that was wrapped with an empty label. Throws one and the same Error whatever is
 * wrong, and takes as long to find that out: nothing that depends on the decrypted octets decides which way is taken
 * (Manger's attack asks just that). As the length is known, so is every octet before the key, and one comparison in
 * constant time tells.
 */
export function unwrapOaep(octets: Buffer, key: KeyObject, { digest, mask }: OaepHashes, keyOctets: number): Buffer {
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, octets)
  const seedEnd = 1 + HASH_OCTETS[digest]
  const [maskedSeed, maskedData] = [padded.subarray(1, seedEnd), padded.subarray(seedEnd)]
  const seed = masked(maskedSeed, maskedData, mask)
  const data = masked(maskedData, seed, mask)
  const expected = headOf(digest, data.length - keyOctets)
  const head = Buffer.concat([padded.subarray(0, 1), data.subarray(0, expected.length - 1)])
  if (!timingSafeEqual(head, expected)) throw new Error('not wrapped for this key')
  return data.subarray(data.length - keyOctets)
}

/** The octets XOR the mask that MGF1 makes of the seed. RFC 8017, B.2.1 */
function masked(octets: Buffer, seed: Buffer, mask: OaepHash): Buffer {
  const result = Buffer.alloc(octets.length)
  const counted = Buffer.concat([seed, Buffer.alloc(4)])
  for (let at = 0; at < octets.length; at += HASH_OCTETS[mask]) {
    counted.writeUInt32BE(at / HASH_OCTETS[mask], seed.length)
    const block = hash(mask, counted, 'buffer')
    for (let i = 0; i < block.length && at + i < octets.length; i += 1)
      result[at + i] = (octets[at + i] ?? 0) ^ (block[i] ?? 0)
  }
  return result
}

/**
 * What stands before the key: the octet 0, the hash of the empty label, zeros, the octet 1. `octets`: without the
 * first.
 */
function headOf(digest: OaepHash, octets: number): Buffer {
  const labelHash = hash(digest, '', 'buffer')
  const zeros = octets - labelHash.length - 1
  // How long the parts are is no secret: it hangs on the modulus and on what the message itself says.
  if (zeros < 0) throw new Error('not wrapped for this key')
  return Buffer.concat([Buffer.alloc(1), labelHash, Buffer.alloc(zeros), Buffer.from([1])])
}
