import { randomBytes } from 'node:crypto'
import { Secret } from '../core/secret.ts'
import type { LocalAwsState } from '../local-aws/state.ts'
import { listenError } from './errors.ts'
import { gatewayKeys } from './gateway-server.ts'
import { readConfig } from './load-config.ts'
import { startLocalAws } from './local-aws-server.ts'
import type { LocalAwsOptions } from './options.ts'
import { type Output, openOutput } from './output.ts'
import { untilStopped } from './until-stopped.ts'

const now = (): Date => new Date()

const startConfigured = async (file: string, output: Output) => {
  const config = await readConfig(file, process.env)
  return startLocalAws(config, (await gatewayKeys(config, now())).signing[0], { now, log: output.note })
}

const ACCOUNT = '111122223333'
const DEFAULT_LISTEN = { host: '127.0.0.1', port: 8081 }

/** One account with one user, so that there is somebody to be. The keys are new at every start. */
const sampleState = (): LocalAwsState & { readonly users: readonly [LocalAwsState['users'][number]] } => ({
  accounts: [{ id: ACCOUNT, name: 'Sample' }],
  users: [
    {
      arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
      accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: new Secret(randomBytes(30).toString('base64')),
    },
  ],
  roles: [],
  samlProviders: [],
  oidcProviders: [],
})

const startSample = async (output: Output) => {
  const state = sampleState()
  const { startLocalAws: start } = await import('../local-aws/server.ts')
  const server = await start({ listen: DEFAULT_LISTEN, state, allowHttpIssuers: true, now, log: output.note }).catch(
    (error: unknown) => {
      throw listenError(error, `${DEFAULT_LISTEN.host}:${DEFAULT_LISTEN.port}`)
    },
  )
  const [{ arn, accessKeyId, secretAccessKey }] = state.users
  output.print(`# ${arn}, until this program ends`)
  output.print(`export AWS_ACCESS_KEY_ID='${accessKeyId}'`)
  output.print(`export AWS_SECRET_ACCESS_KEY='${secretAccessKey.reveal()}'`)
  return server
}

/** Runs the local AWS alone until it is stopped. */
export const runLocalAws = async ({ config }: LocalAwsOptions): Promise<void> => {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const stopped = untilStopped()
  const server = await (config === undefined ? startSample(output) : startConfigured(config, output))
  output.note(`the local AWS listens on ${server.url}`)
  await stopped
  await server.close()
}
