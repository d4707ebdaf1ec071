/** Codes of MFA devices: RFC 6238 with SHA-1, six digits and steps of 30 seconds, like AWS's virtual devices. */
import { createHmac } from 'node:crypto'
import { sameText } from '../core/ids.ts'
import type { Secret } from '../core/secret.ts'

const STEP_SECONDS = 30
/** The codes of the previous and the next step are accepted: clocks of phones drift. */
const DRIFT_STEPS = [0, -1, 1]

/** A device of a user, or of an account's root user. */
export interface MfaDevice {
  /** The ARN of a virtual device, or the serial number of a hardware device. */
  readonly serialNumber: string
  /** Whether the code is valid now. A time-based code is accepted once, as by AWS. */
  accepts(code: string, now: Date): boolean
}

/** RFC 4648 section 6; spaces and padding are ignored. undefined for a text that is not base32. */
export function decodeBase32(text: string): Buffer | undefined {
  const letters = text.toUpperCase().replace(/[\s=-]/g, '')
  if (!/^[A-Z2-7]+$/.test(letters)) return undefined
  const bits = [...letters].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const octets = bits.join('').match(/[01]{8}/g) ?? []
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)))
}

/** `key`: the octets of the TOTP secret. */
export function totpDevice(serialNumber: string, key: Uint8Array): MfaDevice {
  let lastStep = -1
  return {
    serialNumber,
    accepts: (code, now) => {
      const current = Math.floor(now.getTime() / 1000 / STEP_SECONDS)
      const step = DRIFT_STEPS.map((drift) => current + drift).find((at) => sameText(hotp(key, at), code))
      if (step === undefined || step <= lastStep) return false
      lastStep = step
      return true
    },
  }
}

/** RFC 4226 section 5.3. */
function hotp(key: Uint8Array, counter: number): string {
  const moving = Buffer.alloc(8)
  moving.writeBigUInt64BE(BigInt(counter))
  const digest = createHmac('sha1', key).update(moving).digest()
  const offset = (digest.at(-1) ?? 0) & 0xf
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** For scripts: one code that never changes. */
export function fixedCodeDevice(serialNumber: string, fixed: Secret): MfaDevice {
  return {
    serialNumber,
    accepts: (code) => sameText(fixed.reveal(), code),
  }
}
