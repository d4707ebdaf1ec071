/** What IAM stores for a SAML provider besides its metadata. */
import { createHash, createPrivateKey } from 'node:crypto'
import type { Secret } from '../core/secret.ts'
import type { DecryptionKey } from './state.ts'

/** The ID in the consumer URL of encrypted assertions; always the same for a seed. */
export function newProviderId(seed: string): string {
  return `SAMLSP${identifier(seed)}`
}

/** Capitals and digits, as the service model requires. */
function identifier(seed: string | Uint8Array): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 32).toUpperCase()
}

/** undefined for a text that is not an RSA key in PEM. */
export function decryptionKey(pem: Secret, addedAt: Date): DecryptionKey | undefined {
  try {
    const key = createPrivateKey(pem.reveal())
    if (key.asymmetricKeyType !== 'rsa') return undefined
    return { id: identifier(key.export({ type: 'pkcs8', format: 'der' })), key, addedAt }
  } catch {
    return undefined
  }
}
