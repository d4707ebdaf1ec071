import { type Expiry, expiryOf, ownExpiryOf, type RotatedKey } from '../core/expiry.ts'
import { type CheckResult, failed, passed } from '../core/verdict.ts'

/** A certificate that is current, expires soon (a warning), or has expired. */
export function expiryResult(notAfter: Date, now: Date, source: string): CheckResult {
  return resultOf(expiryOf(notAfter, now), source)
}

/** The same for our own certificate, which expires soon 90 days before its end. */
export function ownExpiryResult(notAfter: Date, now: Date, source: string, key: RotatedKey): CheckResult {
  return resultOf(ownExpiryOf(notAfter, now, key), source)
}

function resultOf({ state, shown, warning }: Expiry, source: string): CheckResult {
  if (state === 'past') return failed('a certificate that is current', shown, source)
  return { ...passed(shown, source), ...(warning === undefined ? {} : { warning }) }
}
