/** What IAM keeps with a SAML provider beside its metadata. */
import { createHash, createPrivateKey } from 'node:crypto'
import type { Secret } from '../core/secret.ts'
import type { DecryptionKey } from './state.ts'

/** What the consumer URL of an encrypted assertion names; the same for the same seed. */
export function newProviderId(seed: string): string {
  return `SAMLSP${identifier(seed)}`
}

/** Capitals and digits, as the service model wants them. */
function identifier(seed: string | Uint8Array): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 32).toUpperCase()
}

/** undefined for what is no RSA key in PEM. */
export function decryptionKey(pem: Secret, addedAt: Date): DecryptionKey | undefined {
  try {
    const key = createPrivateKey(pem.reveal())
    if (key.asymmetricKeyType !== 'rsa') return undefined
    return { id: identifier(key.export({ type: 'pkcs8', format: 'der' })), key, addedAt }
  } catch {
    return undefined
  }
}
