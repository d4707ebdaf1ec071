import { createDecipheriv } from 'node:crypto'
import { SHA256, XMLDSIG, XMLDSIG_MORE, XMLENC, XMLENC11 } from './algorithms.ts'
import type { OaepHash } from './oaep.ts'

/** The supported algorithms of XML Encryption 1.1, and no others: no RSA 1.5, no Triple DES. */

export interface DataCipher {
  /** Whether a modified ciphertext is detected. With AES-CBC only a signature around it detects that. */
  readonly isAuthenticated: boolean
  /** The length of its key in octets. */
  readonly keyOctets: number
  /** Throws any error for data that was not encrypted with that key. */
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
 * RSA-OAEP with MGF1 over SHA-1, and RSA-OAEP with a named MGF; either with its own digest. SHA-1 is safe here: OAEP
 * needs no property that SHA-1 has lost. XML Encryption 1.1, 5.5.2; RFC 8017, 7.1
 */
export const RSA_OAEP_MGF1P = `${XMLENC}rsa-oaep-mgf1p`
export const RSA_OAEP = `${XMLENC11}rsa-oaep`

/** SHA-384 has one name in XML Encryption 1.1, and another in XML Signature 1.1. */
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

/** XML Encryption 1.1, 5.2.2: initialisation vector, ciphertext. Only the last octet of the padding has a meaning. */
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
