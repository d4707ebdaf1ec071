import { parseDuration, showDuration } from '../../core/duration.ts'
import type { DurationChoice } from '../picker/model.ts'
import { nextTimeOfDay } from '../time-zone.ts'

const HOUR = 3600
const SHORTEST = 900
const USUAL_DURATIONS = [SHORTEST, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR]

/** Noon, the end of an office day, and of a long one. */
const USUAL_ENDS = ['12:00', '18:00', '22:00']

/** A time of day, and how many seconds it is away. */
export interface DayEnd {
  readonly time: string
  readonly seconds: number
}

export interface DurationHabits {
  /** The result of dayEnds; empty if the time zone is unknown. */
  readonly ends?: readonly DayEnd[]
  /** The value that was chosen last. */
  readonly remembered?: string | undefined
  /** A role that requires a recent sign-in. */
  readonly isSensitive?: boolean
}

/** A choice as posted, and its duration now. */
export interface ChosenDuration {
  readonly seconds: number
  /** To be stored: the value of the same choice. */
  readonly value: string
}

/** The offered end times, in the user's local time: the same for every role of a page. Soonest first. */
export function dayEnds(now: Date, timeZone: string | undefined): readonly DayEnd[] {
  return USUAL_ENDS.flatMap((time) => {
    const seconds = timeZone === undefined ? undefined : secondsUntil(now, timeZone, time)
    return seconds === undefined ? [] : [{ time, seconds }]
  }).toSorted((a, b) => a.seconds - b.seconds)
}

function secondsUntil(now: Date, timeZone: string, time: string): number | undefined {
  const end = nextTimeOfDay(now, timeZone, time)
  return end && Math.floor((end.getTime() - now.getTime()) / 1000)
}

/**
 * The durations that a role offers: the usual ones up to its maximum (seconds), the maximum itself, and the ends of the
 * day within it. Selected is the user's last choice, otherwise an hour, AWS's own default, or the maximum if that is
 * shorter; for a sensitive role a quarter of an hour.
 */
export function durationChoices(maxSeconds: number, habits: DurationHabits = {}): readonly DurationChoice[] {
  const { ends = [], remembered, isSensitive = false } = habits
  const usual = USUAL_DURATIONS.filter((seconds) => seconds < maxSeconds)
  const offered = [
    ...[...usual, maxSeconds].map((seconds) => ({ value: String(seconds), label: showDuration(seconds) })),
    ...ends
      .filter(({ seconds }) => seconds >= SHORTEST && seconds <= maxSeconds)
      .map(({ time }) => ({ value: `until ${time}`, label: `until ${time}` })),
  ]
  const usualValue = String(Math.min(isSensitive ? SHORTEST : HOUR, maxSeconds))
  const selected = offered.some(({ value }) => value === remembered) ? remembered : usualValue
  return offered.map(({ value, label }) => ({ label, selected: value === selected }))
}

/**
 * Reads a choice: `3600`, `1h 30m`, or `until 18:00` in the user's local time, which is at least a quarter of an hour,
 * AWS's minimum. undefined if it is invalid.
 */
export function readDuration(text: string, now: Date, timeZone: string | undefined): ChosenDuration | undefined {
  const seconds = parseDuration(text)
  if (seconds !== undefined) return { seconds, value: String(seconds) }
  const time = /^until (\d\d:\d\d)$/.exec(text)?.[1]
  const left = time === undefined || timeZone === undefined ? undefined : secondsUntil(now, timeZone, time)
  return left === undefined ? undefined : { seconds: Math.max(SHORTEST, left), value: text }
}
