import { DAY_MS } from './duration.ts'
import { counted } from './text/plural.ts'

/** How many days before its end date something is reported as expiring. */
const SOON_DAYS = 30

const renewWithin = { one: 'renew it within {n} day', other: 'renew it within {n} days' } as const

export interface Expiry {
  readonly state: 'current' | 'soon' | 'past'
  /** `until 2027-11-22`, `expired on 2026-11-01`. */
  readonly shown: string
  /** What to do about it; undefined while nothing needs to be done. */
  readonly warning: string | undefined
}

/** Whether something with an end date, such as a certificate, has expired or soon will. */
export function expiryOf(notAfter: Date, now: Date): Expiry {
  const day = notAfter.toISOString().slice(0, 10)
  if (notAfter <= now) return { state: 'past', shown: `expired on ${day}`, warning: 'renew it now' }
  const days = Math.ceil((notAfter.getTime() - now.getTime()) / DAY_MS)
  const shown = `until ${day}`
  if (days > SOON_DAYS) return { state: 'current', shown, warning: undefined }
  return { state: 'soon', shown, warning: counted(renewWithin, days) }
}
