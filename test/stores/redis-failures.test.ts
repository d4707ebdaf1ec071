/** A Redis that fails: nothing is accepted because it could not be asked, the answer is quick, and all recovers by itself. */
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import type { RedisConfig } from '../../src/config/types.ts'
import { FedgateError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Room } from '../../src/gateway/ports.ts'
import { openRedisStore, type RedisStore } from '../../src/stores/redis.ts'
import { freePort } from '../harness/ports.ts'
import {
  hasRedis,
  makeCertificates,
  nodeOf,
  plain,
  type RedisServer,
  type ServerOptions,
  startCluster,
  startRedis,
  startSentinel,
  until,
} from './redis-servers.ts'

const end = new Date(Date.now() + 600_000)
const unavailable = { code: 'store.unavailable' }

/** What each test started, to be stopped after it. */
const started: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of started.splice(0).toReversed()) await stop()
})

const redis = async (options?: ServerOptions): Promise<RedisServer> => {
  const server = await startRedis(options)
  started.push(server.stop)
  return server
}

const open = async (config: RedisConfig, log: string[] = []): Promise<RedisStore> => {
  const opened = await openRedisStore(config, {
    now: () => new Date(),
    log: (line) => void log.push(line),
    prefixesWithRooms: ['kind'],
  })
  started.push(opened.close)
  return opened
}

/** Milliseconds until it has rejected with StoreError. */
const failing = async (operation: Promise<unknown>): Promise<number> => {
  const from = performance.now()
  await expect(operation).rejects.toMatchObject(unavailable)
  return performance.now() - from
}

const works = async ({ store }: RedisStore): Promise<boolean> => {
  await store.put('probe:1', 'value', end)
  return (await store.take('probe:1')) === 'value'
}

/** The first key that is granted again. A claim that failed may have used up its key all the same. */
const grantedAtLast = async ({ store }: RedisStore): Promise<string> => {
  let tries = 0
  const next = (): string => `used:again-${tries}`
  await until(() => {
    tries += 1
    return store.claim(next(), end)
  })
  return next()
}

describe.skipIf(!hasRedis)('A Redis', () => {
  it('that is gone makes every operation fail at once, and serves again when it is back', async () => {
    const server = await redis()
    const log: string[] = []
    const opened = await open(plain(nodeOf(server)), log)
    const { store } = opened
    await server.kill()
    const operations = [
      () => store.put('login:1', 'value', end),
      () => store.get('login:1'),
      () => store.take('login:1'),
      () => store.claim('used:1', end),
      () => store.swap('login:1', undefined, 'value', end),
      () => store.extend('login:1', end),
      () => store.delete('login:1'),
      () => store.add('set:1', 'member', end),
      () => store.members('set:1'),
      () => store.admit({ name: 'kind', mostRecords: 1, mostOctets: 100 }, 'kind:1', 'value', end),
      () => opened.check(),
    ]
    for (const operation of operations) expect(await failing(operation())).toBeLessThan(2000)
    await server.start()
    await until(() => works(opened))
    await opened.check()
    expect(log[0]).toMatch(/^the store is unavailable/)
    expect(log.filter((line) => line === 'the store is available again')).toHaveLength(1)
    expect(new Set(log).size).toBe(log.length)
  })

  it('that hangs makes the first operation fail within two seconds and the next at once', async () => {
    const server = await redis()
    const opened = await open(plain(nodeOf(server)))
    server.freeze()
    const [first, second] = [opened.store.claim('used:1', end), opened.store.get('login:1')]
    expect(Math.max(await failing(first), await failing(second))).toBeLessThan(2000)
    expect(await failing(opened.store.get('login:1'))).toBeLessThan(500)
    server.go()
    await until(() => works(opened))
    expect(await opened.store.claim('used:2', end)).toBe(true)
  })

  it('that hangs does not keep the gateway from stopping, and nothing is logged after that', async () => {
    const server = await redis()
    const log: string[] = []
    const opened = await open(plain(nodeOf(server)), log)
    server.freeze()
    await failing(opened.store.get('login:1'))
    const told = log.length
    await opened.close()
    server.go()
    await failing(opened.store.get('login:1'))
    await until(async () => (await server.cli('client', 'list')).split('\n').length === 1)
    expect(log).toHaveLength(told)
  })

  it('whose answer to a claim was lost does not grant it again', async () => {
    const server = await redis()
    const opened = await open(plain(nodeOf(server)))
    server.freeze()
    await failing(opened.store.claim('used:1', end))
    server.go()
    await until(() => works(opened))
    expect(await opened.store.claim('used:1', end)).toBe(false)
  })

  it('that lost its memory is believed only from then on', async () => {
    const server = await redis()
    const before = new Date()
    const opened = await open(plain(nodeOf(server)))
    const first = opened.store.remembersSince
    expect(Number(first)).toBeGreaterThanOrEqual(Number(before))
    const { store: another } = await open(plain(nodeOf(server)))
    expect(another.remembersSince).toEqual(first)
    await server.kill()
    await server.start()
    const restarted = new Date()
    await until(() => works(opened))
    expect(Number(opened.store.remembersSince)).toBeGreaterThanOrEqual(Number(restarted))
  })

  it('that was emptied is noticed by a check, without a new connection', async () => {
    const server = await redis()
    const opened = await open(plain(nodeOf(server)))
    const emptied = new Date()
    await server.cli('flushall')
    await opened.check()
    expect(Number(opened.store.remembersSince)).toBeGreaterThanOrEqual(Number(emptied))
  })

  it('that may evict keys is refused', async () => {
    const server = await redis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-lru'] })
    await expect(open(plain(nodeOf(server)))).rejects.toMatchObject({ code: 'store.evicts', found: 'volatile-lru' })
  })

  it('that begins to evict keys is no longer used', async () => {
    const server = await redis()
    const opened = await open(plain(nodeOf(server)))
    await server.cli('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    await expect(opened.check()).rejects.toMatchObject(unavailable)
    await server.cli('config', 'set', 'maxmemory-policy', 'noeviction')
    await until(() => works(opened))
  })

  it('that is full admits nothing more, fails to keep more, and still gives what it has', async () => {
    const server = await redis()
    const { store } = await open(plain(nodeOf(server)))
    const room: Room = { name: 'kind', mostRecords: 100, mostOctets: 100_000 }
    await store.put('login:1', 'value', end)
    expect(await store.admit(room, 'kind:1', 'value', end)).toBe('kept')
    await server.cli('config', 'set', 'maxmemory', '1mb')
    expect(await store.admit(room, 'kind:2', 'value', end)).toBe('full')
    await failing(store.put('login:2', 'value', end))
    await failing(store.claim('used:1', end))
    expect(await store.get('login:1')).toBe('value')
    expect(await store.take('kind:1')).toBe('value')
    await server.cli('config', 'set', 'maxmemory', '0')
    expect(await store.claim('used:1', end)).toBe(true)
  })

  it('that does not permit INFO is used all the same, and the operator is told once', async () => {
    const user = ['--user', 'fedgate', 'on', 'nopass', '~fedgate:*', '+@all', '-info']
    const server = await redis({ args: user })
    const log: string[] = []
    const opened = await open({ ...plain(nodeOf(server)), username: 'fedgate', password: new Secret('any') }, log)
    await opened.check()
    expect(await opened.store.claim('used:1', end)).toBe(true)
    expect(log).toEqual([expect.stringContaining('INFO')])
  })

  it.each([
    ['wait', /^NOPERM .*'wait'/],
    ['eval', /^NOPERM .*'eval'/],
    ['set', /can't run this command/],
  ])('that does not permit %s is refused at the start', async (command, found) => {
    const user = ['--user', 'fedgate', 'on', 'nopass', '~fedgate:*', '+@all', `-${command}`]
    const server = await redis({ args: user })
    const opening = open({ ...plain(nodeOf(server)), username: 'fedgate', password: new Secret('any') })
    await expect(opening).rejects.toMatchObject({ ...unavailable, found: expect.stringMatching(found) })
  })

  it('that refuses the password is told without the password, and not waited for', async () => {
    const server = await redis({ args: ['--requirepass', 'right'], cliArgs: ['-a', 'right'] })
    const log: string[] = []
    const config = { ...plain(nodeOf(server)), password: new Secret('wr0ng-secret') }
    const error: unknown = await open(config, log).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(unavailable)
    expect(inspect([error, log], { depth: 9 })).not.toContain('wr0ng-secret')
    expect(error instanceof FedgateError && error.found).toMatch(/^WRONGPASS/)
  })

  it('that cannot be reached at the start is waited for', async () => {
    const port = await freePort()
    const opening = open(plain({ kind: 'node', host: '127.0.0.1', port, database: 0 }))
    started.push((await startRedis({ port })).stop)
    expect(await works(await opening)).toBe(true)
  })

  it('that cannot be reached for three seconds at the start is given up', async () => {
    const config = plain({ kind: 'node', host: '127.0.0.1', port: await freePort(), database: 0 })
    await expect(open(config)).rejects.toMatchObject({ ...unavailable, found: expect.stringMatching(/ECONNREFUSED/) })
  }, 15_000)

  it('with a certificate of a CA that is not trusted is refused, and so is one for another host', async () => {
    const made = await makeCertificates()
    started.push(made.remove)
    const files = ['--tls-cert-file', made.certificate, '--tls-key-file', made.key, '--tls-ca-cert-file', made.ca]
    const server = await redis({ isTls: true, args: [...files, '--tls-auth-clients', 'no'] })
    const config = { ...plain(nodeOf(server)), tls: true }
    await expect(open(config)).rejects.toMatchObject({ ...unavailable, found: expect.stringMatching(/certificate/) })
    const elsewhere = { ...config, ca: made.ca, servers: { ...nodeOf(server), host: 'localhost' } } as RedisConfig
    await expect(open(elsewhere)).rejects.toMatchObject({ ...unavailable, found: expect.stringMatching(/altnames/) })
  })
})

describe.skipIf(!hasRedis)('A replica', () => {
  const group = async () => {
    const sentinel = await startSentinel()
    started.push(sentinel.stop)
    return { ...sentinel, opened: await open(sentinel.config) }
  }

  it('that hangs makes what is used up fail, and nothing else, until it is no longer connected', async () => {
    const { replica, opened } = await group()
    const { store } = opened
    await store.put('login:1', 'value', end)
    replica.freeze()
    expect(await failing(store.claim('used:1', end))).toBeLessThan(2000)
    expect(await failing(store.take('login:1'))).toBeLessThan(2000)
    await store.put('login:2', 'value', end)
    expect(await store.get('login:2')).toBe('value')
    await replica.kill()
    await grantedAtLast(opened)
    expect(await store.claim('used:1', end)).toBe(false)
  })

  it('becomes the master with every claim that was granted, and with what was deleted gone', async () => {
    const { master, opened } = await group()
    const { store } = opened
    // A replica that has just connected may take longer than a WAIT for what it loads first.
    await grantedAtLast(opened)
    await Promise.all(Array.from({ length: 100 }, (_, n) => store.put(`login:${n}`, 'value', end)))
    const granted = await Promise.all(Array.from({ length: 100 }, (_, n) => store.claim(`used:${n}`, end)))
    expect(new Set(granted)).toEqual(new Set([true]))
    await Promise.all(Array.from({ length: 100 }, (_, n) => store.delete(`login:${n}`)))
    const since = store.remembersSince
    await master.kill()
    expect(await failing(store.get('login:1'))).toBeLessThan(2000)
    await until(() => works(opened))
    const again = await Promise.all(Array.from({ length: 100 }, (_, n) => store.claim(`used:${n}`, end)))
    expect(new Set(again)).toEqual(new Set([false]))
    const left = await Promise.all(Array.from({ length: 100 }, (_, n) => store.get(`login:${n}`)))
    expect(new Set(left)).toEqual(new Set([undefined]))
    expect(Number(store.remembersSince)).toBeGreaterThan(Number(since))
  }, 40_000)

  it('and its master serve on while the sentinel hangs', async () => {
    const { servers, opened } = await group()
    const [, , sentinel] = servers
    sentinel?.freeze()
    await opened.check()
    expect(await opened.store.claim('used:1', end)).toBe(true)
  })

  it('that has just left may be the master already: nothing is granted without it yet', async () => {
    const { replica, opened } = await group()
    await replica.cli('replicaof', 'no', 'one')
    await opened.check()
    await failing(opened.store.claim('used:1', end))
    await opened.store.put('login:1', 'value', end)
    expect(await opened.store.get('login:1')).toBe('value')
  })

  it('that takes over is the only one that grants a claim', async () => {
    const { replica, servers, opened } = await group()
    const [, , sentinel] = servers
    await sentinel?.cli('sentinel', 'failover', 'main')
    await until(async () => (await replica.cli('info', 'replication')).includes('role:master'))
    const granted = await grantedAtLast(opened)
    expect(await replica.cli('exists', `fedgate:${granted}`)).toBe('1')
  }, 40_000)
})

describe.skipIf(!hasRedis)('A cluster', () => {
  it('that lost a node fails, and serves again when the node is back', async () => {
    const { servers, config, stop } = await startCluster()
    started.push(stop)
    const opened = await open(config)
    const since = opened.store.remembersSince
    const keys = Array.from({ length: 30 }, (_, n) => `login:${n}`)
    await Promise.all(keys.map((key) => opened.store.put(key, 'value', end)))
    const [first] = servers
    await first?.kill()
    const results = await Promise.allSettled(keys.map((key) => opened.store.get(key)))
    expect(results.some(({ status }) => status === 'rejected')).toBe(true)
    await first?.start()
    await until(async () => (await Promise.all(keys.map((key) => opened.store.put(key, 'value', end)))).length === 30)
    expect(Number(opened.store.remembersSince)).toBeGreaterThan(Number(since))
  }, 40_000)
})
