import { constants } from 'node:os'
import { performance } from 'node:perf_hooks'
import { type Command, CommanderError } from 'commander'
import { Ended, exitCodeOf, exitCodes } from './exit-codes.ts'
import type { Output } from './output.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
export type StopSignal = (typeof SIGNALS)[number]

/** Under `npm run`, Ctrl+C arrives twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 300

/** Parses the arguments (without node and script) and runs the command. Resolves to the exit code. */
export async function runCommandLine(program: Command, args: readonly string[], output: Output): Promise<number> {
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    // Commander has already printed the help, the version, or the usage error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (error instanceof Ended) return error.exitCode
    output.fail(error)
    return exitCodeOf(error)
  }
}

/**
 * Resolves on SIGINT or SIGTERM. What follows may take as long as the longest request; a second signal ends the process at
 * once, with 130 or 143. Explicitly, because the first process of a container ignores signals that it does not handle.
 */
export function waitForSignal(): Promise<StopSignal> {
  let first: { readonly signal: StopSignal; readonly at: number } | undefined
  return new Promise((resolve) => {
    for (const signal of SIGNALS)
      process.on(signal, () => {
        const at = performance.now()
        if (first === undefined) {
          first = { signal, at }
          resolve(signal)
        } else if (signal !== first.signal || at - first.at > SAME_SIGNAL_MS)
          process.exit(128 + constants.signals[signal])
      })
  })
}
