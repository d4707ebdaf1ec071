/**
 * Runs work that ends when it has taken too long, or when `outer` says so: the signal it is given is aborted then. Not
 * AbortSignal.timeout, neither for fetch nor under AbortSignal.any: in Node 20 both hold it weakly, so that a timeout
 * which nobody else refers to is collected before it comes, and what waits for it waits for ever.
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

/** What the work comes to, or `late()` when it takes longer: for work that cannot be stopped, which then goes on unheard. */
export async function within<Result, Late>(
  milliseconds: number,
  work: Promise<Result>,
  late: () => Late,
): Promise<Result | Late> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    return await Promise.race([work, alarm.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
