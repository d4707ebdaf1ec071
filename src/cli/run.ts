import type { Command } from 'commander'
import { exitCodeOf } from './exit-codes.ts'
import type { Output } from './output.ts'
import { runProgram } from './user/run.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Parses the arguments (without node and script) and runs the command. Resolves to the exit code. */
export function runCommandLine(program: Command, args: readonly string[], output: Output): Promise<number> {
  return runProgram(program, args, output, exitCodeOf)
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
