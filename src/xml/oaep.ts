import { constants, hash, type KeyObject, privateDecrypt, timingSafeEqual } from 'node:crypto'

/**
 * RSAES-OAEP decryption with different hashes for digest and MGF1, which node:crypto does not support. RFC 8017, 7.1.2
 */

export type OaepHash = 'sha1' | 'sha256' | 'sha384' | 'sha512'

export interface OaepHashes {
  readonly digest: OaepHash
  /** The hash of the mask generation function MGF1. */
  readonly mask: OaepHash
}

const HASH_OCTETS: Readonly<Record<OaepHash, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }

/**
 * The key of exactly `keyOctets` octets that was wrapped with an empty label. Throws the same Error for every failure,
 * and takes equally long to find it: no branch depends on the decrypted octets (Manger's attack needs such a
 * difference). As the length is known, so is every octet before the key, and one comparison in constant time suffices.
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

/** The octets XOR the mask that MGF1 derives from the seed. RFC 8017, B.2.1 */
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
 * The padding before the key: the octet 0, the hash of the empty label, zeros, the octet 1. `octets`: without the
 * first.
 */
function headOf(digest: OaepHash, octets: number): Buffer {
  const labelHash = hash(digest, '', 'buffer')
  const zeros = octets - labelHash.length - 1
  // The lengths of the parts are not secret: they depend on the modulus and on the message itself.
  if (zeros < 0) throw new Error('not wrapped for this key')
  return Buffer.concat([Buffer.alloc(1), labelHash, Buffer.alloc(zeros), Buffer.from([1])])
}
