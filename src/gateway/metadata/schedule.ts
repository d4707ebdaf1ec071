import { DAY_SECONDS } from '../../core/duration.ts'

/** How long metadata is used before its source is asked again, where its publisher does not say. Seconds. */
const USUAL = { document: 10 * 60, aggregate: 60 * 60 } as const
const SOONEST = 60
const LATEST = DAY_SECONDS
const FIRST_RETRY = 5
const LAST_RETRY = 10 * 60

export interface Freshness {
  readonly kind: keyof typeof USUAL
  readonly cacheSeconds?: number | undefined
  readonly validUntil?: Date | undefined
}

/** When to fetch again: by cacheDuration, and well before validUntil. At most once a minute. */
export function nextRefresh({ kind, cacheSeconds, validUntil }: Freshness, now: Date): Date {
  const halfLife = validUntil ? (validUntil.getTime() - now.getTime()) / 2000 : Number.POSITIVE_INFINITY
  const seconds = Math.min(Math.max(Math.min(cacheSeconds ?? USUAL[kind], halfLife), SOONEST), LATEST)
  return new Date(now.getTime() + seconds * 1000)
}

/** When to retry a source that has failed so many times in a row. */
export function nextRetry(failures: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(FIRST_RETRY * 2 ** (failures - 1), LAST_RETRY) * 1000)
}
