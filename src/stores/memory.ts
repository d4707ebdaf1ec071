/**
 * The stores: they keep what outlives a request, behind the port in gateway/ports.ts, and know nothing of what they
 * keep. This one keeps it in the process: for one gateway, and gone when it stops. test/stores/conformance.ts says
 * what every store has to do.
 */
import type { Clock, Store } from '../gateway/ports.ts'

interface Entry {
  readonly value: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

type Entries = Map<string, Entry>
/** The ends of each set's members, in milliseconds. */
type Sets = Map<string, Map<string, number>>

const SWEEP_EVERY_MS = 30_000

const dropExpired = (entries: Entries, sets: Sets, at: number): void => {
  for (const [key, { expiresAt }] of entries) if (expiresAt <= at) entries.delete(key)
  for (const [key, members] of sets) {
    for (const [member, expiresAt] of members) if (expiresAt <= at) members.delete(member)
    if (members.size === 0) sets.delete(key)
  }
}

/** Every operation is synchronous inside, and so atomic. Expired entries are never returned, and swept now and then. */
export const createMemoryStore = (now: Clock): Store => {
  const entries: Entries = new Map()
  const sets: Sets = new Map()
  let sweptAt = 0

  const sweep = (at: number): void => {
    if (at - sweptAt < SWEEP_EVERY_MS) return
    sweptAt = at
    dropExpired(entries, sets, at)
  }

  const live = (key: string): string | undefined => {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAt > now().getTime() ? entry.value : undefined
  }

  return {
    remembersSince: now(),
    put: async (key, value, expiresAt) => {
      sweep(now().getTime())
      entries.set(key, { value, expiresAt: expiresAt.getTime() })
    },
    replace: async (key, value, expiresAt) => {
      if (live(key) === undefined) return false
      entries.set(key, { value, expiresAt: expiresAt.getTime() })
      return true
    },
    swap: async (key, before, after, expiresAt) => {
      sweep(now().getTime())
      if (live(key) !== before) return false
      entries.set(key, { value: after, expiresAt: expiresAt.getTime() })
      return true
    },
    get: async (key) => live(key),
    take: async (key) => {
      const value = live(key)
      entries.delete(key)
      return value
    },
    claim: async (key, expiresAt) => {
      sweep(now().getTime())
      if (live(key) !== undefined) return false
      entries.set(key, { value: '', expiresAt: expiresAt.getTime() })
      return true
    },
    delete: async (key) => {
      entries.delete(key)
    },
    add: async (key, member, expiresAt) => {
      sweep(now().getTime())
      sets.set(key, (sets.get(key) ?? new Map()).set(member, expiresAt.getTime()))
    },
    members: async (key) => {
      const at = now().getTime()
      return [...(sets.get(key) ?? [])].filter(([, expiresAt]) => expiresAt > at).map(([member]) => member)
    },
  }
}
