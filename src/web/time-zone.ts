/** The user's local time: their browser's time zone, if its script has sent it, and times of day in it. */
import type { Request } from 'express'
import { DateTime, IANAZone } from 'luxon'
import { cookieNames, readCookie } from './cookies.ts'

const zones = new Map<string, IANAZone>()

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
  return /^[A-Za-z][\w+-]{0,19}(?:\/[\w+-]{1,30}){0,2}$/.test(name) && zoneOf(name) ? name : undefined
}

/** Made once for each zone that there is, however a cookie spells it, as making one costs more than a page. */
function zoneOf(timeZone: string): IANAZone | undefined {
  const name = timeZone.toLowerCase()
  const zone = zones.get(name) ?? new IANAZone(timeZone)
  if (!zone.isValid) return undefined
  zones.set(name, zone)
  return zone
}

/**
 * The next time it is that time of day there (`18:00`), after `now`; undefined for an unknown zone, and on a day on
 * which the clocks skip that time.
 */
export function nextTimeOfDay(now: Date, timeZone: string, timeOfDay: string): Date | undefined {
  const zone = zoneOf(timeZone)
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(timeOfDay) ?? []
  if (!zone || hours === undefined) return undefined
  const wanted = { hour: Number(hours), minute: Number(minutes), second: 0, millisecond: 0 }
  const local = DateTime.fromJSDate(now, { zone })
  const isPast = local.hour * 60 + local.minute >= wanted.hour * 60 + wanted.minute
  // When the clocks go back there are two, the earlier one first; when they go forward a later time.
  const [next] = local
    .plus({ days: isPast ? 1 : 0 })
    .set(wanted)
    .getPossibleOffsets()
    .filter((at) => at > local)
  return next?.hour === wanted.hour && next.minute === wanted.minute ? next.toJSDate() : undefined
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
