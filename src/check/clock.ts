import { type CheckResult, failed, notRun, passed } from '../core/verdict.ts'
import type { HttpAnswer } from './ports.ts'

/** The Date header counts whole seconds. */
const HEADER_RESOLUTION_MS = 1000

/** Smaller differences need no warning: an unattended clock drifts as much within days. */
const WARNING_SECONDS = 5

/**
 * Compares our clock with another's by the Date header of a response: only a difference that transit time and the header's
 * resolution cannot explain counts.
 */
export function clockResult(answer: HttpAnswer | undefined, allowedSeconds: number, source: string): CheckResult {
  if (answer?.date === undefined) return notRun('no Date header to compare with')
  const theirs = answer.date.getTime()
  const ahead = answer.sentAt.getTime() - (theirs + HEADER_RESOLUTION_MS)
  const behind = theirs - answer.answeredAt.getTime()
  const off = Math.max(ahead, behind)
  if (off <= 0) return passed('no difference', source)
  const found = `this clock is ${seconds(off)} ${ahead > 0 ? 'ahead' : 'behind'}`
  if (off > allowedSeconds * 1000) return failed(`a difference of at most ${allowedSeconds} s`, found, source)
  return off > WARNING_SECONDS * 1000
    ? { ...passed(found, source), warning: 'set the clock by NTP' }
    : passed(found, source)
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`
}
