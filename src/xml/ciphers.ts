import { createDecipheriv } from 'node:crypto'
import { SHA256, XMLDSIG, XMLDSIG_MORE, XMLENC, XMLENC11 } from './algorithms.ts'
import type { OaepHash } from './oaep.ts'

/** The algorithms of XML Encryption 1.1 that are opened, and no others: no RSA 1.5, no Triple DES. */

export interface DataCipher {
  /** Whether a changed ciphertext is noticed. AES-CBC is not: only a signature around it tells. */
  readonly isAuthenticated: boolean
  /** Octets of its key. */
  readonly keyOctets: number
  /** Throws anything at all for what was not encrypted with that key. */
  decrypt(octets: Buffer, key: Buffer): Buffer
}

type KeyBits = 128 | 192 | 256

const BLOCK = 16
const GCM_NONCE = 12
const GCM_TAG = 16

export const dataCiphers: ReadonlyMap<string, DataCipher> = new Map([
  [`${XMLENC11}aes128-gcm`, aesGcm(128)],
  [`${XMLENC11}aes192-gcm`, aesGcm(192)],
  [`${XMLENC11}aes256-gcm`, aesGcm(256)],
  [`${XMLENC}aes128-cbc`, aesCbc(128)],
  [`${XMLENC}aes192-cbc`, aesCbc(192)],
  [`${XMLENC}aes256-cbc`, aesCbc(256)],
])

/**
 * RSA-OAEP with MGF1 over SHA-1, and RSA-OAEP that says which; either with a digest of its own. SHA-1 is no weakness
 * here: OAEP asks of its hashes nothing that SHA-1 has lost. XML Encryption 1.1, 5.5.2; RFC 8017, 7.1
 */
export const RSA_OAEP_MGF1P = `${XMLENC}rsa-oaep-mgf1p`
export const RSA_OAEP = `${XMLENC11}rsa-oaep`

/** SHA-384 goes by the name that XML Encryption 1.1 gives it, and by that of XML Signature 1.1. */
export const oaepDigests: ReadonlyMap<string, OaepHash> = new Map([
  [`${XMLDSIG}sha1`, 'sha1'],
  [SHA256, 'sha256'],
  [`${XMLENC}sha384`, 'sha384'],
  [`${XMLDSIG_MORE}sha384`, 'sha384'],
  [`${XMLENC}sha512`, 'sha512'],
])
export const maskGenerators: ReadonlyMap<string, OaepHash> = new Map([
  [`${XMLENC11}mgf1sha1`, 'sha1'],
  [`${XMLENC11}mgf1sha256`, 'sha256'],
  [`${XMLENC11}mgf1sha384`, 'sha384'],
  [`${XMLENC11}mgf1sha512`, 'sha512'],
])

/** XML Encryption 1.1, 5.2.4: nonce, ciphertext, tag. */
function aesGcm(bits: KeyBits): DataCipher {
  return {
    isAuthenticated: true,
    keyOctets: bits / 8,
    decrypt: (octets, key) => {
      const [start, end] = [GCM_NONCE, octets.length - GCM_TAG]
      const decipher = createDecipheriv(`aes-${bits}-gcm`, key, octets.subarray(0, start), { authTagLength: GCM_TAG })
      decipher.setAuthTag(octets.subarray(end))
      return Buffer.concat([decipher.update(octets.subarray(start, end)), decipher.final()])
    },
  }
}

/** XML Encryption 1.1, 5.2.2: initialisation vector, ciphertext. Of the padding only the last octet means anything. */
function aesCbc(bits: KeyBits): DataCipher {
  return {
    isAuthenticated: false,
    keyOctets: bits / 8,
    decrypt: (octets, key) => {
      const decipher = createDecipheriv(`aes-${bits}-cbc`, key, octets.subarray(0, BLOCK)).setAutoPadding(false)
      const padded = Buffer.concat([decipher.update(octets.subarray(BLOCK)), decipher.final()])
      const padding = padded.at(-1) ?? 0
      if (padding < 1 || padding > BLOCK) throw new Error('bad padding')
      return padded.subarray(0, -padding)
    },
  }
}
