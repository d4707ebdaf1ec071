/** Runs a program in this one's place: same terminal, same signals, same exit code. */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isSystemError, UserError } from '../errors.ts'
import { windowsCommand } from './windows-command.ts'

/** As shells have it: not found, not executable. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGBREAK'] as const

/** What a terminal sends to all of its foreground programs by itself. */
const FROM_TERMINAL: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT', 'SIGBREAK'])

/** Resolves to the exit code: 128 + n for a program that signal n ended. Throws UserError `cli.command_not_found`. */
export function runChild(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = start(command, env)
    const stop = passSignals(child)
    child.once('error', (error) => {
      stop()
      reject(notStarted(command[0] ?? '', error))
    })
    child.once('exit', (code, signal) => {
      stop()
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal])
    })
  })
}

function start([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  if (process.platform !== 'win32') return spawn(program, args, { env, stdio: 'inherit' })
  const { file, args: windowsArgs, isVerbatim } = windowsCommand(program, args, env)
  return spawn(file, windowsArgs, { env, stdio: 'inherit', windowsVerbatimArguments: isVerbatim })
}

/**
 * Returns what ends it. Until then the program alone decides what a signal means. Under a terminal it has its Ctrl-C
 * already: a second would make some give up at once.
 */
function passSignals(child: ChildProcess): () => void {
  const isForeground = [0, 1, 2].some((stream) => isTerminal(stream))
  const undo = SIGNALS.filter((signal) => signal in constants.signals).map((signal) => {
    const before = process.listeners(signal)
    process.removeAllListeners(signal)
    process.on(signal, () => {
      if (!(isForeground && FROM_TERMINAL.has(signal))) child.kill(signal)
    })
    return () => {
      process.removeAllListeners(signal)
      for (const listener of before) process.on(signal, listener)
    }
  })
  return () => {
    for (const one of undo) one()
  }
}

function isTerminal(stream: number): boolean {
  return [process.stdin, process.stdout, process.stderr][stream]?.isTTY === true
}

function notStarted(program: string, error: Error): UserError {
  const exitCode = isSystemError(error, 'ENOENT') ? NOT_FOUND : NOT_EXECUTABLE
  const sentence = `${program} cannot be started (${'code' in error ? String(error.code) : error.message}).`
  return new UserError('cli.command_not_found', { sentence, exitCode, cause: error })
}
