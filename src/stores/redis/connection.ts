/**
 * Keeps the store connected: one attempt after the other for as long as it takes, and every operation fails at once
 * while there is no connection. A connection that gives no answer in time, or an answer that only another server can
 * better, is thrown away with what was under way: an answer that was lost is never taken for a success.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisConfig } from '../../config/types.ts'
import { within } from '../../core/time-limit.ts'
import type { Clock } from '../../gateway/ports.ts'
import { StoreError } from '../errors.ts'
import { endsConnection, isFinal, NotReplicatedError, reasonOf, unavailable } from './failures.ts'
import type { NodeInfo, RedisNode } from './node.ts'
import { REMEMBER } from './scripts.ts'
import { createServers, type Marked, type RedisServers } from './servers.ts'

/** A user has an answer in two seconds, whatever Redis does. */
const OPERATION_WITHIN_MS = 1_500
const CONNECT_WITHIN_MS = 5_000
/** How long the start waits for a Redis that is starting too. */
const START_WITHIN_MS = 3_000
const START_PAUSE_MS = 250
const CHECK_EVERY_MS = 3_000
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [50, 2_000]
/** The same reason is logged again after so long. */
const REPEAT_REPORT_MS = 60_000
/** Since when Redis remembers is itself remembered for 400 days from the last time a gateway was connected. */
const MARKER_TTL_MS = 400 * 24 * 3600 * 1000

const CLOSED = new Error('closed')

export interface RedisConnection {
  /** Resolves when connected for the first time. Throws StoreError when that takes too long or cannot succeed. */
  open(): Promise<void>
  /** Runs the operation on the server that has the key. Throws StoreError. */
  at<Reply>(key: string, operation: (node: RedisNode) => Promise<Reply>): Promise<Reply>
  /** Since when nothing was forgotten, as far as is known. */
  remembersSince(): Date
  /** Throws StoreError where there is no connection, or no answer. */
  check(): Promise<void>
  close(): void
}

export interface ConnectionDeps {
  readonly now: Clock
  /** A line for the operator. */
  readonly log: (line: string) => void
}

export function createConnection(config: RedisConfig, { now, log }: ConnectionDeps): RedisConnection {
  let current: RedisServers | undefined
  let connecting: RedisServers | undefined
  let checking: Promise<void> | undefined
  let rememberedSince = now()
  let lastReason: unknown = new Error('not connected yet')
  let isClosed = false
  let nextCheck: NodeJS.Timeout | undefined
  const report = reporter(log)

  const lose = (servers: RedisServers, cause: unknown): void => {
    if (servers !== current || isClosed) return
    current = undefined
    clearTimeout(nextCheck)
    lastReason = cause
    report.failure(cause)
    // What others have under way on it may still be answered.
    setTimeout(() => servers.destroy(), OPERATION_WITHIN_MS).unref()
    void connectForever()
  }

  const connect = async (): Promise<void> => {
    const ca = config.ca === undefined ? undefined : await readFile(config.ca, 'utf8')
    if (isClosed) return
    const servers: RedisServers = createServers({ config, ca, onLost: (cause) => lose(servers, cause) })
    connecting = servers
    try {
      const since = await inTime(
        CONNECT_WITHIN_MS,
        servers.connect().then(() => examine(servers)),
      )
      if (isClosed) throw CLOSED
      rememberedSince = since
      current = servers
      report.success()
      checkLater(servers)
    } catch (error) {
      lastReason = error
      servers.destroy()
      throw error
    } finally {
      connecting = undefined
    }
  }

  const connectForever = async (): Promise<void> => {
    for (let tries = 0; !isClosed && current === undefined; tries += 1) {
      await sleep(pauseAfter(tries), undefined, { ref: false })
      await connect().catch((error: unknown) => {
        if (!isClosed) report.failure(error)
      })
    }
  }

  /** Of every master: is it one, does it evict, and since when does it remember. Throws StoreError. */
  const examine = async (servers: RedisServers): Promise<Date> => {
    const marked = await servers.masters()
    const since = await Promise.all(
      marked.map(async ({ node, marker }: Marked) => {
        const info = await node.inspect()
        checkInfo(node, info)
        if (info.role === undefined) report.hidden()
        const values = [String(now().getTime()), info.runId ?? '', String(MARKER_TTL_MS)]
        return Number(await node.run(REMEMBER, [marker], values))
      }),
    )
    return new Date(Math.max(...since))
  }

  const checkLater = (servers: RedisServers): void => {
    if (servers !== current) return
    nextCheck = setTimeout(() => void checkNow(servers).then(() => checkLater(servers)), CHECK_EVERY_MS)
    nextCheck.unref()
  }

  /** Many operations may want it at once. */
  const checkNow = (servers: RedisServers): Promise<void> => {
    checking ??= checkOnce(servers).finally(() => {
      checking = undefined
    })
    return checking
  }

  const checkOnce = async (servers: RedisServers): Promise<void> => {
    if (servers !== current) return
    try {
      const since = await inTime(
        OPERATION_WITHIN_MS,
        servers.check().then(() => examine(servers)),
      )
      if (servers === current) rememberedSince = since
    } catch (error) {
      fail(servers, error)
    }
  }

  const fail = (servers: RedisServers, error: unknown): void => {
    if (endsConnection(error)) lose(servers, error)
    else report.refusal(error)
    // Perhaps the replica is gone: then nothing has to wait for it any more.
    if (error instanceof NotReplicatedError) void checkNow(servers)
  }

  return {
    open: async () => {
      const deadline = performance.now() + START_WITHIN_MS
      while (current === undefined) {
        try {
          await connect()
        } catch (error) {
          if (error instanceof StoreError) throw error
          if (isFinal(error) || performance.now() > deadline) throw unavailable(error)
          await sleep(START_PAUSE_MS)
        }
      }
    },
    at: async (key, operation) => {
      const servers = current
      if (servers === undefined) throw unavailable(lastReason)
      try {
        return await inTime(OPERATION_WITHIN_MS, servers.at(key, operation))
      } catch (error) {
        fail(servers, error)
        throw unavailable(error)
      }
    },
    remembersSince: () => rememberedSince,
    check: async () => {
      if (current !== undefined) await checkNow(current)
      if (current === undefined) throw unavailable(lastReason)
    },
    close: () => {
      isClosed = true
      clearTimeout(nextCheck)
      for (const servers of [current, connecting]) servers?.destroy()
      current = undefined
      lastReason = CLOSED
    },
  }
}

/** Throws Error for a server that is no master, StoreError for one that may forget. */
function checkInfo({ address }: RedisNode, { role, evictionPolicy }: NodeInfo): void {
  if (role !== undefined && role !== 'master') throw new Error(`${address} is a replica`)
  if (evictionPolicy === undefined || evictionPolicy === 'noeviction') return
  throw new StoreError('store.evicts', {
    sentence: `Redis at ${address} has maxmemory-policy ${evictionPolicy}: it may delete keys before they expire, so a used assertion could be accepted again.`,
    expected: 'noeviction',
    found: evictionPolicy,
    source: 'maxmemory-policy',
  })
}

/** Doubled each time, and up to half as long again: gateways that lost the same Redis do not return all at once. */
function pauseAfter(tries: number): number {
  return Math.min(SHORTEST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) * (1 + Math.random() / 2)
}

function inTime<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  return within(milliseconds, work, () => {
    throw new Error(`no answer within ${milliseconds / 1000} s`)
  })
}

/** Says each reason why there is no connection once, and once that it is there again. */
function reporter(log: (line: string) => void) {
  const lostFor = new Set<string>()
  const refusedAt = new Map<string, number>()
  let isHidden = false
  return {
    failure: (cause: unknown): void => {
      const reason = reasonOf(cause)
      if (lostFor.has(reason)) return
      lostFor.add(reason)
      log(`the store is unavailable: ${reason}`)
    },
    success: (): void => {
      if (lostFor.size > 0) log('the store is available again')
      lostFor.clear()
    },
    /** Of a Redis that may not be asked for INFO. */
    hidden: (): void => {
      if (!isHidden) log('Redis does not permit INFO: its eviction policy, replicas and restarts are unknown')
      isHidden = true
    },
    /** Of a Redis that answers, but not as it should: at most once a minute. */
    refusal: (cause: unknown): void => {
      const reason = reasonOf(cause)
      const at = performance.now()
      if (at - (refusedAt.get(reason) ?? Number.NEGATIVE_INFINITY) < REPEAT_REPORT_MS) return
      // Reasons are few; should one name something that changes, this ends it.
      if (refusedAt.size > 100) refusedAt.clear()
      refusedAt.set(reason, at)
      log(`the store refuses an operation: ${reason}`)
    },
  }
}
