const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Resolves at Ctrl-C, or when the process is asked to end. What follows may take as long as the longest request: a
 * second signal of either kind ends the process at once.
 */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of SIGNALS) process.removeListener(signal, stop)
      resolve()
    }
    for (const signal of SIGNALS) process.once(signal, stop)
  })
