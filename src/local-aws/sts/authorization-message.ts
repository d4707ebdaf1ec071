/**
 * The messages that DecodeAuthorizationMessage decodes: the context of a denied call, encrypted so that only permitted
 * callers of the account can read it. AWS's format is unknown; this one is AES-256-GCM.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

export interface AuthorizationMessages {
  /** `text`: the JSON to be read later. */
  seal(text: string, account: string, now: Date): string
  /** undefined for a message that was not created here for that account, was changed, or is too old. */
  open(message: string, account: string, now: Date): string | undefined
}

/** AWS's messages expire too; after how long is not documented. [K] */
const LIFE_SECONDS = 3600
/** The first octet of every message. In base64url it is a letter: `--encoded-message -5O…` would be read as an option. */
const FORMAT = Buffer.of(1)
const IV_OCTETS = 12
const TAG_OCTETS = 16
const ISSUED_OCTETS = 6
/** Nothing that is encrypted here is larger when inflated. */
const MAX_TEXT = 256 * 1024

/** With a key of this process: messages are valid until it ends. */
export function createAuthorizationMessages(key: Uint8Array = randomBytes(32)): AuthorizationMessages {
  return {
    seal: (text, account, now) => {
      const iv = randomBytes(IV_OCTETS)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(account))
      const issued = Buffer.alloc(ISSUED_OCTETS)
      issued.writeUIntBE(now.getTime(), 0, ISSUED_OCTETS)
      const sealed = Buffer.concat([cipher.update(issued), cipher.update(deflateRawSync(text)), cipher.final()])
      return Buffer.concat([FORMAT, iv, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open: (message, account, now) => {
      const octets = Buffer.from(message, 'base64url')
      // Buffer skips characters that are not base64: only text that it would write itself is accepted.
      if (octets.toString('base64url') !== message) return undefined
      if (octets[0] !== FORMAT[0] || octets.length <= FORMAT.length + IV_OCTETS + TAG_OCTETS + ISSUED_OCTETS)
        return undefined
      const opened = decrypt(octets.subarray(FORMAT.length), key, account)
      if (!opened) return undefined
      const age = now.getTime() - opened.readUIntBE(0, ISSUED_OCTETS)
      if (age > LIFE_SECONDS * 1000) return undefined
      return inflateRawSync(opened.subarray(ISSUED_OCTETS), { maxOutputLength: MAX_TEXT }).toString('utf8')
    },
  }
}

function decrypt(octets: Buffer, key: Uint8Array, account: string): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, IV_OCTETS), { authTagLength: TAG_OCTETS })
    .setAAD(Buffer.from(account))
    .setAuthTag(octets.subarray(IV_OCTETS, IV_OCTETS + TAG_OCTETS))
  try {
    return Buffer.concat([decipher.update(octets.subarray(IV_OCTETS + TAG_OCTETS)), decipher.final()])
  } catch {
    return undefined
  }
}
