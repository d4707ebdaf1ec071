/**
 * The store on Redis or Valkey: for gateways on several machines. Every operation is one command or one script, so it is
 * atomic between all of them, and every key has a lifetime. docs/store.md says what a failing Redis can lose.
 */
import type { RedisConfig } from '../config/types.ts'
import type { Admission, Store } from '../gateway/ports.ts'
import { type ConnectionDeps, createConnection, type RedisConnection } from './redis/connection.ts'
import { isOutOfMemory, unavailable } from './redis/failures.ts'
import { keysWithRooms, PREFIXES_WITH_ROOMS, recordKey } from './redis/keys.ts'
import type { RedisNode } from './redis/node.ts'
import { ADD, ADMIT, CLAIM, COUNT, DELETE, END_LENGTH, EXTEND, PUT, type Script, SWAP, TAKE } from './redis/scripts.ts'

export interface RedisStoreDeps extends ConnectionDeps {
  /** Prefixes of the keys that may be admitted to rooms. */
  readonly prefixesWithRooms?: readonly string[]
}

export interface RedisStore {
  readonly store: Store
  /** Throws StoreError if Redis does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

/**
 * How much longer than its value Redis keeps a key. A gateway whose clock is ahead would otherwise let Redis forget a
 * used assertion that another still accepts; no more clock skew than this is accepted in assertions either.
 */
const SLACK_MS = 180_000

/** Connects. Throws StoreError if that is impossible: after three seconds, or at once where Redis refuses. */
export async function openRedisStore(config: RedisConfig, deps: RedisStoreDeps): Promise<RedisStore> {
  const connection = createConnection(config, deps)
  try {
    await connection.open()
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    store: createRedisStore(connection, deps),
    check: connection.check,
    close: async () => connection.close(),
  }
}

function createRedisStore(
  connection: RedisConnection,
  { now, prefixesWithRooms = PREFIXES_WITH_ROOMS }: RedisStoreDeps,
): Store {
  const keysOf = keysWithRooms(prefixesWithRooms)

  const run = async (script: Script, key: string, values: readonly string[]): Promise<unknown> => {
    const keys = keysOf(key)
    return connection.at(keys[0], (node) => node.run(script, keys, [nowText(), ...values]))
  }
  /** Does not say that it was done before a replica has it: after a failover it would not have been. */
  const runReplicated = async (script: Script, key: string, values: readonly string[] = []): Promise<unknown> => {
    const keys = keysOf(key)
    return connection.at(keys[0], async (node) => {
      const reply = await node.run(script, keys, [nowText(), ...values])
      if (reply !== null && reply !== 0) await node.replicated()
      return reply
    })
  }
  const nowText = (): string => String(now().getTime())
  const ttlOf = (expiresAt: Date): string => String(Math.max(0, expiresAt.getTime() - now().getTime()) + SLACK_MS)

  return {
    get remembersSince() {
      return connection.remembersSince()
    },
    put: async (key, value, expiresAt) => {
      await run(PUT, key, [endOf(expiresAt) + value, ttlOf(expiresAt)])
    },
    admit: async (room, key, value, expiresAt) => {
      if (keysOf(key).length === 1) throw new Error(`no rooms for keys such as ${key.split(':', 1)[0]}:`)
      const octets = String(Buffer.byteLength(key) + Buffer.byteLength(value))
      const limits = [room.name, octets, String(room.mostRecords), String(room.mostOctets)]
      const values = [endOf(expiresAt) + value, ttlOf(expiresAt), millisecondsOf(expiresAt), ...limits]
      return run(ADMIT, key, values).then(admissionOf, (error: unknown) => {
        if (error instanceof Error && isOutOfMemory(error.cause)) return 'full'
        throw error
      })
    },
    extend: async (key, expiresAt) =>
      (await run(EXTEND, key, [endOf(expiresAt), ttlOf(expiresAt), millisecondsOf(expiresAt)])) === 1,
    swap: async (key, before, after, expiresAt) => {
      const values = [endOf(expiresAt) + after, ttlOf(expiresAt), ...(before === undefined ? [] : [before])]
      return (await runReplicated(SWAP, key, values)) === 1
    },
    get: async (key) => {
      const [record] = keysOf(key)
      return liveValue(await connection.at(record, (node) => node.send(['GET', record])), now())
    },
    take: async (key) => textOf(await runReplicated(TAKE, key)),
    claim: async (key, expiresAt) => (await runReplicated(CLAIM, key, [endOf(expiresAt), ttlOf(expiresAt)])) === 1,
    count: async (key, expiresAt) => sumOf(await run(COUNT, key, [endOf(expiresAt), ttlOf(expiresAt)])),
    delete: async (key) => {
      await runReplicated(DELETE, key)
    },
    add: async (key, member, expiresAt) => {
      const clearUntil = String(now().getTime() - SLACK_MS)
      const set = recordKey(key)
      const values = [nowText(), millisecondsOf(expiresAt), ttlOf(expiresAt), member, clearUntil]
      await connection.at(set, (node) => node.run(ADD, [set], values))
    },
    members: async (key) => {
      const set = recordKey(key)
      const command = ['ZRANGEBYSCORE', set, `(${nowText()}`, '+inf']
      return membersOf(await connection.at(set, (node: RedisNode) => node.send(command)))
    },
  }
}

function millisecondsOf(date: Date): string {
  return String(Math.max(0, date.getTime()))
}

function endOf(expiresAt: Date): string {
  return millisecondsOf(expiresAt).padStart(END_LENGTH, '0')
}

function liveValue(reply: unknown, now: Date): string | undefined {
  const stored = textOf(reply)
  return stored !== undefined && Number(stored.slice(0, END_LENGTH)) > now.getTime()
    ? stored.slice(END_LENGTH)
    : undefined
}

/** Throws StoreError for an answer of another type. */
function textOf(reply: unknown): string | undefined {
  if (reply === null) return undefined
  if (typeof reply === 'string') return reply
  throw unexpected(reply)
}

/** Throws StoreError for an answer of another type. */
function sumOf(reply: unknown): number {
  if (typeof reply === 'number') return reply
  throw unexpected(reply)
}

function membersOf(reply: unknown): readonly string[] {
  if (!Array.isArray(reply)) throw unexpected(reply)
  return reply.flatMap((each) => textOf(each) ?? [])
}

function admissionOf(reply: unknown): Admission {
  if (reply === 'kept' || reply === 'exists' || reply === 'full') return reply
  throw unexpected(reply)
}

function unexpected(reply: unknown): Error {
  return unavailable(new Error(`an answer of the type ${typeof reply}`))
}
