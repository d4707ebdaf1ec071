import { compactDecrypt } from 'jose'
import type { PrivateKey } from '../settings.ts'

/**
 * RFC 7518 4.1 and 5.1. Without RSA1_5, whose padding can be asked like an oracle, and without keys agreed beforehand.
 */
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
 * The token inside of an encrypted one (RFC 7516 7.1); undefined where it cannot be opened with these keys, whatever
 * the reason: who sends made-up ciphertexts shall not learn how far they came. Opened is not believed: the signature
 * inside is what counts.
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

/** The key that the header names, or all that could be meant. */
function candidates({ alg, kid }: EncryptedToken['header'], keys: readonly PrivateKey[]): readonly PrivateKey[] {
  const type = String(alg).startsWith('RSA') ? 'rsa' : 'ec'
  const possible = keys.filter(({ privateKey }) => privateKey.asymmetricKeyType === type)
  const named = possible.filter((key) => key.kid !== undefined && key.kid === kid)
  return named.length > 0 ? named : possible
}
