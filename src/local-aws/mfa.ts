/** Codes of MFA devices: RFC 6238 with SHA-1, six digits and steps of 30 seconds, as AWS's virtual devices. */
import { Secret as OtpSecret, TOTP } from 'otpauth'
import { sameText } from '../core/ids.ts'
import type { Secret } from '../core/secret.ts'

const ALGORITHM = { algorithm: 'SHA1', digits: 6, period: 30 }
/** A code of the step before or after is taken: clocks of phones drift. */
const DRIFT_STEPS = 1

/** A device of a user, or of an account's root user. */
export interface MfaDevice {
  /** The ARN of a virtual device, or the serial number of a hardware device. */
  readonly serialNumber: string
  /** Whether the code is valid now. A time-based code is accepted once, as by AWS. */
  accepts(code: string, now: Date): boolean
}

/** RFC 4648 section 6; blanks, hyphens and padding do not count. undefined for what is no base32. */
export function decodeBase32(text: string): OtpSecret | undefined {
  const letters = text.replaceAll(/[\s-]/g, '')
  try {
    return letters === '' ? undefined : OtpSecret.fromBase32(letters)
  } catch {
    return undefined
  }
}

export function totpDevice(serialNumber: string, secret: OtpSecret): MfaDevice {
  const totp = new TOTP({ ...ALGORITHM, secret })
  let lastStep = -1
  return {
    serialNumber,
    accepts: (code, now) => {
      const timestamp = now.getTime()
      const drift = totp.validate({ token: code, timestamp, window: DRIFT_STEPS })
      const step = totp.counter({ timestamp }) + (drift ?? 0)
      if (drift === null || step <= lastStep) return false
      lastStep = step
      return true
    },
  }
}

/** For scripts: one code that never changes. */
export function fixedCodeDevice(serialNumber: string, fixed: Secret): MfaDevice {
  return {
    serialNumber,
    accepts: (code) => sameText(fixed.reveal(), code),
  }
}
