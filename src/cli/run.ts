import { type Command, CommanderError } from 'commander'
import { Ended, exitCodeOf, exitCodes } from './exit-codes.ts'
import type { Output } from './output.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Parses the arguments (without node and script), runs the one command they name, and tells how it ended. */
export async function runCommandLine(program: Command, args: readonly string[], output: Output): Promise<number> {
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    // Commander has already said what it has to say: help, the version, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (error instanceof Ended) return error.exitCode
    output.fail(error)
    return exitCodeOf(error)
  }
}

/**
 * Resolves at Ctrl-C, or when the process is asked to end. What follows may take as long as the longest request: a
 * second signal of either kind ends the process at once.
 */
export function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of SIGNALS) process.removeListener(signal, stop)
      resolve()
    }
    for (const signal of SIGNALS) process.once(signal, stop)
  })
}
