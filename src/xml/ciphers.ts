import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto'
import { SHA256, XMLDSIG, XMLENC, XMLENC11 } from './algorithms.ts'

/** The algorithms of XML Encryption 1.1 that are opened, and no others: no RSA 1.5, no Triple DES. */

export interface DataCipher {
  /** Whether a changed ciphertext is noticed. AES-CBC is not: only a signature around it tells. */
  readonly isAuthenticated: boolean
  /** Throws anything at all for what was not encrypted with that key. */
  decrypt(octets: Buffer, key: Buffer): Buffer
}

const BLOCK = 16
const GCM_NONCE = 12
const GCM_TAG = 16

/** XML Encryption 1.1, 5.2.4: nonce, ciphertext, tag. */
const aesGcm = (bits: 128 | 256): DataCipher => ({
  isAuthenticated: true,
  decrypt: (octets, key) => {
    const [start, end] = [GCM_NONCE, octets.length - GCM_TAG]
    const decipher = createDecipheriv(`aes-${bits}-gcm`, key, octets.subarray(0, start), { authTagLength: GCM_TAG })
    decipher.setAuthTag(octets.subarray(end))
    return Buffer.concat([decipher.update(octets.subarray(start, end)), decipher.final()])
  },
})

/** XML Encryption 1.1, 5.2.2: initialisation vector, ciphertext. Of the padding only the last octet means anything. */
const aesCbc = (bits: 128 | 256): DataCipher => ({
  isAuthenticated: false,
  decrypt: (octets, key) => {
    const decipher = createDecipheriv(`aes-${bits}-cbc`, key, octets.subarray(0, BLOCK)).setAutoPadding(false)
    const padded = Buffer.concat([decipher.update(octets.subarray(BLOCK)), decipher.final()])
    const padding = padded.at(-1) ?? 0
    if (padding < 1 || padding > BLOCK) throw new Error('bad padding')
    return padded.subarray(0, -padding)
  },
})

export const dataCiphers: ReadonlyMap<string, DataCipher> = new Map([
  [`${XMLENC11}aes128-gcm`, aesGcm(128)],
  [`${XMLENC11}aes256-gcm`, aesGcm(256)],
  [`${XMLENC}aes128-cbc`, aesCbc(128)],
  [`${XMLENC}aes256-cbc`, aesCbc(256)],
])

/** RSA-OAEP with MGF1 over SHA-1, and RSA-OAEP that says which. XML Encryption 1.1, 5.5.2 */
export const RSA_OAEP_MGF1P = `${XMLENC}rsa-oaep-mgf1p`
export const RSA_OAEP = `${XMLENC11}rsa-oaep`

export type OaepHash = 'sha1' | 'sha256'

export const oaepDigests: ReadonlyMap<string, OaepHash> = new Map([
  [`${XMLDSIG}sha1`, 'sha1'],
  [SHA256, 'sha256'],
])
export const maskGenerators: ReadonlyMap<string, OaepHash> = new Map([
  [`${XMLENC11}mgf1sha1`, 'sha1'],
  [`${XMLENC11}mgf1sha256`, 'sha256'],
])

/** The key that was encrypted for us; throws for what was not. The hash is that of digest and MGF1 alike. */
export const unwrapKey = (octets: Buffer, key: KeyObject, oaepHash: OaepHash): Buffer =>
  privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, octets)
