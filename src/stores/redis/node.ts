/** One server of Redis, over one connection: runs scripts on it and knows whether its replicas have what was written. */
import type { RedisClientType } from '@redis/client'
import { isNotAdmitted, NotReplicatedError } from './failures.ts'
import type { Script } from './scripts.ts'

/** connection.ts has a limit for all that an operation does; one for each command would be another signal and timer. */
const WITHOUT_TIMEOUT = { timeout: 0 }

/** Part of what an operation may take in all: it ends before the operation does. */
const REPLICA_WITHIN_MS = 500

/** A replica that was heard of within so many seconds counts as connected. */
const MOST_LAG_SECONDS = 5

/** A last replica that is gone may just be becoming the master: for so long, nothing is believed without a replica. */
const REPLICA_GONE_AFTER_MS = 5_000

/** What a server says of itself. undefined: it does not say, as the user may not ask. */
export interface NodeInfo {
  readonly role: string | undefined
  /** Another one after each restart. */
  readonly runId: string | undefined
  readonly evictionPolicy: string | undefined
  readonly replicas: number | undefined
}

export interface RedisNode {
  readonly client: RedisClientType
  /** `host:port` */
  readonly address: string
  /** Keys first. */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown>
  send(command: readonly string[]): Promise<unknown>
  /** Asks the server, and remembers whether it has replicas. */
  inspect(): Promise<NodeInfo>
  /**
   * Resolves when a replica has everything that this connection wrote so far, or at once where there is none. Throws
   * NotReplicatedError.
   */
  replicated(): Promise<void>
}

/**
 * `isImporting`: the node takes over a place of the cluster and is asked for it before its time, so every command has
 * to follow ASKING.
 */
export function createNode(client: RedisClientType, address: string, isImporting = false): RedisNode {
  let [hasReplicas, seenAt] = [false, 0]
  const send = (command: readonly string[]): Promise<unknown> => {
    if (isImporting) void client.sendCommand(['ASKING']).catch(() => {})
    return client.sendCommand([...command], WITHOUT_TIMEOUT)
  }
  const wait = groupedWait(async () => {
    if (Number(await send(['WAIT', '1', String(REPLICA_WITHIN_MS)])) < 1) throw new NotReplicatedError()
  })
  return {
    client,
    address,
    send,
    run: (script, keys, values) => {
      const rest = [String(keys.length), ...keys, ...values]
      return send(['EVALSHA', script.sha, ...rest]).catch((error: unknown) => {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        return send(['EVAL', script.text, ...rest])
      })
    },
    inspect: async () => {
      // Asks for nothing: it shows at the start, and not at the first sign-in, whether the user may.
      await send(['WAIT', '0', '0'])
      const info = await readInfo(send)
      if ((info.replicas ?? 0) > 0) [hasReplicas, seenAt] = [true, performance.now()]
      else if (performance.now() - seenAt > REPLICA_GONE_AFTER_MS) hasReplicas = false
      return info
    },
    replicated: async () => {
      if (hasReplicas) await wait()
    },
  }
}

/**
 * WAIT holds up what follows on its connection until a replica has answered, and covers all that went before. So one is
 * sent for everything that came while the last one was under way.
 */
function groupedWait(wait: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    next ??= current
      .catch(() => {})
      .then(() => {
        next = undefined
        current = wait()
        return current
      })
    return next
  }
}

async function readInfo(send: RedisNode['send']): Promise<NodeInfo> {
  const text = await send(['INFO']).catch((error: unknown) => {
    if (isNotAdmitted(error)) return ''
    throw error
  })
  const lines = String(text).split('\r\n')
  const fields = new Map(lines.map((line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 1)]))
  return {
    role: fields.get('role'),
    runId: fields.get('run_id'),
    evictionPolicy: fields.get('maxmemory_policy'),
    replicas: text === '' ? undefined : lines.filter(isConnectedReplica).length,
  }
}

/** `slave0:ip=…,port=…,state=online,offset=…,lag=0` */
function isConnectedReplica(line: string): boolean {
  const lag = /^slave\d+:.*\bstate=online\b.*\blag=(\d+)/.exec(line)?.[1]
  return lag !== undefined && Number(lag) <= MOST_LAG_SECONDS
}
