/**
 * Debian's Redis for a test: a node, a cluster of three, a master with a replica and a sentinel. Each server listens on
 * a free port of loopback, keeps its files in a folder that is gone afterwards, and is stopped by its own process.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RedisConfig, RedisServersConfig } from '../../src/config/types.ts'
import { Secret } from '../../src/core/secret.ts'
import { freePort } from '../harness/ports.ts'
import { requireTool } from '../tools.ts'

const run = promisify(execFile)

export const hasRedis = requireTool('/usr/bin/redis-server') && requireTool('/usr/bin/redis-sentinel')

export interface RedisServer {
  readonly port: number
  readonly folder: string
  /** What redis-cli prints. */
  cli(...command: readonly string[]): Promise<string>
  /** Ends it at once, as a crash would. It can be started again with `start`. */
  kill(): Promise<void>
  /** Stops it where it is: it accepts connections and answers nothing. `go` lets it go on. */
  freeze(): void
  go(): void
  /** Starts it again, with nothing that it had: it writes nothing to disk. */
  start(): Promise<void>
  /** Ends it and deletes its folder. */
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly args?: readonly string[]
  /** For redis-cli. */
  readonly cliArgs?: readonly string[]
  readonly program?: 'redis-server' | 'redis-sentinel'
  /** Text of the configuration file of a sentinel. */
  readonly conf?: string
  /** Whether it listens with TLS only. */
  readonly isTls?: boolean
  readonly port?: number
}

export const startRedis = async ({
  args = [],
  cliArgs = [],
  program = 'redis-server',
  conf,
  isTls = false,
  port: wanted,
}: ServerOptions = {}): Promise<RedisServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedgate-redis-'))
  const port = wanted ?? (await freePort())
  const file = join(folder, 'redis.conf')
  if (conf !== undefined) await writeFile(file, conf)
  const own = [
    ...(isTls ? ['--port', '0', '--tls-port'] : ['--port']),
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
  ]
  const memoryOnly = program === 'redis-server' ? ['--save', '', '--appendonly', 'no'] : []
  let child: ChildProcess | undefined

  const start = async (): Promise<void> => {
    child = await ready(
      spawn(`/usr/bin/${program}`, [...(conf === undefined ? [] : [file]), ...own, ...memoryOnly, ...args]),
    )
  }
  const kill = async (): Promise<void> => {
    const dying = child
    child = undefined
    if (dying === undefined || dying.exitCode !== null) return
    const gone = new Promise((resolve) => dying.once('exit', resolve))
    dying.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    port,
    folder,
    cli: async (...command) =>
      (await run('/usr/bin/redis-cli', ['-p', String(port), ...cliArgs, ...command])).stdout.trim(),
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    go: () => void child?.kill('SIGCONT'),
    start,
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves when it says that it listens, rejects with what it said when it ends instead. */
const ready = (child: ChildProcess): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/Ready to accept connections|Sentinel ID is|Running mode=sentinel/.test(said)) resolve(child)
    })
    child.once('exit', () => reject(new Error(`redis ended: ${said}`)))
    child.once('error', reject)
  })

/** The configuration of a store on these servers, in plain text and without a password. */
export const plain = (servers: RedisServersConfig): RedisConfig => ({ kind: 'redis', servers, tls: false })

export const nodeOf = ({ port }: RedisServer): RedisServersConfig => ({
  kind: 'node',
  host: '127.0.0.1',
  port,
  database: 0,
})

export interface ServerGroup {
  readonly servers: readonly RedisServer[]
  readonly config: RedisConfig
  stop(): Promise<void>
}

/** Three masters, which share the slots. */
export const startCluster = async (): Promise<ServerGroup> => {
  const node = async (): Promise<RedisServer> => {
    // By itself a node would use its port plus 10000, which another program may have.
    const bus = String(await freePort())
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-port', bus]
    return startRedis({ args })
  }
  const servers = await Promise.all([node(), node(), node()])
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  await run('/usr/bin/redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
  return {
    servers,
    config: plain({ kind: 'cluster', nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })) }),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}

const SENTINEL_GROUP = { password: 'of-the-servers', sentinelPassword: 'of-the-sentinels' }

/** A master, a replica that has everything it has, and a sentinel that makes the replica the master when it dies. */
export const startSentinel = async (): Promise<
  ServerGroup & { readonly master: RedisServer; readonly replica: RedisServer }
> => {
  const passwords = ['--requirepass', SENTINEL_GROUP.password, '--masterauth', SENTINEL_GROUP.password]
  const args = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...passwords]
  const cliArgs = ['-a', SENTINEL_GROUP.password, '--no-auth-warning']
  const master = await startRedis({ args, cliArgs })
  const replica = await startRedis({ args: [...args, '--replicaof', '127.0.0.1', String(master.port)], cliArgs })
  const conf = `
requirepass ${SENTINEL_GROUP.sentinelPassword}
sentinel monitor main 127.0.0.1 ${master.port} 1
sentinel auth-pass main ${SENTINEL_GROUP.password}
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 3000
`
  const sentinel = await startRedis({
    program: 'redis-sentinel',
    conf,
    cliArgs: ['-a', SENTINEL_GROUP.sentinelPassword, '--no-auth-warning'],
  })
  const servers = [master, replica, sentinel]
  await until(async () => (await sentinel.cli('sentinel', 'replicas', 'main')).includes(String(replica.port)))
  await until(async () => /state=online/.test(await master.cli('info', 'replication')))
  return {
    servers,
    master,
    replica,
    config: {
      ...plain({
        kind: 'sentinel',
        name: 'main',
        nodes: [{ host: '127.0.0.1', port: sentinel.port }],
        password: new Secret(SENTINEL_GROUP.sentinelPassword),
      }),
      password: new Secret(SENTINEL_GROUP.password),
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}

/** Rejects after half a minute. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await isSo().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('it never came to be')
}

interface Certificates {
  readonly ca: string
  readonly certificate: string
  readonly key: string
  remove(): Promise<void>
}

/** A CA, and a certificate of it for 127.0.0.1, as PEM files. */
export const makeCertificates = async (): Promise<Certificates> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedgate-redis-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]) => run('openssl', [...args])
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  await openssl('req', '-x509', ...curve, '-subj', '/CN=Test CA', '-keyout', at('ca.key'), '-out', at('ca.crt'))
  await openssl('req', ...curve, '-subj', '/CN=redis', '-keyout', at('redis.key'), '-out', at('redis.csr'))
  await writeFile(at('san'), 'subjectAltName=IP:127.0.0.1')
  const signing = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('san')]
  await openssl('x509', '-req', '-in', at('redis.csr'), ...signing, '-out', at('redis.crt'))
  const remove = () => rm(folder, { recursive: true })
  return { ca: at('ca.crt'), certificate: at('redis.crt'), key: at('redis.key'), remove }
}
