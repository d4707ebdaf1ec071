/** The fedgate command as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { PROGRAM, ROOT } from '../setup/built.ts'

const TSX = import.meta.resolve('tsx')

export interface Command {
  readonly process: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when this text has come on either stream; rejects when the process ends without it. */
  said(text: string): Promise<void>
  /** Resolves when anything more comes on either stream; rejects when the process ends first. */
  saidMore(): Promise<void>
  /** Resolves when it has ended: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

export interface Surroundings {
  /** All of it: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>
  /** Modules to load before the command. */
  readonly preload?: readonly string[]
  /** A program, with its arguments, that becomes the command after it. */
  readonly wrapper?: readonly string[]
  /** What it reads; without it there is nothing to read. */
  readonly stdin?: string
}

/** What a process needs to run at all, and nothing of AWS. */
const bare = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' }

export const fedgate = (args: readonly string[], surroundings?: Surroundings): Command =>
  runScript([PROGRAM, ...args], surroundings)

/** As `npm run demo` starts it, from its source: its keys are in the checkout. */
export const demoFromSource = (...args: readonly string[]): Command =>
  runScript([join(ROOT, 'src/main.ts'), 'demo', ...args])

/** The first word is the path of a script, compiled or TypeScript. */
export const runScript = (
  words: readonly string[],
  { env = {}, preload = [], stdin, wrapper = [] }: Surroundings = {},
): Command => {
  const loader = words[0]?.endsWith('.ts') || preload.some((module) => module.endsWith('.ts')) ? [TSX] : []
  const imports = [...preload, ...loader].flatMap((module) => ['--import', module])
  const [program = '', ...args] = [...wrapper, process.execPath, ...imports, ...words]
  const child = spawn(program, args, {
    env: { ...bare, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(stdin)
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      written[stream] += chunk
      for (const listener of listeners) listener()
    })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (`${written.stdout}${written.stderr}`.includes(text)) resolve()
      }
      listeners.add(look)
      look()
      void ended.then((code) => reject(new Error(`it ended with ${code} and said: ${written.stdout}${written.stderr}`)))
    })
  const saidMore = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const once = (): void => {
        listeners.delete(once)
        resolve()
      }
      listeners.add(once)
      void ended.then((code) => reject(new Error(`it ended with ${code} and said: ${written.stdout}${written.stderr}`)))
    })
  return { process: child, stdout: () => written.stdout, stderr: () => written.stderr, said, saidMore, ended }
}

/** SIGKILL. Throws where there is no such process: to the ID 0 the signal would go to the test run itself. */
export const killProcess = (processId: number | undefined): void => {
  if (!processId) throw new Error('there is no process to kill')
  process.kill(processId, 'SIGKILL')
}
