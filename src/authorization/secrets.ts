import { hkdfSync } from 'node:crypto'
import type { Secret } from '../core/secret.ts'

/** 32 octets of this purpose alone, the same in every process with that secret. RFC 5869 */
export function derivedKey(secret: Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), '', `fedgate oauth, version 1: ${purpose}`, 32))
}
