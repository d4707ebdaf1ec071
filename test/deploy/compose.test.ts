/**
 * docker-compose.yml without a container engine: read by docker-compose, then the parts of its gateway profile that are
 * here, each as its service starts it: the keys, Redis, two gateways with their configuration, nginx with its own.
 * Not run: Keycloak, and the images of nginx and Valkey (Debian's nginx and Redis stand in).
 */
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runScript } from '../harness/command.ts'
import { hasNginx } from '../harness/nginx.ts'
import { freePort } from '../harness/ports.ts'
import { PROGRAM, ROOT } from '../setup/built.ts'
import { hasRedis, type RedisServer, startRedis, until } from '../stores/redis-servers.ts'
import { requireTool } from '../tools.ts'
import { readRoot, run } from './built-copies.ts'

const hasCompose = requireTool('/usr/bin/docker-compose')

const variablesIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )

/** By name, although no name server knows these. */
const get = (host: string, port: number, path: string, ca: string) =>
  new Promise<{ status: number | undefined; text: string; location: string | undefined }>((resolve, reject) => {
    request(
      { host: '127.0.0.1', port, path, ca, servername: host, headers: { Host: `${host}:8443`, Accept: 'text/html' } },
      (response) => {
        const pieces: string[] = []
        response.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece))
        response.on('end', () =>
          resolve({ status: response.statusCode, text: pieces.join(''), location: response.headers.location }),
        )
      },
    )
      .on('error', reject)
      .end()
  })

/** Starts it; the result ends it. */
const program = (path: string, args: readonly string[]): (() => Promise<unknown>) => {
  const child = spawn(path, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  return () => {
    child.kill('SIGTERM')
    return ended
  }
}

describe.skipIf(!hasCompose || !hasNginx || !hasRedis)('docker-compose.yml', { timeout: 120_000 }, () => {
  let folder: string
  let redis: RedisServer
  const stopped: (() => Promise<unknown>)[] = []
  const ports = { one: 0, other: 0, proxy: 0 }
  let ca: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fedgate-compose-'))
    redis = await startRedis()
    for (const name of ['one', 'other', 'proxy'] as const) ports[name] = await freePort()
    const file = parse(await readRoot('docker-compose.yml'))
    const [, script = '', ...targets] = file.services.keys.entrypoint as readonly string[]
    const at = script.replace('/opt/fedgate', ROOT)
    await run(process.execPath, [at, ...targets.map((target) => join(folder, target)), ...file.services.keys.command])
    ca = await readFile(join(folder, 'tls/ca.crt'), 'utf8')
    const configuration = (await readRoot('deploy/compose/fedgate.yaml'))
      .replace('redis://redis:6379', `redis://127.0.0.1:${redis.port}`)
      // A name that no server answers for, instead of Keycloak's.
      .replace('https://keycloak.localhost:8443/', `https://127.0.0.1:${await freePort()}/`)
    const env = variablesIn(await readRoot('deploy/compose/gateway.env'))
    for (const name of ['one', 'other'] as const) {
      const own = join(folder, `${name}.yaml`)
      await writeFile(own, configuration.replace('port: 8080', `port: ${ports[name]}`))
      const [command, ...options] = file['x-gateway'].command as readonly string[]
      const args = options.map((word) => word.replace('/etc/fedgate/fedgate.yaml', own))
      const gateway = runScript([PROGRAM, command ?? '', ...args], {
        env: { ...env, FEDGATE_HOST: '0.0.0.0', NODE_EXTRA_CA_CERTS: join(folder, 'tls/ca.crt') },
      })
      stopped.push(() => {
        gateway.process.kill('SIGTERM')
        return gateway.ended
      })
    }
    const nginx = (await readRoot('deploy/compose/nginx.conf'))
      .replace(
        'worker_processes auto;',
        `worker_processes 1; daemon off; user ${userInfo().username}; error_log stderr;`,
      )
      .replace('pid /tmp/nginx.pid;', `pid ${folder}/nginx.pid;`)
      .replace(
        'access_log off;',
        `access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}`,
      )
      .replaceAll('/etc/nginx/tls', join(folder, 'tls'))
      .replaceAll('listen 8443 ssl', `listen 127.0.0.1:${ports.proxy} ssl`)
      .replace('gateway-1:8080', `127.0.0.1:${ports.one}`)
      .replace('gateway-2:8080', `127.0.0.1:${ports.other}`)
      .replace('http://keycloak:8080', `http://127.0.0.1:${ports.one}`)
    await writeFile(join(folder, 'nginx.conf'), nginx)
    stopped.push(program('/usr/sbin/nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder]))
    await until(async () => (await get('fedgate.localhost', ports.proxy, '/healthz', ca)).status === 200)
  }, 120_000)

  afterAll(async () => {
    await Promise.all(stopped.map((stop) => stop()))
    await redis?.stop()
    await rm(folder, { recursive: true })
  })

  it.each(['demo', 'gateway'])(
    'docker-compose reads the profile %s, and its services are hardened',
    async (profile) => {
      const { stdout } = await run('docker-compose', ['--profile', profile, 'config'], { cwd: ROOT })
      const { services } = parse(stdout)
      const ours = Object.entries<Record<string, unknown>>(services).filter(
        ([, { build, profiles }]) => build !== undefined && (profiles as readonly string[]).includes(profile),
      )
      expect(ours.map(([name]) => name).sort()).toEqual(
        profile === 'demo' ? ['demo'] : ['gateway-1', 'gateway-2', 'keys'],
      )
      for (const [, service] of ours)
        expect(service).toMatchObject({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          init: true,
        })
    },
  )

  it('the keys are made once: for the names of the proxy, signed by the CA, and secret', async () => {
    const proxy = new X509Certificate(await readFile(join(folder, 'tls/proxy.crt')))
    expect(proxy.verify(new X509Certificate(ca).publicKey)).toBe(true)
    expect(proxy.subjectAltName).toBe('DNS:fedgate.localhost, DNS:keycloak.localhost')
    for (const name of ['tls/proxy.key', 'keys/signing.key'])
      expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600)
    await run(process.execPath, [
      join(ROOT, 'deploy/compose/make-keys.mjs'),
      join(folder, 'keys'),
      join(folder, 'tls'),
      'fedgate.localhost',
    ])
    expect(await readFile(join(folder, 'tls/ca.crt'), 'utf8')).toBe(ca)
  })

  it('both gateways are behind the proxy: its TLS, their pages and metadata', async () => {
    const metadata = await get('fedgate.localhost', ports.proxy, '/idp/metadata', ca)
    expect(metadata.text).toContain('entityID="https://fedgate.localhost:8443/idp/metadata"')
    const signing = new X509Certificate(await readFile(join(folder, 'keys/signing.crt')))
    expect(metadata.text).toContain(signing.raw.toString('base64'))
    const start = await get('fedgate.localhost', ports.proxy, '/', ca)
    expect([start.status, start.location]).toEqual([303, '/login'])
    // Keycloak is not here: the page says so, and nothing else breaks.
    const login = await get('fedgate.localhost', ports.proxy, '/login/keycloak', ca)
    expect(login.status).toBe(502)
    expect(login.text).toContain('oidc.')
    expect((await redis.cli('dbsize')).trim()).not.toBe('0')
  })

  it('the realm releases what the configuration reads, to the address that it redirects to', async () => {
    const realm = JSON.parse(await readRoot('deploy/compose/realm.json'))
    const configuration = parse(await readRoot('deploy/compose/fedgate.yaml'))
    const [provider] = configuration.providers
    const [client] = realm.clients
    expect(provider.issuer).toBe(`https://keycloak.localhost:8443/realms/${realm.realm}`)
    expect(client.clientId).toBe(provider.clientId)
    expect(client.secret).toBe(provider.clientSecret)
    expect(client.redirectUris).toEqual([`${configuration.baseUrl}/oidc/${provider.id}/callback`])
    expect(client.protocolMappers[0].config['claim.name']).toBe('groups')
    const groups: readonly string[] = realm.groups.map(({ name }: { name: string }) => name)
    for (const { when } of [...configuration.access, ...configuration.operators]) expect(groups).toContain(when.groups)
  })
})
