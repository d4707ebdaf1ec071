/**
 * The gateway holds no AWS credentials and looks for none: as a process of its own with an empty AWS environment it
 * takes users the whole way, and connects to nothing but STS, AWS sign-in and the identity providers.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { type DemoSamlIdp, startDemoSamlIdp } from '../../src/demo/saml-idp.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { type Command, fedgate } from '../harness/command.ts'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { reserveGateway, type WrittenConfig, writeConfig } from '../harness/test-gateway.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const RECORDER = pathToFileURL(join(import.meta.dirname, '../harness/record-connections.mjs')).href

interface Trap {
  readonly url: string
  readonly hits: readonly string[]
  close(): Promise<void>
}

/** Stands where the metadata services would be, and hands out credentials to whoever asks. */
const setTrap = (): Promise<Trap> =>
  new Promise((resolve) => {
    const hits: string[] = []
    const server = createServer((request, response) => {
      hits.push(`${request.method} ${request.url}`)
      response.end('{"AccessKeyId":"ASIATRAPTRAPTRAPTRAP","SecretAccessKey":"trap","Token":"trap"}')
    })
    const close = () => new Promise<void>((closed) => void server.close(() => closed()))
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, hits, close })
    })
  })

let url: string
let idp: DemoSamlIdp
let openId: RunningServer
let config: WrittenConfig

beforeAll(async () => {
  url = await reserveGateway()
  const place = { host: '127.0.0.1', port: 0, users: demoUsers }
  const sp = { entityId: `${url}/saml/corp/metadata`, acsUrl: `${url}/saml/corp/acs` }
  idp = await startDemoSamlIdp({ ...place, keys: await makeKeyPair(), serviceProviders: [sp] })
  const client = { clientId: 'gateway', clientSecret: 'secret', redirectUris: [`${url}/oidc/openid/callback`] }
  openId = await startDemoOpenIdProvider({ ...place, clients: [client] })
  config = await writeConfig(url, {
    providers: [
      { id: 'corp', protocol: 'saml', metadata: idp.metadataUrl },
      {
        id: 'openid',
        protocol: 'oidc',
        issuer: openId.url,
        clientId: 'gateway',
        clientSecret: 'secret',
        allowInsecureHttp: true,
      },
    ],
    access: ['corp', 'openid'].map((provider) => ({ when: { provider, groups: 'aws-dev' }, roles: [ROLE] })),
  })
})
afterAll(async () => {
  await Promise.all([idp.close(), openId.close()])
  await rm(config.folder, { recursive: true })
})

/** Everything a user does: sign in, take credentials, open the console. */
const wholeJourney = async (provider: string): Promise<void> => {
  const browser = new HttpBrowser()
  const page = await signIn(browser, { gateway: url, provider, username: 'alice' })
  const form = formWith(page, 'role', ROLE)
  expect((await browser.submit(page, form)).body).toContain('AWS_SESSION_TOKEN')
  const console = await browser.submit(page, { ...form, action: `${url}/roles/console` })
  expect(console.url).toBe(`${config.localAws}/console`)
}

const journeys = async (): Promise<void> => {
  await wholeJourney('corp')
  await wholeJourney('openid')
}

const withGateway = async (env: Record<string, string>, use: (gateway: Command) => Promise<void>): Promise<void> => {
  const gateway = fedgate(['serve', '--config', config.file], { env, preload: [RECORDER] })
  try {
    await gateway.said('the local AWS listens on')
    await use(gateway)
  } finally {
    gateway.process.kill('SIGKILL')
    await gateway.ended
  }
}

const portOf = (address: string): string => new URL(address).port

describe('the gateway without an AWS environment', () => {
  it('connects to STS, AWS sign-in and the identity providers, and to nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fedgate-connections-'))
    const file = join(folder, 'connections')
    await withGateway({ RECORD_CONNECTIONS: file }, journeys)
    const lines = new Set((await readFile(file, 'utf8')).trim().split('\n'))
    const connections = [...lines].filter((line) => line.startsWith('connect '))
    // STS and AWS sign-in are both at the local AWS.
    expect(connections.toSorted()).toEqual(
      [
        `connect localhost:${portOf(config.localAws)}`,
        `connect 127.0.0.1:${portOf(idp.url)}`,
        `connect 127.0.0.1:${portOf(openId.url)}`,
      ].toSorted(),
    )
    const names = [...lines].filter((line) => line.startsWith('lookup '))
    expect(names.filter((line) => !/^lookup (localhost|127\.0\.0\.1)$/.test(line))).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('asks no metadata service, also where the environment points at one', async () => {
    const trap = await setTrap()
    const folder = await mkdtemp(join(tmpdir(), 'fedgate-connections-'))
    const env = {
      RECORD_CONNECTIONS: join(folder, 'connections'),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: trap.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${trap.url}/container`,
      AWS_ENDPOINT_URL: trap.url,
      AWS_ENDPOINT_URL_STS: trap.url,
    }
    await withGateway(env, journeys)
    expect(trap.hits).toEqual([])
    await trap.close()
    await rm(folder, { recursive: true })
  })

  it('uses no credentials that lie in its environment', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fedgate-connections-'))
    const env = {
      RECORD_CONNECTIONS: join(folder, 'connections'),
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_PROFILE: 'no-such-profile',
      AWS_REGION: 'us-gov-west-1',
      AWS_USE_FIPS_ENDPOINT: 'true',
    }
    await withGateway(env, async (gateway) => {
      await journeys()
      expect(`${gateway.stdout()}${gateway.stderr()}`).not.toContain('AKIAIOSFODNN7EXAMPLE')
    })
    await rm(folder, { recursive: true })
  })
})
