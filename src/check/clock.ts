import { type Look, notRun, ok, wrong } from './look.ts'
import type { HttpAnswer } from './ports.ts'

/** The Date header counts whole seconds. */
const HEADER_RESOLUTION_MS = 1000

/** Less than this is not worth a word: it is what an unattended clock drifts in a few days. */
const WORTH_A_WORD_SECONDS = 5

/**
 * Our clock against another's, by the Date header of an answer: only what its way here and the header's resolution
 * cannot explain counts.
 */
export function clockLook(answer: HttpAnswer | undefined, allowedSeconds: number, source: string): Look {
  if (answer?.date === undefined) return notRun('no Date header to compare with')
  const theirs = answer.date.getTime()
  const ahead = answer.sentAt.getTime() - (theirs + HEADER_RESOLUTION_MS)
  const behind = theirs - answer.answeredAt.getTime()
  const off = Math.max(ahead, behind)
  if (off <= 0) return ok('no difference', source)
  const found = `this clock is ${seconds(off)} ${ahead > 0 ? 'ahead' : 'behind'}`
  if (off > allowedSeconds * 1000) return wrong(`a difference of at most ${allowedSeconds} s`, found, source)
  return off > WORTH_A_WORD_SECONDS * 1000
    ? { ...ok(found, source), warning: 'set the clock by NTP' }
    : ok(found, source)
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`
}
