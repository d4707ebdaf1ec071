import { type Command, CommanderError } from 'commander'
import { Ended, exitCodeOf, exitCodes } from './exit-codes.ts'
import type { Output } from './output.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

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
 * Resolves on SIGINT or SIGTERM. The shutdown that follows may take as long as the longest request; a second signal
 * ends the process at once.
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
