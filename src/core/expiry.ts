const DAY_MS = 86_400_000

/** From so many days before its end a certificate is worth a word. */
const SOON_DAYS = 30

export interface Expiry {
  readonly state: 'current' | 'soon' | 'past'
  /** `until 2027-11-22`, `since 2026-11-01`. */
  readonly shown: string
  /** What to do about it; undefined while it is current. */
  readonly warning: string | undefined
}

/** How a certificate's end (or that of anything else with a date) stands to now. */
export function expiryOf(notAfter: Date, now: Date): Expiry {
  const day = notAfter.toISOString().slice(0, 10)
  if (notAfter <= now) return { state: 'past', shown: `ended on ${day}`, warning: 'renew it now' }
  const days = Math.ceil((notAfter.getTime() - now.getTime()) / DAY_MS)
  const shown = `until ${day}`
  if (days > SOON_DAYS) return { state: 'current', shown, warning: undefined }
  return { state: 'soon', shown, warning: `renew it within ${days === 1 ? 'a day' : `${days} days`}` }
}
