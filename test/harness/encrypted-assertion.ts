/** An encrypted assertion, as an identity provider makes it: AES-256 and RSA-OAEP, by node:crypto alone. */
import { createCipheriv, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto'

const ENC = 'http://www.w3.org/2001/04/xmlenc#'

export type Cipher = 'gcm' | 'cbc'

/** XML Encryption 1.1, 5.2 and 5.5.2 */
export const encryptedAssertion = (plaintext: string, to: KeyObject, cipher: Cipher): string => {
  const key = randomBytes(32)
  const wrapped = publicEncrypt({ key: to, oaepHash: 'sha1' }, key).toString('base64')
  const algorithm = cipher === 'gcm' ? 'http://www.w3.org/2009/xmlenc11#aes256-gcm' : `${ENC}aes256-cbc`
  return `<a:EncryptedAssertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><e:EncryptedData xmlns:e="${ENC}" Type="${ENC}Element"><e:EncryptionMethod Algorithm="${algorithm}"/><d:KeyInfo xmlns:d="http://www.w3.org/2000/09/xmldsig#"><e:EncryptedKey><e:EncryptionMethod Algorithm="${ENC}rsa-oaep-mgf1p"/><e:CipherData><e:CipherValue>${wrapped}</e:CipherValue></e:CipherData></e:EncryptedKey></d:KeyInfo><e:CipherData><e:CipherValue>${sealed(plaintext, key, cipher)}</e:CipherValue></e:CipherData></e:EncryptedData></a:EncryptedAssertion>`
}

const sealed = (plaintext: string, key: Buffer, mode: Cipher): string => {
  const iv = randomBytes(mode === 'gcm' ? 12 : 16)
  if (mode === 'gcm') {
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64')
  }
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final()]).toString('base64')
}
