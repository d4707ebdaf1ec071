/** Calls to AWS that may be made again: an answer that never came or that says that AWS itself failed. */
import { setTimeout as delay } from 'node:timers/promises'
import { withTimeLimit } from '../core/time-limit.ts'

const ATTEMPTS = 3

/** Of the whole time. */
const FIRST_PAUSE = 1 / 10

/**
 * Makes the call up to three times within so many milliseconds, as long as `isPassing` says of its failure that another
 * one may succeed. Waits between them, longer the second time, by chance: so that many gateways do not come back at
 * once. Rejects with the last failure, or with that of the time limit.
 */
export async function withRetries<Answer>(
  milliseconds: number,
  isPassing: (failure: unknown) => boolean,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  return withTimeLimit(milliseconds, undefined, async (signal) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call(signal)
      } catch (failure) {
        if (attempt === ATTEMPTS || signal.aborted || !isPassing(failure)) throw failure
        await pause(attempt, milliseconds, signal, failure)
      }
    }
  })
}

/** Between half of the pause and all of it: a twentieth to a tenth of the time, then a tenth to a fifth. */
async function pause(attempt: number, milliseconds: number, signal: AbortSignal, failure: unknown): Promise<void> {
  const longest = milliseconds * FIRST_PAUSE * 2 ** (attempt - 1)
  await delay((longest * (1 + Math.random())) / 2, undefined, { signal }).catch(() => {
    // The time is over: what failed says more than that.
    throw failure
  })
}
