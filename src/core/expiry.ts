import { DAY_MS } from './duration.ts'
import { counted } from './text/plural.ts'

/** How many days before its end date something of others is reported as expiring. */
const SOON_DAYS = 30

/** The same for our own keys: how many days ahead there is a warning. The first is where a rotation begins. */
export const rotationWarningDays = [90, 30, 7] as const

const renewWithin = { one: 'renew it within {n} day', other: 'renew it within {n} days' } as const

export interface Expiry {
  readonly state: 'current' | 'soon' | 'past'
  /** `until 2027-11-22`, `expired on 2026-11-01`. */
  readonly shown: string
  /** What to do about it; undefined while nothing needs to be done. */
  readonly warning: string | undefined
}

/** Whether something with an end date, such as a certificate, has expired or soon will. */
export function expiryOf(notAfter: Date, now: Date, soonDays = SOON_DAYS): Expiry {
  const day = notAfter.toISOString().slice(0, 10)
  if (notAfter <= now) return { state: 'past', shown: `expired on ${day}`, warning: 'renew it now' }
  const days = daysUntil(notAfter, now)
  const shown = `until ${day}`
  if (days > soonDays) return { state: 'current', shown, warning: undefined }
  return { state: 'soon', shown, warning: counted(renewWithin, days) }
}

/** Rounded up: on its last day, 1. */
export function daysUntil(notAfter: Date, now: Date): number {
  return Math.ceil((notAfter.getTime() - now.getTime()) / DAY_MS)
}

/** Our own certificate: reported from the first of the warnings, with the command that renews it. */
export function ownExpiryOf(notAfter: Date, now: Date, key: RotatedKey): Expiry {
  const expiry = expiryOf(notAfter, now, rotationWarningDays[0])
  return expiry.warning === undefined
    ? expiry
    : { ...expiry, warning: `${expiry.warning}: fedgate keys rotate --key ${key}` }
}

/** As `fedgate keys rotate --key` names them. */
export type RotatedKey = 'signing' | 'encryption'
