import { readFileSync } from 'node:fs'
import { exitCodes } from './exit-codes.ts'
import { openOutput } from './output.ts'
import { buildProgram, commands } from './program.ts'
import { runCommandLine } from './run.ts'
import { endWithoutReader } from './user/run.ts'

/** Runs the command line of the package, with all commands. */
export async function start(): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Versioned
  const output = openOutput(process.stdout, process.stderr, process.env)
  endWithoutReader()

  let interrupted = false
  process.on('SIGINT', () => {
    // A command that has something to close listens too, and handles a second Ctrl+C itself.
    if (process.listenerCount('SIGINT') === 1) process.exit(exitCodes.interrupted)
    interrupted = true
  })

  const exitCode = await runCommandLine(buildProgram(version, commands, output), process.argv.slice(2), output)
  process.exitCode = interrupted ? exitCodes.interrupted : exitCode
}

interface Versioned {
  readonly version: string
}
