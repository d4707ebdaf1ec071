import { Command } from 'commander'
import { UserError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { openOutput } from './output.ts'
import { addUserCommands } from './program.ts'
import { endWithoutReader, runProgram } from './run.ts'
import { userCommands } from './user-commands.ts'

/** Filled in by the build. */
declare const FEDGATE_VERSION: string

/** Runs the command line of the one file, with the user's commands alone. */
export async function start(): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  endWithoutReader()
  // Node.js alone would end by the signal: scripts rely on the code.
  process.on('SIGINT', () => process.exit(exitCodes.interrupted))
  const program = new Command('fedgate')
    .description('AWS credentials through your company’s fedgate gateway')
    .version(FEDGATE_VERSION)
    .showHelpAfterError('Run with --help for usage.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: output.printText, writeErr: output.noteText })
  addUserCommands(program, userCommands(output))
  process.exitCode = await runProgram(program, process.argv.slice(2), output, exitCodeOf)
}

function exitCodeOf(error: unknown): number {
  return error instanceof UserError ? error.exitCode : exitCodes.failed
}
