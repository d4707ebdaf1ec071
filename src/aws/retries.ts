/** Retries calls to AWS that got no response, or one that reports a failure of AWS itself. */
import { setTimeout as delay } from 'node:timers/promises'
import { withTimeLimit } from '../core/time-limit.ts'

const ATTEMPTS = 3

/** Milliseconds for all attempts together. */
const FIRST_PAUSE = 1 / 10

/**
 * Makes the call up to three times within so many milliseconds, as long as `isPassing` says that its failure is
 * temporary. The random waits between attempts, the second longer than the first, keep many gateways from retrying at
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
    // The time limit was reached: the last failure is more informative.
    throw failure
  })
}
