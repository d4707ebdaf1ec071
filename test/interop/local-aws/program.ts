/** `fedgate local-aws` as a program of its own, with the accounts, users and roles of state.yaml. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PROGRAM } from '../../setup/built.ts'

export const FOLDER = import.meta.dirname
const ROOT = join(FOLDER, '../../..')

export interface Program {
  readonly url: string
  /** What it wrote to its log. */
  log(): string
  /** Ends it with this signal. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** Port 0: any free one. Rejects when the program ends before it listens. */
export const startProgram = async (args: readonly string[] = [], port = 0): Promise<Program> => {
  const command = [PROGRAM, 'local-aws', '--port', String(port), '--encoded-messages']
  const child = spawn(process.execPath, [...command, '--state', join(FOLDER, 'state.yaml'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const { url, log } = await listening(child)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { url, log, end }
}

const listening = (child: ChildProcess): Promise<Pick<Program, 'url' | 'log'>> =>
  new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const url = /listens on (\S+)/.exec(text)?.[1]
      if (url !== undefined) resolve({ url, log: () => text })
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`fedgate local-aws ended with ${code}: ${text}`)))
  })
