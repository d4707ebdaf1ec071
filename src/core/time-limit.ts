/**
 * Runs work with a time limit: the signal it receives is aborted when the time is up or `outer` is aborted. Not
 * AbortSignal.timeout, neither for fetch nor in AbortSignal.any: Node 20 references both weakly, so a timeout without
 * other references is garbage-collected before it fires, and the work waits forever.
 */
export async function withTimeLimit<Result>(
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted()
  const ending = new AbortController()
  const end = (): void => ending.abort(outer?.reason)
  const timer = setTimeout(() => ending.abort(new Error('took too long')), milliseconds)
  outer?.addEventListener('abort', end)
  try {
    return await work(ending.signal)
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', end)
  }
}

/**
 * The result of the work, or `late()` after the time limit: for work that cannot be stopped, whose result is then
 * ignored.
 */
export function within<Result, Late>(
  milliseconds: number,
  work: Promise<Result>,
  late: () => Late,
): Promise<Result | Late> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late())
      } catch (error) {
        reject(error)
      }
    }, milliseconds)
    work.then(
      (result) => {
        clearTimeout(timer)
        resolve(result)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
