/** A point in time for machines (`2026-11-22T05:32:48Z`) and for people (`22 Nov 2026, 05:32:48 UTC`). */
export interface Instant {
  readonly iso: string
  readonly text: string
}

/** Made once: `toLocaleDateString` makes one for every date. */
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** A point in time as pages show it: to the second, in UTC. */
export const toInstant = (date: Date): Instant => {
  const iso = `${date.toISOString().slice(0, 19)}Z`
  return { iso, text: `${dayFormat.format(date)}, ${iso.slice(11, 19)} UTC` }
}
