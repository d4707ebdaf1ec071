/** `fedgate serve` as a process of its own, with one SAML provider. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { type Command, fedgate, type Surroundings } from './command.ts'
import { type Keys, reserveGateway, type WrittenConfig, writeConfig } from './test-gateway.ts'
import { createTestIdp, type TestIdp } from './test-idp.ts'

export interface Served {
  readonly url: string
  readonly port: number
  readonly idp: TestIdp
  readonly config: WrittenConfig
  readonly command: Command
}

export const providerKeys = (id: string) => ({ id, protocol: 'saml', metadata: './corp.xml' })

export interface ServedPlan extends Surroundings {
  readonly keys?: Keys
  readonly files?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Instead of the one that is free. */
  readonly url?: string
}

const started: { readonly command: Command; readonly config: WrittenConfig }[] = []

/** Resolves when it listens. */
export const serve = async ({
  keys = {},
  files = {},
  args = [],
  url: given,
  ...surroundings
}: ServedPlan = {}): Promise<Served> => {
  const url = given ?? (await reserveGateway())
  const idp = await createTestIdp('corp')
  const all = { providers: [providerKeys('corp')], ...keys }
  const config = await writeConfig(url, all, { files: { 'corp.xml': idp.metadata, ...files } })
  const command = fedgate(['serve', '--config', config.file, ...args], surroundings)
  started.push({ command, config })
  await command.said('fedgate listens on')
  return { url, port: Number(new URL(url).port), idp, config, command }
}

/** Ends what tests have left, and deletes its files. */
export const endServed = async (): Promise<void> => {
  for (const { command, config } of started.splice(0)) {
    command.process.kill('SIGKILL')
    await command.ended
    await rm(config.folder, { recursive: true, force: true })
  }
}

/** Replaces these keys of the configuration file. */
export const changeConfig = async ({ config }: Pick<Served, 'config'>, keys: Keys): Promise<void> => {
  const before = parse(await readFile(config.file, 'utf8')) as Keys
  await writeFile(config.file, stringify({ ...before, ...keys }, { lineWidth: 0 }))
}
