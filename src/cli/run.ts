import { constants } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Command } from 'commander'
import { exitCodeOf } from './exit-codes.ts'
import type { Output } from './output.ts'
import { runProgram } from './user/run.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
export type StopSignal = (typeof SIGNALS)[number]

/** Under `npm run`, Ctrl+C arrives twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 300

/** Parses the arguments (without node and script) and runs the command. Resolves to the exit code. */
export function runCommandLine(program: Command, args: readonly string[], output: Output): Promise<number> {
  return runProgram(program, args, output, exitCodeOf)
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
