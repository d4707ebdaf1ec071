/** `fedgate serve` as a process that is killed and started again on the same configuration, store and audit log. */
import { readFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, fedgate } from '../harness/command.ts'
import {
  type AuditLine,
  auditLines,
  type Keys,
  reserveGateway,
  type WrittenConfig,
  writeConfig,
} from '../harness/test-gateway.ts'
import { createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { until } from '../stores/redis-servers.ts'

export const ROLE = 'arn:aws:iam::111122223333:role/Developer'
export const SECRET = 'only for tests, and long enough for them'

/** All load comes from one address. */
export const unlimited = Object.fromEntries(
  ['loginStarts', 'acs', 'callbacks', 'logouts', 'oauth', 'api'].map((limit) => [limit, '100000/s']),
)

export interface GatewayProcess {
  readonly url: string
  readonly idp: TestIdp
  readonly config: WrittenConfig
  /** Of the process that runs now. */
  command(): Command
  pid(): number
  /** Ends it, and resolves when it has ended. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Resolves when it listens. */
  start(): Promise<void>
  audit(): Promise<readonly AuditLine[]>
  /** What /readyz says of it: its status, and 0 where it is not reached. */
  readiness(): Promise<number>
  close(): Promise<void>
}

export interface ProcessPlan {
  readonly keys?: Keys
  readonly args?: readonly string[]
}

export const startProcess = async ({ keys = {}, args = [] }: ProcessPlan = {}): Promise<GatewayProcess> => {
  const [url, idp] = [await reserveGateway(), await createTestIdp('corp')]
  const all = {
    session: { secret: SECRET, store: 'file' },
    providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
    access: [{ when: { provider: 'corp' }, roles: [ROLE] }],
    audit: { file: './audit.jsonl' },
    limits: unlimited,
    ...keys,
  }
  const config = await writeConfig(url, all, { files: { 'corp.xml': idp.metadata } })
  let running: Command
  const start = async (): Promise<void> => {
    running = fedgate(['serve', '--config', config.file, ...args])
    await running.said('fedgate listens on')
  }
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const ending = running
    ending.process.kill(signal)
    await ending.ended
  }
  await start()
  return {
    url,
    idp,
    config,
    command: () => running,
    pid: () => running.process.pid ?? 0,
    start,
    end,
    audit: async () => auditLines(await readFile(join(config.folder, 'audit.jsonl'), 'utf8')),
    readiness: () =>
      fetch(`${url}/readyz`).then(
        async (response) => {
          await response.text()
          return response.status
        },
        () => 0,
      ),
    close: async () => {
      await end('SIGKILL')
      await rm(config.folder, { recursive: true, force: true })
    },
  }
}

export const becomesReady = (gateway: Pick<GatewayProcess, 'readiness'>): Promise<void> =>
  until(async () => (await gateway.readiness()) === 200)

/** The processes that it has started to answer requests. */
export const workersOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '')
    .map(Number)
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('main.js'))
