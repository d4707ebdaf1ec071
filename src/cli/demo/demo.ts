import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KeyPair } from '../../core/keys.ts'
import type { Log } from '../../core/log.ts'
import type { RunningServer } from '../../core/running-server.ts'
import { samlIdpMetadata } from '../../demo/saml-idp-metadata.ts'
import { alice, demoUsers } from '../../demo/users.ts'
import { acsUrl, callbackUrl } from '../../gateway/providers.ts'
import { loadKeyPair, writeWhole } from '../../issuer/keys.ts'
import { listenError, StartError } from '../errors.ts'
import { type RunningGateway, startGateway } from '../gateway-server.ts'
import { lineLog } from '../line-log.ts'
import { readConfig } from '../load-config.ts'
import type { DemoOptions } from '../options.ts'
import { type Output, openOutput } from '../output.ts'
import { waitForSignal } from '../run.ts'
import {
  breakItRole,
  type DemoAddresses,
  demoAddresses,
  demoCatalogFiles,
  demoClient,
  demoConfigYaml,
  demoStateYaml,
} from './config.ts'

const otherPorts = 'Stop that program, or choose other ports: npm run demo -- --port-base 9080'

export interface RunningDemo {
  readonly addresses: DemoAddresses
  /** Path of the configuration file. */
  readonly config: string
  close(): Promise<void>
}

/** Starts the four servers of the demo on loopback. Throws StartError if a port is in use. */
export async function startDemo({ portBase }: DemoOptions, folder: string, log: Log): Promise<RunningDemo> {
  const now = () => new Date()
  const addresses = demoAddresses(portBase)
  const file = await prepare(folder, portBase, now())
  const config = await readConfig(file, {})
  const providers = await startProviders(folder, addresses, now)
  const closeProviders = async () => void (await Promise.all(providers.map((server) => server.close())))
  const gateway: RunningGateway = await startGateway(config, { stdout: process.stdout, log, now }).catch(
    async (error: unknown) => {
      await closeProviders()
      throw withOtherPorts(error)
    },
  )
  return {
    addresses,
    config: file,
    close: async () => {
      await gateway.close()
      await closeProviders()
    },
  }
}

/** Writes the configuration, and creates missing keys and secrets. Returns the path of the configuration. */
async function prepare(folder: string, portBase: number, now: Date): Promise<string> {
  const secret = join(folder, 'session.secret')
  if (!existsSync(secret)) await writeWhole(secret, randomBytes(32).toString('base64url'), 0o600)
  const create = { commonName: 'fedgate demo', now }
  await Promise.all(['gateway', 'gateway-encryption'].map((name) => loadKeyPair(keyFiles(folder, name), create)))
  const keys = await samlIdpKeys(folder, now)
  const metadata = samlIdpMetadata(demoAddresses(portBase).samlIdp, keys)
  await writeWhole(join(folder, 'local-aws.yaml'), demoStateYaml(portBase, metadata), 0o644)
  await writeCatalog(join(folder, 'catalog'), portBase)
  const file = join(folder, 'fedgate.yaml')
  await writeWhole(file, demoConfigYaml(portBase), 0o600)
  return file
}

/** What is in the folder besides is not the demo's: another catalogue would be merged with this one. */
async function writeCatalog(folder: string, portBase: number): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, text] of demoCatalogFiles(portBase)) await writeWhole(join(folder, name), text, 0o644)
}

function keyFiles(folder: string, name: string) {
  return {
    key: join(folder, `${name}.key`),
    certificate: join(folder, `${name}.crt`),
  }
}

function samlIdpKeys(folder: string, now: Date): Promise<KeyPair> {
  return loadKeyPair(keyFiles(folder, 'saml-idp'), { commonName: 'fedgate demo identity provider', now })
}

/** Starts the two identity providers, with the gateway registered as service provider and client. */
async function startProviders(folder: string, at: DemoAddresses, now: () => Date): Promise<readonly RunningServer[]> {
  const { startDemoSamlIdp } = await import('../../demo/saml-idp.ts')
  const { startDemoOpenIdProvider } = await import('../../demo/openid-provider.ts')
  const [keys, stranger] = await Promise.all([
    samlIdpKeys(folder, now()),
    loadKeyPair(keyFiles(folder, 'stranger'), { commonName: 'a stranger', now: now() }),
  ])
  const place = (origin: string) => ({ host: '127.0.0.1', port: Number(new URL(origin).port), users: demoUsers })
  const saml = await listening(
    startDemoSamlIdp({
      ...place(at.samlIdp),
      keys,
      serviceProviders: [{ entityId: `${at.gateway}/saml/corp/metadata`, acsUrl: acsUrl(at.gateway, 'corp') }],
      breakIt: {
        gateway: at.gateway,
        providerId: 'corp',
        sts: at.localAws,
        role: breakItRole,
        stranger,
        user: alice,
      },
      now,
    }),
    at.samlIdp,
  )
  const client = {
    clientId: demoClient.id,
    clientSecret: demoClient.secret,
    redirectUris: [callbackUrl(at.gateway, 'openid')],
  }
  const openId = await listening(
    startDemoOpenIdProvider({ ...place(at.openIdProvider), clients: [client] }),
    at.openIdProvider,
  ).catch(async (error: unknown) => {
    await saml.close()
    throw error
  })
  return [saml, openId]
}

async function listening(server: Promise<RunningServer>, address: string): Promise<RunningServer> {
  return server.catch((error: unknown) => {
    throw listenError(error, address, otherPorts)
  })
}

/** Adds the demo's own option to the hint: the gateway and the local AWS name only the address that is in use. */
function withOtherPorts(error: unknown): unknown {
  return error instanceof StartError && error.code === 'start.port_taken'
    ? new StartError('start.port_taken', { sentence: error.message, hint: otherPorts, cause: error })
    : error
}

/** Runs the demo until it is interrupted. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const stopped = waitForSignal()
  const demo = await startDemo(options, demoFolder(options.portBase, process.env), lineLog(output.note))
  welcome(output, demo)
  await stopped
  await demo.close()
}

/** The folder for keys and configuration: in the checkout, or else in the system's folder for state. */
function demoFolder(portBase: number, env: NodeJS.ProcessEnv): string {
  const checkout = fileURLToPath(new URL('../../../', import.meta.url))
  const folder = existsSync(join(checkout, 'tsconfig.json'))
    ? join(checkout, 'certs')
    : join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'fedgate')
  return join(folder, portBase === 8080 ? 'demo' : `demo-${portBase}`)
}

function welcome({ print, style }: Output, { addresses, config }: RunningDemo): void {
  const { bold, dim, cyan } = style
  print('')
  print(`  ${bold('fedgate demo')}    open ${cyan(addresses.gateway)} and sign in`)
  print('')
  print(`  gateway                 ${addresses.gateway}`)
  print(`  local AWS               ${addresses.localAws}`)
  print(`  SAML identity provider  ${addresses.samlIdp}`)
  print(`  OpenID provider         ${addresses.openIdProvider}`)
  print(`  Break it                ${addresses.samlIdp}/break-it`)
  print('')
  for (const { username, about } of demoUsers) print(`  ${bold(username.padEnd(8))}${about}`)
  print(`  ${dim(`password of each: ${demoUsers[0]?.password}`)}`)
  print('')
  print(`  ${dim('To switch users, also sign out of the identity provider:')}`)
  print(`  ${dim(`${addresses.samlIdp}/ or ${addresses.openIdProvider}/`)}`)
  print('')
  print('  With credentials from the gateway in your shell, run:')
  print(`  ${bold(`aws sts get-caller-identity --endpoint-url ${addresses.localAws}`)}`)
  print('')
  print(dim(`  Configuration: ${config}. Press Ctrl+C to stop.`))
  print('')
}
