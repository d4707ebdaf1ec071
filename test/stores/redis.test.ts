/** The conformance suite on each way to run Redis, and what Redis can do that memory cannot. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RedisConfig } from '../../src/config/types.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Clock, Room } from '../../src/gateway/ports.ts'
import { openRedisStore, type RedisStore } from '../../src/stores/redis.ts'
import { describeStore } from './conformance.ts'
import {
  hasRedis,
  makeCertificates,
  nodeOf,
  plain,
  type RedisServer,
  startCluster,
  startRedis,
  startSentinel,
} from './redis-servers.ts'

const PASSWORD = 'p4ss/w@rd:é'

/** What docs/store.md asks for. */
const RIGHTS = '~fedgate:* -@all +@read +@write +@scripting +@connection +wait +info +cluster|slots'.split(' ')

interface Running {
  readonly config: RedisConfig
  readonly masters: readonly RedisServer[]
  stop(): Promise<void>
}

const open: RedisStore[] = []

const openStore = async (config: RedisConfig, now: Clock = () => new Date()): Promise<RedisStore> => {
  const opened = await openRedisStore(config, { now, log: () => {}, prefixesWithRooms: ['kind'] })
  open.push(opened)
  return opened
}

/** Starts the servers for a block, and empties them before each store. */
const onServers = (
  start: () => Promise<Running>,
): { readonly running: Running; fresh(now?: Clock): Promise<RedisStore> } => {
  let running: Running | undefined
  beforeAll(async () => {
    running = await start()
  })
  afterAll(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()))
    await running?.stop()
  })
  const started = (): Running => {
    if (!running) throw new Error('not started')
    return running
  }
  return {
    get running() {
      return started()
    },
    fresh: async (now) => {
      await Promise.all(started().masters.map((each) => each.cli('flushall')))
      return openStore(started().config, now)
    },
  }
}

const oneNode = async (): Promise<Running> => {
  const server = await startRedis()
  return { config: plain(nodeOf(server)), masters: [server], stop: server.stop }
}

const withAclUser = async (): Promise<Running> => {
  const users = ['--user', 'default', 'off', '--user', 'admin', 'on', '>admin', '~*', '+@all']
  const args = [...users, '--user', 'fedgate', 'on', `>${PASSWORD}`, ...RIGHTS]
  const server = await startRedis({ args, cliArgs: ['--user', 'admin', '--pass', 'admin', '--no-auth-warning'] })
  const config = { ...plain(nodeOf(server)), username: 'fedgate', password: new Secret(PASSWORD) }
  return { config, masters: [server], stop: server.stop }
}

const withTls = async (): Promise<Running> => {
  const made = await makeCertificates()
  const args = ['--tls-cert-file', made.certificate, '--tls-key-file', made.key, '--tls-ca-cert-file', made.ca]
  const server = await startRedis({
    isTls: true,
    args: [...args, '--tls-auth-clients', 'no'],
    cliArgs: ['--tls', '--cacert', made.ca],
  })
  const stop = async () => void (await Promise.all([server.stop(), made.remove()]))
  return { config: { ...plain(nodeOf(server)), tls: true, ca: made.ca }, masters: [server], stop }
}

const inCluster = async (): Promise<Running> => {
  const { servers, config, stop } = await startCluster()
  return { config, masters: servers, stop }
}

const withSentinel = async (): Promise<Running> => {
  const { master, config, stop } = await startSentinel()
  return { config, masters: [master], stop }
}

describe.skipIf(!hasRedis)('Redis', () => {
  describe.each([
    ['one node', oneNode],
    ['an ACL user with a password and no rights but those of the documentation', withAclUser],
    ['TLS with a CA of its own', withTls],
    ['a cluster of three', inCluster],
    ['a master, a replica and a sentinel', withSentinel],
  ])('as %s', (_, start) => {
    const servers = onServers(start)
    describeStore('Redis', async (now) => (await servers.fresh(now)).store)
  })

  describe('shared by two gateways', () => {
    const servers = onServers(oneNode)
    const room: Room = { name: 'kind', mostRecords: 50, mostOctets: 100_000 }
    const end = new Date(Date.now() + 60_000)
    const two = async () => [(await servers.fresh()).store, (await openStore(servers.running.config)).store] as const
    const times = Array.from({ length: 200 }, (_, n) => n)

    it('grants each of 200 claims to one of them', async () => {
      const [a, b] = await two()
      const claims = await Promise.all(
        times.map(async (n) => Promise.all([a.claim(`used:${n}`, end), b.claim(`used:${n}`, end)])),
      )
      expect(claims.filter(([first, second]) => first !== second)).toHaveLength(200)
    })

    it('gives each of 200 values to one of them', async () => {
      const [a, b] = await two()
      await Promise.all(times.map((n) => a.put(`login:${n}`, 'value', end)))
      const taken = await Promise.all(times.map(async (n) => Promise.all([a.take(`login:${n}`), b.take(`login:${n}`)])))
      expect(taken.filter((values) => values.filter((value) => value === 'value').length === 1)).toHaveLength(200)
    })

    it('admits exactly as many as the room has space for, and counts what leaves', async () => {
      const [a, b] = await two()
      const admit = (n: number) => (n % 2 ? a : b).admit(room, `kind:${n}`, 'value', end)
      const admitted = await Promise.all(times.map(admit))
      expect(admitted.filter((each) => each === 'kept')).toHaveLength(50)
      const kept = times.filter((n) => admitted[n] === 'kept')
      await Promise.all(kept.slice(0, 10).map((n) => Promise.all([a.take(`kind:${n}`), b.take(`kind:${n}`)])))
      const again = await Promise.all(times.map((n) => admit(n + 1000)))
      expect(again.filter((each) => each === 'kept')).toHaveLength(10)
    })

    it('loses no change of 50 that both make to one value', async () => {
      const [a, b] = await two()
      const add = async (n: number): Promise<void> => {
        const store = n % 2 ? a : b
        const before = await store.get('list:1')
        if (!(await store.swap('list:1', before, `${before ?? ''}x`, end))) await add(n)
      }
      await Promise.all(times.slice(0, 50).map(add))
      expect(await a.get('list:1')).toBe('x'.repeat(50))
    })
  })

  describe('by itself', () => {
    const servers = onServers(oneNode)
    const end = new Date(Date.now() + 60_000)
    const room: Room = { name: 'kind', mostRecords: 3000, mostOctets: 1_000_000 }

    it('gives every key a lifetime', async () => {
      const { store } = await servers.fresh()
      await store.put('login:1', 'value', end)
      await store.extend('login:1', end)
      await store.claim('used:1', end)
      await store.swap('list:1', undefined, 'value', end)
      await store.add('set:1', 'member', end)
      await store.admit(room, 'kind:1', 'value', end)
      await store.extend('kind:1', end)
      const [server] = servers.running.masters
      const keys = (await server?.cli('keys', '*'))?.split('\n') ?? []
      expect(keys.toSorted()).toEqual([
        'fedgate:list:1',
        'fedgate:login:1',
        'fedgate:remembers-since:{0}',
        'fedgate:set:1',
        'fedgate:used:1',
        'fedgate:{kind}-ends',
        'fedgate:{kind}-rooms',
        'fedgate:{kind}:1',
      ])
      const lifetimes = await Promise.all(keys.map(async (key) => Number(await server?.cli('pttl', key))))
      expect(lifetimes.filter((milliseconds) => milliseconds <= 0)).toEqual([])
    })

    it('keeps a mark as long as it counts for a gateway whose clock is 170 seconds behind', async () => {
      const { store: ahead } = await servers.fresh(() => new Date(Date.now() + 170_000))
      const { store } = await openStore(servers.running.config)
      const soon = new Date(Date.now() + 60_000)
      await ahead.claim('used:1', soon)
      expect(await store.claim('used:1', soon)).toBe(false)
      expect(Number(await servers.running.masters[0]?.cli('pttl', 'fedgate:used:1'))).toBeGreaterThan(60_000)
    })

    it('keeps a set as long as the longest of its members', async () => {
      const { store } = await servers.fresh()
      await store.add('set:1', 'long', new Date(Date.now() + 3_600_000))
      await store.add('set:1', 'short', new Date(Date.now() + 1000))
      expect(Number(await servers.running.masters[0]?.cli('pttl', 'fedgate:set:1'))).toBeGreaterThan(3_000_000)
    })

    it('has space again for a full room of which all has expired, without looking through all of it at once', async () => {
      let at = Date.now()
      const { store } = await servers.fresh(() => new Date(at))
      const fill = (prefix: string) =>
        Promise.all(
          Array.from({ length: 3000 }, (_, n) => store.admit(room, `kind:${prefix}${n}`, 'value', new Date(at + 1000))),
        )
      expect(new Set(await fill('a'))).toEqual(new Set(['kept']))
      expect(await store.admit(room, 'kind:more', 'value', end)).toBe('full')
      at += 2000
      expect(new Set(await fill('b'))).toEqual(new Set(['kept']))
      expect(await store.admit(room, 'kind:more', 'value', end)).toBe('full')
    })

    it('runs its scripts again after Redis forgot them', async () => {
      const { store } = await servers.fresh()
      await store.put('login:1', 'value', end)
      await servers.running.masters[0]?.cli('script', 'flush')
      expect(await store.take('login:1')).toBe('value')
    })

    it('keeps a value of a megabyte, and does not write it again to extend it', async () => {
      const { store } = await servers.fresh()
      await store.put('sign-in:1', 'ä'.repeat(700_000), end)
      const written = async () =>
        Number(/total_net_input_bytes:(\d+)/.exec((await servers.running.masters[0]?.cli('info', 'stats')) ?? '')?.[1])
      const before = await written()
      expect(await store.extend('sign-in:1', end)).toBe(true)
      expect((await written()) - before).toBeLessThan(10_000)
      expect(await store.get('sign-in:1')).toBe('ä'.repeat(700_000))
    })
  })

  describe('as a cluster that changes', () => {
    const servers = onServers(inCluster)
    const end = new Date(Date.now() + 60_000)
    const slotOf = async (key: string) => (await servers.running.masters[0]?.cli('cluster', 'keyslot', key)) ?? ''

    /** Who has the slot, and who will. */
    const owners = async (slot: string) => {
      const ids = await Promise.all(servers.running.masters.map((each) => each.cli('cluster', 'myid')))
      const ranges = (await servers.running.masters[0]?.cli('cluster', 'nodes'))?.split('\n') ?? []
      const hasIt = (line: string): boolean =>
        line
          .split(' ')
          .slice(8)
          .some((range) => {
            const [from = 0, to = from] = range.split('-').map(Number)
            return Number(slot) >= from && Number(slot) <= to
          })
      const from = ids.indexOf(ranges.find(hasIt)?.split(' ')[0] ?? '')
      const to = (from + 1) % 3
      const [source, target] = [servers.running.masters[from], servers.running.masters[to]]
      if (!source || !target) throw new Error('no owner')
      return { source, target, sourceId: ids[from] ?? '', targetId: ids[to] ?? '' }
    }

    it('finds a slot that has moved to another node', async () => {
      const { store } = await servers.fresh()
      const slot = await slotOf('fedgate:used:moved')
      const { target, targetId } = await owners(slot)
      await target.cli('cluster', 'setslot', slot, 'node', targetId)
      await Promise.all(servers.running.masters.map((each) => each.cli('cluster', 'setslot', slot, 'node', targetId)))
      expect(await store.claim('used:moved', end)).toBe(true)
      expect(await store.claim('used:moved', end)).toBe(false)
      expect(await target.cli('exists', 'fedgate:used:moved')).toBe('1')
    })

    it('finds a key in a slot that is being moved', async () => {
      const { store } = await servers.fresh()
      const slot = await slotOf('fedgate:used:moving')
      const { source, target, sourceId, targetId } = await owners(slot)
      await target.cli('cluster', 'setslot', slot, 'importing', sourceId)
      await source.cli('cluster', 'setslot', slot, 'migrating', targetId)
      expect(await store.claim('used:moving', end)).toBe(true)
      expect(await store.claim('used:moving', end)).toBe(false)
      expect(await source.cli('cluster', 'countkeysinslot', slot)).toBe('0')
      expect(await target.cli('cluster', 'countkeysinslot', slot)).toBe('1')
    })
  })
})
