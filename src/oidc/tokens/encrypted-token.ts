import { compactDecrypt } from 'jose'
import type { PrivateKey } from '../settings.ts'

/** RFC 7518 4.1 and 5.1. Without RSA1_5, whose padding is open to oracle attacks, and without pre-shared keys. */
const KEY_ALGORITHMS = [
  'RSA-OAEP',
  'RSA-OAEP-256',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
] as const
const CONTENT_ALGORITHMS = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'] as const

export interface EncryptedToken {
  readonly compact: string
  readonly header: Readonly<Record<string, unknown>>
}

/**
 * The token inside an encrypted one (RFC 7516 7.1); undefined if it cannot be decrypted with these keys, for any
 * reason: the sender of a forged ciphertext must not learn how far it got. Decryption proves nothing: the signature
 * inside is verified afterwards.
 */
export async function decryptToken(
  { compact, header }: EncryptedToken,
  keys: readonly PrivateKey[],
): Promise<string | undefined> {
  const options = {
    keyManagementAlgorithms: [...KEY_ALGORITHMS],
    contentEncryptionAlgorithms: [...CONTENT_ALGORITHMS],
  }
  for (const { privateKey } of candidates(header, keys)) {
    const opened = await compactDecrypt(compact, privateKey, options).catch(() => undefined)
    if (opened) return new TextDecoder().decode(opened.plaintext)
  }
  return undefined
}

/** The key that the header names, or all possible ones. */
function candidates({ alg, kid }: EncryptedToken['header'], keys: readonly PrivateKey[]): readonly PrivateKey[] {
  const type = String(alg).startsWith('RSA') ? 'rsa' : 'ec'
  const possible = keys.filter(({ privateKey }) => privateKey.asymmetricKeyType === type)
  const named = possible.filter((key) => key.kid !== undefined && key.kid === kid)
  return named.length > 0 ? named : possible
}
