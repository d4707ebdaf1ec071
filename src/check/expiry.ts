import { expiryOf } from '../core/expiry.ts'
import { type CheckResult, failed, passed } from '../core/verdict.ts'

/** A certificate that is current, expires soon (a warning), or has expired. */
export function expiryResult(notAfter: Date, now: Date, source: string): CheckResult {
  const { state, shown, warning } = expiryOf(notAfter, now)
  if (state === 'past') return failed('a certificate that is current', shown, source)
  return { ...passed(shown, source), ...(warning === undefined ? {} : { warning }) }
}
