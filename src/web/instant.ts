/** A point in time for machines (`2026-11-22T05:32:48Z`) and for people (`22 Nov 2026, 05:32:48 UTC`). */
export interface Instant {
  readonly iso: string
  readonly text: string
}

/** A point in time as pages show it: to the second, in UTC. */
export const toInstant = (date: Date): Instant => {
  const iso = `${date.toISOString().slice(0, 19)}Z`
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return { iso, text: `${day}, ${iso.slice(11, 19)} UTC` }
}
