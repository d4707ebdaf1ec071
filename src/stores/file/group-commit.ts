import type { RootDatabase } from 'lmdb'
import { StoreError } from '../errors.ts'

export interface GroupCommit {
  /**
   * Runs `operation` in a transaction, together with others that are waiting, and resolves with its result when all of
   * them are on disk. Rejects with StoreError `store.unavailable` where they are not, or where that takes too long: then
   * the operation may still take effect later.
   */
  write<Result>(operation: () => Result): Promise<Result>
  /** Resolves when nothing is being written. */
  idle(): Promise<void>
}

interface Waiting {
  readonly operation: () => unknown
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/**
 * Milliseconds. A disk that needs longer for one transaction is as good as none: users are told so while their browser
 * still waits.
 */
const MOST_PER_COMMIT = 1_500

/** One transaction at a time; whatever arrives meanwhile shares the next one, and with it the flush to disk. */
export function createGroupCommit(root: RootDatabase<string, string>): GroupCommit {
  let waiting: Waiting[] = []
  let isStuck = false
  let running: Promise<void> | undefined

  async function commit(batch: readonly Waiting[]): Promise<void> {
    const alarm = setTimeout(() => {
      isStuck = true
      fail([...batch, ...waiting], 'took too long')
      waiting = []
    }, MOST_PER_COMMIT)
    try {
      const results = await root.transaction(() => batch.map(({ operation }) => outcomeOf(operation)))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = results[index]
        if (outcome && 'result' in outcome) resolve(outcome.result as never)
        else reject(unavailable(outcome?.error))
      }
    } catch (error) {
      fail(batch, await causeOf(error))
    } finally {
      clearTimeout(alarm)
      isStuck = false
    }
  }

  async function run(): Promise<void> {
    // Operations of the same turn of the event loop share the first transaction too, and what they are waited for with.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await commit(batch)
    }
    running = undefined
  }

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        if (isStuck) return reject(unavailable('the last transaction has not ended'))
        waiting.push({ operation, resolve, reject })
        running ??= run()
      }),
    idle: async () => {
      await running
    },
  }
}

/** An operation that fails must not take those with it that share its transaction. */
function outcomeOf(operation: () => unknown): { readonly result: unknown } | { readonly error: unknown } {
  try {
    return { result: operation() }
  } catch (error) {
    return { error }
  }
}

function fail(all: readonly Waiting[], cause: unknown): void {
  for (const { reject } of all) reject(unavailable(cause))
}

function unavailable(cause: unknown): StoreError {
  return new StoreError('store.unavailable', {
    found: cause instanceof Error ? cause.message : String(cause),
    source: 'file store',
    cause,
  })
}

/** lmdb rejects with an error that refers to the real one as a rejected promise. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = (error ?? {}) as { readonly commitError?: Promise<unknown> }
  return commitError === undefined
    ? error
    : commitError.then(
        () => error,
        (reason: unknown) => reason,
      )
}
