/** The user's local time: their browser's time zone, if its script has sent it, and times of day in it. */
import { tzOffset } from '@date-fns/tz'
import type { Request } from 'express'
import { DAY_MS } from '../core/duration.ts'
import { cookieNames, readCookie } from './cookies.ts'

const MINUTE_MS = 60_000

/** A point in time, for programs (`2026-11-22T05:32:48Z`) and for display (`22 Nov 2026, 05:32:48 UTC`). */
export interface Instant {
  readonly iso: string
  readonly text: string
}

/** Created once: `toLocaleDateString` creates one for every date. */
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** The zone's name, `Europe/Zurich`, if the cookie contains one. */
export function timeZoneOf(request: Request, baseUrl: string): string | undefined {
  const name = readCookie(request, cookieNames(baseUrl).timeZone) ?? ''
  return /^[A-Za-z][\w+-]{0,19}(?:\/[\w+-]{1,30}){0,2}$/.test(name) && isZone(name) ? name : undefined
}

function isZone(timeZone: string): boolean {
  return !Number.isNaN(offsetAt(timeZone, Date.now()))
}

/**
 * The next time it is that time of day there (`18:00`), after `now`; undefined for an unknown zone, and on a day on
 * which the clocks skip that time.
 */
export function nextTimeOfDay(now: Date, timeZone: string, timeOfDay: string): Date | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(timeOfDay) ?? []
  if (hours === undefined || !isZone(timeZone)) return undefined
  // As a clock on the wall shows it, in milliseconds.
  const local = now.getTime() + offsetAt(timeZone, now.getTime())
  const sinceMidnight = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
  const isPast = local - startOfDay(local) >= sinceMidnight
  const wanted = startOfDay(local) + sinceMidnight + (isPast ? DAY_MS : 0)
  // When the clocks go back there are two, the earlier one first; when they go forward, none.
  const [next] = [offsetAt(timeZone, wanted - DAY_MS), offsetAt(timeZone, wanted + DAY_MS)]
    .map((offset) => wanted - offset)
    .filter((at) => at + offsetAt(timeZone, at) === wanted && at > now.getTime())
    .sort((one, other) => one - other)
  return next === undefined ? undefined : new Date(next)
}

/** In milliseconds; NaN for an unknown zone. The library keeps a format for each spelling, and a cookie may spell it any way. */
function offsetAt(timeZone: string, ms: number): number {
  return tzOffset(timeZone.toLowerCase(), new Date(ms)) * MINUTE_MS
}

function startOfDay(local: number): number {
  return Math.floor(local / DAY_MS) * DAY_MS
}

/** A sentence of the command line, with its dates (`2026-11-22`) as pages show them: `22 Nov 2026`. */
export function withPageDates(sentence: string): string {
  return sentence.replaceAll(/\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/g, (date) =>
    dayFormat.format(new Date(date)),
  )
}

/** A point in time as pages show it: to the second, in UTC. */
export function toInstant(date: Date): Instant {
  const iso = `${date.toISOString().slice(0, 19)}Z`
  return { iso, text: `${dayFormat.format(date)}, ${iso.slice(11, 19)} UTC` }
}
