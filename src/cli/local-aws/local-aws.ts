import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { LocalAws } from '../../local-aws/server.ts'
import type { LocalAwsState } from '../../local-aws/state.ts'
import { listenError, StartError } from '../errors.ts'
import { lineLog } from '../line-log.ts'
import type { LocalAwsOptions } from '../options.ts'
import { type Output, openOutput } from '../output.ts'
import { waitForSignal } from '../run.ts'
import type { StateSaver } from './save.ts'
import type { LocalAwsContext } from './state.ts'

const DEFAULT_PORT = 8081

const NOTHING: LocalAwsState = { accounts: [], users: [], roles: [], samlProviders: [], oidcProviders: [] }

interface TrailFile {
  readonly write: (line: string) => void
  close(): Promise<void>
}

/** Runs only the local AWS, until it is interrupted. */
export async function runLocalAws(options: LocalAwsOptions): Promise<void> {
  const { cloudtrail, encodedMessages = false } = options
  const output = openOutput(process.stdout, process.stderr, process.env)
  const stopped = waitForSignal()
  const trail = cloudtrail === undefined ? undefined : await openTrail(cloudtrail, output)
  let changed = (): void => {}
  const context: LocalAwsContext = {
    now,
    log: lineLog(output.note),
    encodedMessages,
    testTokens: true,
    changed: () => changed(),
    ...(trail && { trail: trail.write }),
  }
  const { server, saver } = await (options.config === undefined
    ? startAlone(options, context, output)
    : startConfigured(options.config, options, context, output))
  if (saver) changed = saver.changed
  output.note(`the local AWS listens on ${server.url}`)
  await stopped
  await server.close()
  await saver?.finish()
  await trail?.close()
}

/** Appends to the file; a new file is readable only by its owner. Throws StartError. */
async function openTrail(file: string, { note }: Output): Promise<TrailFile> {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  await once(stream, 'open').catch((cause: Error) => {
    throw new StartError('start.cannot_write', { sentence: `${file} cannot be written: ${cause.message}`, cause })
  })
  if (await endsWithinLine(file)) stream.write('\n')
  stream.on('error', (error) => note(`cannot write to the trail ${file} any more: ${error.message}`))
  return {
    write: (line) => {
      stream.write(`${line}\n`)
    },
    close: async () => {
      stream.end()
      await once(stream, 'close')
    },
  }
}

/** Whether the last writer was killed within a line: the next event must start a new one. */
async function endsWithinLine(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) })
    return size > 0 && buffer.toString() !== '\n'
  } finally {
    await handle.close()
  }
}

function now(): Date {
  return new Date()
}

interface Started {
  readonly server: LocalAws
  readonly saver: StateSaver | undefined
}

async function startAlone(
  { host = '127.0.0.1', port = DEFAULT_PORT, state: file, catalog, save }: LocalAwsOptions,
  context: LocalAwsContext,
  output: Output,
): Promise<Started> {
  const { startLocalAws: start } = await import('../../local-aws/server.ts')
  const listen = { host, port }
  const isNew = save === true && file !== undefined && !existsSync(file)
  const own = file === undefined || isNew ? await printedSample(output, isNew) : await readState(file)
  const state = (await extendWith(catalog, output))?.(own) ?? own
  const { log, ...rest } = context
  const server = await start({ listen, state, allowHttpIssuers: true, ...rest, log: log.info }).catch(
    (error: unknown) => {
      throw listenError(error, `${listen.host}:${listen.port}`)
    },
  )
  const saver = save && file !== undefined ? await saverFor(file, server, (one) => one, output) : undefined
  if (isNew) saver?.changed()
  return { server, saver }
}

async function readState(file: string): Promise<LocalAwsState> {
  const { readStateFile } = await import('./state.ts')
  return readStateFile(file)
}

async function saverFor(
  file: string,
  { written }: LocalAws,
  reduce: (state: LocalAwsState) => LocalAwsState,
  { note }: Output,
): Promise<StateSaver> {
  const { stateSaver } = await import('./save.ts')
  return stateSaver(file, () => reduce(written()), note)
}

/** Adds the accounts and roles of these files; undefined: there are none. Throws CatalogError. */
async function extendWith(
  files: readonly string[] | undefined,
  { note }: Output,
): Promise<((state: LocalAwsState) => LocalAwsState) | undefined> {
  if (files === undefined || files.length === 0) return undefined
  const { loadCatalog } = await import('../../catalog/files.ts')
  const { withCatalog } = await import('./from-catalog.ts')
  const folder = process.cwd()
  const catalog = await loadCatalog({ patterns: files.map((one) => resolve(folder, one)), folder })
  return (state) => withCatalog(state, catalog, note)
}

/** One account with an administrator user whose access keys are new at each start, unless they are saved. */
async function printedSample(output: Output, isSaved: boolean): Promise<LocalAwsState> {
  const { sampleState } = await import('../../local-aws/sample.ts')
  const state = sampleState()
  const [{ arn, accessKeyId, secretAccessKey }] = state.users
  output.print(`# ${arn}${isSaved ? '' : ', valid until this program ends'}`)
  output.print(`export AWS_ACCESS_KEY_ID='${accessKeyId}'`)
  output.print(`export AWS_SECRET_ACCESS_KEY='${secretAccessKey.reveal()}'`)
  // A session token left in the shell would make AWS refuse these keys.
  output.print('unset AWS_SESSION_TOKEN')
  return state
}

/** Loaded only with a configuration: without the gateway's code, the local AWS starts several times faster. */
async function startConfigured(
  file: string,
  { catalog, save }: LocalAwsOptions,
  context: LocalAwsContext,
  output: Output,
): Promise<Started> {
  const { gatewayKeys } = await import('../serving/gateway-keys.ts')
  const { readConfig } = await import('../load-config.ts')
  const { startLocalAws } = await import('./server.ts')
  const { writtenState } = await import('./state.ts')
  const config = await readConfig(file, process.env)
  const { stateFile } = config.localAws
  if (save && stateFile === undefined) throw new StartError('start.no_state_file')
  const extend = await extendWith([...config.catalog, ...(catalog ?? [])], output)
  const { signing } = await gatewayKeys(config, context)
  const server = await startLocalAws(config, signing, { ...context, ...(extend && { extend }) })
  if (!save || stateFile === undefined) return { server, saver: undefined }
  const { withoutGenerated } = await import('./save.ts')
  const before = { file: (await writtenState(config)) ?? NOTHING, first: server.written() }
  return { server, saver: await saverFor(stateFile, server, (state) => withoutGenerated(state, before), output) }
}
