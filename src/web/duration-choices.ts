import { showDuration } from '../core/duration.ts'
import type { DurationChoice } from './view-models.ts'

const HOUR = 3600
const USUAL_DURATIONS = [900, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR]

/**
 * The durations (seconds) that a role offers: the usual ones up to its maximum, and the maximum itself. One hour is
 * selected, which is AWS's own default, or the maximum where that is shorter.
 */
export const durationChoices = (maxSeconds: number): readonly DurationChoice[] => {
  const usual = USUAL_DURATIONS.filter((seconds) => seconds < maxSeconds)
  return [...usual, maxSeconds].map((seconds) => ({
    seconds,
    label: showDuration(seconds),
    selected: seconds === Math.min(HOUR, maxSeconds),
  }))
}
