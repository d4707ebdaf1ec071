import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { RunningServer } from '../../core/running-server.ts'
import { Secret } from '../../core/secret.ts'
import type { LocalAwsState } from '../../local-aws/state.ts'
import { listenError, StartError } from '../errors.ts'
import { lineLog } from '../log.ts'
import type { LocalAwsOptions } from '../options.ts'
import { type Output, openOutput } from '../output.ts'
import { waitForSignal } from '../run.ts'
import type { LocalAwsContext } from './state.ts'

const ACCOUNT = '111122223333'
const DEFAULT_PORT = 8081

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

interface TrailFile {
  readonly write: (line: string) => void
  close(): Promise<void>
}

/** Runs only the local AWS, until it is interrupted. */
export async function runLocalAws({
  config,
  state,
  cloudtrail,
  port,
  encodedMessages = false,
}: LocalAwsOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const stopped = waitForSignal()
  const trail = cloudtrail === undefined ? undefined : await openTrail(cloudtrail, output)
  const context = { now, log: lineLog(output.note), encodedMessages, ...(trail && { trail: trail.write }) }
  const server =
    config === undefined
      ? await startAlone(port ?? DEFAULT_PORT, await (state ? readState(state) : sampleState(output)), context)
      : await startConfigured(config, context)
  output.note(`the local AWS listens on ${server.url}`)
  await stopped
  await server.close()
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

async function startAlone(port: number, state: LocalAwsState, context: LocalAwsContext) {
  const { startLocalAws: start } = await import('../../local-aws/server.ts')
  const listen = { host: '127.0.0.1', port }
  return start({ listen, state, allowHttpIssuers: true, ...context, log: context.log.info }).catch((error: unknown) => {
    throw listenError(error, `${listen.host}:${listen.port}`)
  })
}

async function readState(file: string): Promise<LocalAwsState> {
  const { readStateFile } = await import('./state.ts')
  return readStateFile(file)
}

/** One account with an administrator user whose access keys are new at each start. */
async function sampleState(output: Output): Promise<LocalAwsState> {
  const { accessKeyId: newKeyId } = await import('../../local-aws/access-keys.ts')
  const arn = `arn:aws:iam::${ACCOUNT}:user/admin`
  const accessKeyId = newKeyId('AKIA', ACCOUNT, randomBytes(5))
  const secretAccessKey = new Secret(randomBytes(30).toString('base64'))
  output.print(`# ${arn}, valid until this program ends`)
  output.print(`export AWS_ACCESS_KEY_ID='${accessKeyId}'`)
  output.print(`export AWS_SECRET_ACCESS_KEY='${secretAccessKey.reveal()}'`)
  // A session token left in the shell would make AWS refuse these keys.
  output.print('unset AWS_SESSION_TOKEN')
  return {
    accounts: [{ id: ACCOUNT, name: 'Sample' }],
    users: [{ arn, accessKeyId, secretAccessKey, policies: { everything } }],
    roles: [],
    samlProviders: [],
    oidcProviders: [],
  }
}

/** Loaded only with a configuration: without the gateway's code, the local AWS starts several times faster. */
async function startConfigured(file: string, context: LocalAwsContext): Promise<RunningServer> {
  const { gatewayKeys } = await import('../serving/gateway-keys.ts')
  const { readConfig } = await import('../load-config.ts')
  const { startLocalAws } = await import('./server.ts')
  const config = await readConfig(file, process.env)
  return startLocalAws(config, (await gatewayKeys(config, context)).signing, context)
}
