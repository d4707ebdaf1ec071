import { type Command, CommanderError } from 'commander'
import { Ended, exitCodes } from './exit-codes.ts'
import type { Output } from './output.ts'

/**
 * Parses the arguments (without node and script) and runs the command. Resolves to the exit code. `exitCodeOf`: the
 * code for an error that ended a command.
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  output: Output,
  exitCodeOf: (error: unknown) => number,
): Promise<number> {
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

/** A reader such as `head` closed the pipe: fedgate has nothing more to write, and nothing is wrong. */
export function endWithoutReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(exitCodes.failed)
  })
}
