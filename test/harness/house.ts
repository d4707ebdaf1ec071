/**
 * Whole houses for journeys, in this process and on free ports of loopback: the demo as it is (startHouse), or a
 * gateway with a configuration of the test's own (startOwnGateway). Each has a folder that is gone afterwards.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { stringify } from 'yaml'
import { startDemo } from '../../src/cli/demo.ts'
import type { DemoAddresses } from '../../src/cli/demo-config.ts'
import { startGateway } from '../../src/cli/gateway-server.ts'
import { loadConfig } from '../../src/config/load.ts'
import { freePort, freePortRow } from './ports.ts'

/** A line of the audit log. */
export type AuditLine = Readonly<Record<string, unknown>> & { readonly eventName: string }

export const auditLines = (text: string): readonly AuditLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditLine)

export interface House extends DemoAddresses {
  readonly folder: string
  /** What went to the operator's log, growing. */
  readonly log: readonly string[]
  /** Ends it, and returns its audit log, which is complete then. */
  close(): Promise<string>
}

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'fedgate-journey-'))

/** The demo as `npm run demo` starts it. */
export const startHouse = async (): Promise<House> => {
  const folder = await newFolder()
  const log: string[] = []
  const demo = await startDemo({ portBase: await freePortRow() }, folder, (line) => log.push(line))
  const close = async (): Promise<string> => {
    await demo.close()
    const audit = await readFile(join(folder, 'audit.jsonl'), 'utf8').catch(() => '')
    await rm(folder, { recursive: true })
    return audit
  }
  return { ...demo.addresses, folder, log, close }
}

export interface OwnGateway {
  readonly url: string
  readonly localAws: string
  /** What was recorded so far. */
  audit(): readonly AuditLine[]
  readonly log: readonly string[]
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

/** What a configuration of one's own need not say. */
const usual = (url: string, localAwsPort: number) => ({
  baseUrl: url,
  listen: { host: '127.0.0.1', port: Number(new URL(url).port) },
  session: { secret: 'only for tests, and long enough for them' },
  sts: { endpoint: 'local', region: 'eu-west-1' },
  localAws: { listen: { host: '127.0.0.1', port: localAwsPort } },
})

/** Writes a configuration file with what `usual` says and these keys. */
export const writeConfig = async (
  folder: string,
  url: string,
  localAwsPort: number,
  keys: Readonly<Record<string, unknown>>,
): Promise<string> => {
  const file = join(folder, 'fedgate.yaml')
  await writeFile(file, stringify({ ...usual(url, localAwsPort), ...keys }, { lineWidth: 0 }))
  return file
}

/** A gateway with its local AWS at `url`, with these keys of the configuration. Files: texts to lie beside it. */
export const startOwnGateway = async (
  url: string,
  keys: Readonly<Record<string, unknown>>,
  { now = () => new Date(), files = {} }: { now?: () => Date; files?: Readonly<Record<string, string>> } = {},
): Promise<OwnGateway> => {
  const folder = await newFolder()
  const localAwsPort = await freePort()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const config = await loadConfig(await writeConfig(folder, url, localAwsPort, keys), {})
  const [log, stdout] = [[] as string[], captured()]
  const gateway = await startGateway(config, { stdout: stdout.stream, log: (line) => void log.push(line), now })
  return {
    url,
    localAws: `http://localhost:${localAwsPort}`,
    audit: () => auditLines(stdout.text()),
    log,
    close: async () => {
      await gateway.close()
      await rm(folder, { recursive: true })
    },
  }
}
