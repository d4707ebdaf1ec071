/** Runs the command line as users have it: the bundled file, with a home of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentialsFile, gatewayFolder } from '../../../src/cli/user/session/places.ts'
import { type FakeGateway, ROLE, startFakeGateway } from './fake-gateway.ts'

const ROOT = join(import.meta.dirname, '../../..')

export interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a test may say about a run. */
export interface How {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  /** Called with the running process. */
  readonly meanwhile?: (child: ChildProcess) => void
}

export interface Workplace {
  readonly gateway: FakeGateway
  readonly file: string
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  run(args: readonly string[], how?: How): Promise<Ran>
  /** Signs in, and fails if that fails. */
  login(...more: string[]): Promise<Ran>
  /** The folder of the gateway. */
  readonly folder: string
  /** The file with a role's cached credentials. */
  cacheOf(arn?: string): string
  readCache(arn?: string): Promise<Record<string, unknown>>
  close(): Promise<void>
}

/** Follows the redirects as a browser does. */
const BROWSER = `await fetch(process.argv[2])`

/** A gateway and a machine that has never seen it. */
export async function openWorkplace(): Promise<Workplace> {
  const home = await mkdtemp(join(tmpdir(), 'fedgate-user-'))
  await mkdir(join(home, 'bin'))
  const file = join(home, 'bin', 'fedgate.mjs')
  execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-cli.mjs'), file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await writeFile(join(home, 'bin', 'browser.mjs'), BROWSER)
  const gateway = await startFakeGateway()
  const env: NodeJS.ProcessEnv = {
    HOME: home,
    USERPROFILE: home,
    PATH: process.env.PATH,
    TZ: 'UTC',
    FEDGATE_URL: gateway.url,
    BROWSER: `${process.execPath} ${join(home, 'bin', 'browser.mjs')} %s`,
  }
  const place = { env, platform: process.platform, home }
  const run = (args: readonly string[], how: How = {}): Promise<Ran> =>
    runProgram([process.execPath, file, ...args], { ...env, ...how.env }, how)
  const cacheOf = (arn = ROLE): string => credentialsFile(place, gateway.url, arn)
  return {
    gateway,
    file,
    home,
    env,
    run,
    folder: gatewayFolder(place, gateway.url),
    cacheOf,
    readCache: async (arn) => JSON.parse(await readFile(cacheOf(arn), 'utf8')) as Record<string, unknown>,
    login: async (...more) => {
      const ran = await run(['login', ...more])
      if (ran.exitCode !== 0) throw new Error(ran.stderr)
      return ran
    },
    close: async () => {
      await gateway.close()
      await chmod(home, 0o700)
      await rm(home, { recursive: true, force: true })
    },
  }
}

export function runProgram(command: readonly string[], env: NodeJS.ProcessEnv, how: How = {}): Promise<Ran> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      written.stderr += text
    })
    child.stdin.on('error', () => undefined).end(how.input ?? '')
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
    how.meanwhile?.(child)
  })
}
