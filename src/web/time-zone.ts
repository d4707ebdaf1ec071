/** The user's local time: their browser's time zone, if its script has sent it, and times of day in it. */
import type { Request } from 'express'
import { cookieNames, readCookie } from './cookies.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

const DAY_MS = 86_400_000

/** A point in time, for programs (`2026-11-22T05:32:48Z`) and for display (`22 Nov 2026, 05:32:48 UTC`). */
export interface Instant {
  readonly iso: string
  readonly text: string
}

/** Created once: `toLocaleDateString` creates one for every date. */
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** The zone's name, `Europe/Zurich`, if the cookie contains one. */
export function timeZoneOf(request: Request, baseUrl: string): string | undefined {
  const cookie = readCookie(request, cookieNames(baseUrl).timeZone) ?? ''
  const name = cookie.replaceAll(/%2f/gi, '/').replaceAll(/%2b/gi, '+')
  return /^[A-Za-z][\w+-]{0,19}(?:\/[\w+-]{1,30}){0,2}$/.test(name) && formatOf(name) ? name : undefined
}

/** Created once for each zone, however a cookie spells it, as creating one costs more than a page. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const name = timeZone.toLowerCase()
  const format = formats.get(name) ?? makeFormat(timeZone)
  if (format) formats.set(name, format)
  return format
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
  } catch {
    return undefined
  }
}

/**
 * The next time it is that time of day there (`18:00`), after `now`; undefined for an unknown zone, and on a day on
 * which the clocks skip that time.
 */
export function nextTimeOfDay(now: Date, timeZone: string, timeOfDay: string): Date | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(timeOfDay) ?? []
  const start = Math.floor(now.getTime() / 1000) * 1000
  const wall = wallClock(timeZone, start)
  if (wall === undefined || hours === undefined) return undefined
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS
  const today = midnight + (Number(hours) * 60 + Number(minutes)) * 60_000
  const wanted = today > wall ? today : today + DAY_MS
  // The clocks may change in between: the zone's clock at the guess shows by how much.
  const guess = start + (wanted - wall)
  const found = guess + (wanted - (wallClock(timeZone, guess) ?? wanted))
  return wallClock(timeZone, found) === wanted ? new Date(found) : undefined
}

/** The zone's own clock at that time, in milliseconds as if it were UTC; undefined for an unknown zone. */
function wallClock(timeZone: string, at: number): number | undefined {
  const parts = formatOf(timeZone)?.formatToParts(at)
  if (!parts) return undefined
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
}

/** A point in time as pages show it: to the second, in UTC. */
export function toInstant(date: Date): Instant {
  const iso = `${date.toISOString().slice(0, 19)}Z`
  return { iso, text: `${dayFormat.format(date)}, ${iso.slice(11, 19)} UTC` }
}
