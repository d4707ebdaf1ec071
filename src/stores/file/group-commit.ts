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

/**
 * One transaction at a time; whatever arrives meanwhile shares the next one, and with it the flush to disk. `conclude`
 * writes what the operations of a transaction have in common, as the last part of it.
 */
export function createGroupCommit(root: RootDatabase<string, string>, conclude: () => void): GroupCommit {
  let waiting: Waiting[] = []
  let isStuck = false
  let running: Promise<void> | undefined

  const transact = (batch: readonly Waiting[]) =>
    root.transaction(() => {
      const outcomes = batch.map(({ operation }) => outcomeOf(operation))
      conclude()
      return outcomes
    })

  /**
   * A transaction that could not be committed has changed nothing, so it is tried once more: under load, LMDB sometimes
   * cannot find a free page in one transaction and can in the next.
   */
  async function transactAgain(batch: readonly Waiting[], error: unknown) {
    const cause = await causeOf(error)
    if (cause === error || isStuck) throw cause
    return transact(batch)
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    const alarm = setTimeout(() => {
      isStuck = true
      fail([...batch, ...waiting], 'took too long')
      waiting = []
    }, MOST_PER_COMMIT)
    try {
      const results = await transact(batch).catch((error: unknown) => transactAgain(batch, error))
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

/** The real error of a commit that failed: lmdb refers to it as a rejected promise. Other errors are returned as they are. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = (error ?? {}) as { readonly commitError?: Promise<unknown> }
  return commitError === undefined
    ? error
    : commitError.then(
        () => error,
        (reason: unknown) => reason,
      )
}
