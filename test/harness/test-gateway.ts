/**
 * Whole houses for journeys, in this process and on free ports of loopback: the demo as it is (startHouse), or a
 * gateway with a configuration of the test's own (startOwnGateway). Each has a folder that is gone afterwards.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { stringify } from 'yaml'
import type { DemoAddresses } from '../../src/cli/demo/config.ts'
import { startDemo } from '../../src/cli/demo/demo.ts'
import { startGateway } from '../../src/cli/gateway-server.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { OpenStore } from '../../src/stores/open.ts'
import { freePort, freePortRow } from './ports.ts'

/** A line of the audit log. */
export type AuditLine = Readonly<Record<string, unknown>> & { readonly eventName: string }

/** The events of an audit log, without what proves that it is whole. */
export const auditLines = (text: string): readonly AuditLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ eventName }) => eventName !== 'audit.head')
    .map(({ chain: _, ...event }) => event as AuditLine)

export interface TestGateway extends DemoAddresses {
  readonly folder: string
  /** What went to the operator's log, growing. */
  readonly log: readonly string[]
  /** Ends it, and returns its audit log, which is complete then. */
  close(): Promise<string>
}

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'fedgate-journey-'))

/** The demo as `npm run demo` starts it. */
export const startTestGateway = async (): Promise<TestGateway> => {
  const folder = await newFolder()
  const log: string[] = []
  const demo = await startDemo(
    { portBase: await freePortRow() },
    folder,
    lineLog((line) => log.push(line)),
  )
  const close = async (): Promise<string> => {
    await demo.close()
    const audit = await readFile(join(folder, 'audit.jsonl'), 'utf8').catch(() => '')
    await rm(folder, { recursive: true })
    return audit
  }
  return { ...demo.addresses, folder, log, close }
}

export interface ReservedGateway {
  readonly url: string
  readonly localAws: string
  /** The path of its configuration file. */
  readonly configFile: string
  /** What was recorded so far. */
  audit(): readonly AuditLine[]
  readonly log: readonly string[]
  /** Answers by its configuration file as that is now. */
  reload(): Promise<void>
  close(): Promise<void>
}

/** Where a gateway of one's own will be, so that identity providers can be told before it starts. */
export const reserveGateway = async (): Promise<string> => `http://localhost:${await freePort()}`

const captured = (): { readonly stream: Writable; text(): string } => {
  const chunks: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}

export type Keys = Readonly<Record<string, unknown>>

/** A gateway of one's own, as far as it is not the usual one. */
export interface TestGatewayPlan {
  readonly now?: () => Date
  /** Texts of files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Instead of the one in its configuration; closed with the gateway. */
  readonly store?: OpenStore
  /** What exists in its local AWS; without it what the configuration needs. */
  readonly state?: Keys
  /** Where its local AWS fetches the documents of providers. */
  readonly standIns?: Readonly<Record<string, string>>
}

/** What a configuration of one's own need not say. */
const usual = (url: string, localAwsPort: number, { state, standIns = {} }: TestGatewayPlan): Keys => ({
  baseUrl: url,
  listen: { host: '127.0.0.1', port: Number(new URL(url).port) },
  session: { secret: 'only for tests, and long enough for them', store: 'memory' },
  sts: { endpoint: 'local', region: 'eu-west-1' },
  localAws: {
    listen: { host: '127.0.0.1', port: localAwsPort },
    ...(state === undefined ? {} : { state: './local-aws.yaml' }),
    standIns,
  },
})

export interface WrittenConfig {
  readonly file: string
  readonly folder: string
  readonly localAws: string
}

/** Writes a configuration with the usual and these keys into a new folder, and what belongs beside it. */
export const writeConfig = async (url: string, keys: Keys, plan: TestGatewayPlan = {}): Promise<WrittenConfig> => {
  const [folder, localAwsPort] = [await newFolder(), await freePort()]
  const file = join(folder, 'fedgate.yaml')
  const texts = {
    ...plan.files,
    ...(plan.state === undefined ? {} : { 'local-aws.yaml': stringify(plan.state) }),
    'fedgate.yaml': stringify({ ...usual(url, localAwsPort, plan), ...keys }, { lineWidth: 0 }),
  }
  // The gateway refuses private keys that others can read.
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text, { mode: 0o600 })
  return { file, folder, localAws: `http://localhost:${localAwsPort}` }
}

/** A gateway with its local AWS at `url`, with these keys of the configuration besides the usual ones. */
export const startConfiguredGateway = async (
  url: string,
  keys: Keys,
  plan: TestGatewayPlan = {},
): Promise<ReservedGateway> => {
  const { file, folder, localAws } = await writeConfig(url, keys, plan)
  const [log, stdout] = [[] as string[], captured()]
  const gateway = await startGateway(await readConfig(file, {}), {
    stdout: stdout.stream,
    log: lineLog((line) => log.push(line)),
    now: plan.now ?? (() => new Date()),
    ...(plan.store && { store: plan.store }),
  })
  return {
    url,
    localAws,
    configFile: file,
    audit: () => auditLines(stdout.text()),
    log,
    reload: async () => gateway.reload(await readConfig(file, {})),
    close: async () => {
      await gateway.close()
      await rm(folder, { recursive: true })
    },
  }
}
