/**
 * The servers behind `session.store`, connected to as they are now: one node, the master that sentinels name, or the
 * masters of a cluster. Nothing here reconnects or repeats a command. What is lost is discarded and opened again by
 * connection.ts, so every connection in use was examined first, and no command is carried out twice.
 */
import { createClient, createCluster, type RedisClientType } from '@redis/client'
import type { RedisConfig } from '../../config/types.ts'
import type { Secret } from '../../core/secret.ts'
import { reasonOf } from './failures.ts'
import { markerKey } from './keys.ts'
import { createNode, type RedisNode } from './node.ts'

const CONNECT_WITHIN_MS = 1_000

/** So many are tried to find a key of each master. One with less than a thousandth of the slots may be missed. */
const MOST_PLACES = 5_000

/** A master, and a key of its own for what it remembers. */
export interface Marked {
  readonly node: RedisNode
  readonly marker: string
}

export interface RedisServers {
  /** Rejects where a server that is needed cannot be reached, or does not admit the gateway. */
  connect(): Promise<void>
  /** Every master. */
  masters(): Promise<readonly Marked[]>
  /** Runs the command where the key is, with the node that carried it out. */
  at<Reply>(key: string, command: (node: RedisNode) => Promise<Reply>): Promise<Reply>
  /** Rejects where other servers should be used now: the sentinels name another master. */
  check(): Promise<void>
  /** Ends all connections, also those still being opened. */
  destroy(): void
}

export interface ServersOptions {
  readonly config: RedisConfig
  /** PEM, of `config.ca`. */
  readonly ca: string | undefined
  /** Called when a connection has ended that was not destroyed. */
  readonly onLost: (cause: unknown) => void
}

interface HostPort {
  readonly host: string
  readonly port: number
}

export function createServers(options: ServersOptions): RedisServers {
  const { servers } = options.config
  if (servers.kind === 'cluster') return createClusterServers(options, servers.nodes)
  if (servers.kind === 'sentinel') return createSentinelServers(options, servers)
  return createOneNode(options, async () => servers)
}

/** One node. `resolve` says where it is, and afterwards whether it still is there. */
function createOneNode(options: ServersOptions, resolve: () => Promise<HostPort>): RedisServers {
  const { config, onLost } = options
  let node: RedisNode | undefined
  let address = ''
  let isDestroyed = false
  const current = (): RedisNode => {
    if (node === undefined) throw new Error('not connected')
    return node
  }
  return {
    connect: async () => {
      const place = await resolve()
      address = addressOf(place)
      const { database } = { database: 0, ...config.servers }
      const client: RedisClientType = createClient({
        ...clientOptions(options),
        socket: { ...socketOptions(options), ...place },
        database,
      })
      client.on('error', onLost)
      if (isDestroyed) return
      node = createNode(client, address)
      await client.connect()
    },
    masters: async () => [{ node: current(), marker: markerKey(0) }],
    at: (_key, command) => command(current()),
    check: async () => {
      const place = await resolve().catch(() => undefined)
      if (place !== undefined && addressOf(place) !== address) throw new Error(`${address} is no longer the master`)
    },
    destroy: () => {
      isDestroyed = true
      node?.client.destroy()
    },
  }
}

/**
 * The sentinel client of `redis` repeats a command whose answer was lost, up to 16 times. What a client has to do is
 * little: ask the sentinels, connect to the master they name, and ask again when that is lost.
 */
function createSentinelServers(
  options: ServersOptions,
  { name, nodes, username, password }: Extract<RedisConfig['servers'], { kind: 'sentinel' }>,
): RedisServers {
  const asking = new Set<RedisClientType>()
  const ask = async (sentinel: HostPort): Promise<HostPort> => {
    const client: RedisClientType = createClient({
      ...commonOptions,
      ...credentials(username, password),
      socket: { ...socketOptions(options), ...sentinel },
    })
    client.on('error', () => {})
    asking.add(client)
    // A sentinel that hangs accepts connections and answers nothing.
    const limit = setTimeout(() => client.destroy(), CONNECT_WITHIN_MS)
    try {
      await client.connect()
      const found = await client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name])
      const [host, port] = Array.isArray(found) ? found.map(String) : []
      if (host === undefined || port === undefined) throw new Error(`no master of the name ${name}`)
      return { host, port: Number(port) }
    } catch (error) {
      throw new Error(`sentinel ${addressOf(sentinel)}: ${reasonOf(error)}`, { cause: error })
    } finally {
      clearTimeout(limit)
      asking.delete(client)
      client.destroy()
    }
  }
  const one = createOneNode(options, () => mostNamed(nodes.map(ask)))
  return {
    ...one,
    destroy: () => {
      for (const client of asking) client.destroy()
      one.destroy()
    },
  }
}

/**
 * The address that most sentinels name: known as soon as more than half have. One that was cut off may still name the
 * last master. Rejects where no sentinel answers.
 */
function mostNamed(asked: readonly Promise<HostPort>[]): Promise<HostPort> {
  const named = new Map<string, { readonly place: HostPort; readonly times: number }>()
  const errors: unknown[] = []
  let left = asked.length
  return new Promise((resolve, reject) => {
    const settled = (): void => {
      left -= 1
      const [most] = [...named.values()].toSorted((a, b) => b.times - a.times)
      if (most !== undefined && (left === 0 || most.times > asked.length / 2)) resolve(most.place)
      else if (left === 0) reject(new AggregateError(errors))
    }
    for (const each of asked)
      each
        .then(
          (place) => {
            const times = (named.get(addressOf(place))?.times ?? 0) + 1
            named.set(addressOf(place), { place, times })
          },
          (error: unknown) => errors.push(error),
        )
        .finally(settled)
  })
}

function createClusterServers(options: ServersOptions, nodes: readonly HostPort[]): RedisServers {
  const cluster = createCluster({
    rootNodes: nodes.map((place) => ({ socket: { ...place } })),
    defaults: { ...clientOptions(options), socket: socketOptions(options) },
  })
  const known = new WeakMap<object, Promise<RedisNode>>()
  let lastError: unknown
  let isConnected = false

  cluster.on('error', (error: unknown) => {
    lastError = error
    if (isConnected) options.onLost(error)
  })
  cluster.on('node-error', (error: unknown) => {
    lastError = error
    if (isConnected) options.onLost(error)
  })

  /** Knows whether the node has replicas before anything is written to it. */
  const examined = async (client: unknown, address: string, isImporting = false): Promise<RedisNode> => {
    const node = createNode(client as RedisClientType, address, isImporting)
    await node.inspect()
    return node
  }
  const nodeAt = async (key: string): Promise<RedisNode> => {
    const client = await cluster.getNodeClientForKey(key)
    const { host = '', port = 0 } = { ...client.options.socket } as Partial<HostPort>
    const seen = known.get(client)
    if (seen !== undefined) return seen
    const node = examined(client, addressOf({ host, port }))
    known.set(client, node)
    node.catch(() => known.delete(client))
    return node
  }
  /** Where the slot is, after an answer that said so. Neither answer carried anything out. */
  const redirected = async (key: string, error: Error): Promise<RedisNode> => {
    const [kind, , address = ''] = error.message.split(' ')
    if (kind === 'ASK') {
      const node = cluster.nodeByAddress.get(address)
      if (node === undefined) throw error
      return examined(await cluster.nodeClient(node), address, true)
    }
    // The library learns the new places from its own command.
    await cluster.exists(key)
    return nodeAt(key)
  }

  return {
    connect: async () => {
      await cluster.connect().catch((error: unknown) => {
        throw lastError ?? error
      })
      isConnected = true
    },
    masters: async () => {
      const missing = new Set(cluster.masters.map(({ address }) => address))
      const marked: Marked[] = []
      for (let place = 0; missing.size > 0 && place < MOST_PLACES; place += 1) {
        const marker = markerKey(place)
        const node = await nodeAt(marker)
        if (missing.delete(node.address)) marked.push({ node, marker })
      }
      return marked
    },
    at: async (key, command) => {
      const node = await nodeAt(key)
      try {
        return await command(node)
      } catch (error) {
        if (!(error instanceof Error) || !/^(MOVED|ASK) /.test(error.message)) throw error
        return await command(await redirected(key, error))
      }
    },
    check: async () => {},
    destroy: () => {
      isConnected = false
      cluster.destroy()
    },
  }
}

/** No queue and no repetition: a command is sent now or fails now. */
const commonOptions = { disableOfflineQueue: true, maintNotifications: 'disabled' } as const

function clientOptions({ config }: ServersOptions) {
  return { ...commonOptions, ...credentials(config.username, config.password), name: 'fedgate' }
}

function credentials(username: string | undefined, password: Secret | undefined) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  }
}

function socketOptions({ config, ca }: ServersOptions) {
  const socket = { connectTimeout: CONNECT_WITHIN_MS, reconnectStrategy: false } as const
  return config.tls ? { ...socket, tls: true as const, ...(ca === undefined ? {} : { ca: [ca] }) } : socket
}

function addressOf({ host, port }: HostPort): string {
  return `${host}:${port}`
}
