#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { exitCodes } from './cli/exit-codes.ts'
import { openOutput } from './cli/output.ts'
import { buildProgram, commands } from './cli/program.ts'
import { runCommandLine } from './cli/run.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const output = openOutput(process.stdout, process.stderr, process.env)

// A reader such as `head` closed the pipe: fedgate has nothing more to write, and nothing is wrong.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(exitCodes.failed)
})

let interrupted = false
process.on('SIGINT', () => {
  // A command that has something to close listens too, and handles a second Ctrl+C itself.
  if (process.listenerCount('SIGINT') === 1) process.exit(exitCodes.interrupted)
  interrupted = true
})

const exitCode = await runCommandLine(buildProgram(version, commands, output), process.argv.slice(2), output)
process.exitCode = interrupted ? exitCodes.interrupted : exitCode
