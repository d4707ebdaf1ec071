/**
 * The stores: they keep what outlives a request, behind the port in gateway/ports.ts, and know nothing of what they
 * keep. This one keeps it in the process: for one gateway, and gone when it stops. test/stores/conformance.ts says
 * what every store must do.
 */
import type { Admission, Clock, Room, Store } from '../gateway/ports.ts'
import { createTally, type Tally } from './tally.ts'

interface Entry {
  readonly value: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** The name of the room that it was admitted to. */
  readonly room?: string
}

type Entries = Map<string, Entry>
/** The ends of each set's members, in milliseconds. */
type Sets = Map<string, Map<string, number>>

const SWEEP_EVERY_MS = 30_000
/** A room that is full is looked through sooner, as much of it may have expired. */
const SWEEP_FULL_EVERY_MS = 1_000

/**
 * What all records together may have, in octets, before rooms admit no more: some sixty thousand users signed in. It
 * leaves a heap of 512 MB standing, with what the maps need besides.
 */
const MOST_OCTETS = 256 * 1024 * 1024

/**
 * Every operation is synchronous inside, and so atomic. Expired entries are never returned, and swept now and then.
 * Nothing is dropped before its time: with `mostOctets` in the store, every room is full.
 */
export function createMemoryStore(now: Clock, { mostOctets = MOST_OCTETS } = {}): Store {
  const entries: Entries = new Map()
  const sets: Sets = new Map()
  const tally = createTally()
  let sweptAt = 0

  const remove = (key: string): void => {
    const entry = entries.get(key)
    if (entry === undefined) return
    tally.subtract(entry.room, key, entry.value)
    entries.delete(key)
  }
  const set = (key: string, entry: Entry): void => {
    remove(key)
    entries.set(key, entry)
    tally.add(entry.room, key, entry.value)
  }
  const dropExpired = (at: number): void => {
    for (const [key, { expiresAt }] of entries) if (expiresAt <= at) remove(key)
    dropExpiredMembers(sets, tally, at)
  }
  const sweep = (every = SWEEP_EVERY_MS): void => {
    const at = now().getTime()
    if (at - sweptAt < every) return
    sweptAt = at
    dropExpired(at)
  }
  const live = (key: string): string | undefined => {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAt > now().getTime() ? entry.value : undefined
  }
  const fits = (room: Room, key: string, value: string): boolean =>
    tally.fits(room, key, value) && tally.all().octets < mostOctets

  return {
    remembersSince: now(),
    put: async (key, value, expiresAt) => {
      sweep()
      set(key, { value, expiresAt: expiresAt.getTime() })
    },
    admit: async (room, key, value, expiresAt): Promise<Admission> => {
      sweep()
      if (live(key) !== undefined) return 'exists'
      remove(key)
      if (!fits(room, key, value)) sweep(SWEEP_FULL_EVERY_MS)
      if (!fits(room, key, value)) return 'full'
      set(key, { value, expiresAt: expiresAt.getTime(), room: room.name })
      return 'kept'
    },
    extend: async (key, expiresAt) => {
      const entry = entries.get(key)
      if (entry === undefined || live(key) === undefined) return false
      entries.set(key, { ...entry, expiresAt: expiresAt.getTime() })
      return true
    },
    swap: async (key, before, after, expiresAt) => {
      sweep()
      if (live(key) !== before) return false
      set(key, { value: after, expiresAt: expiresAt.getTime() })
      return true
    },
    get: async (key) => live(key),
    take: async (key) => {
      const value = live(key)
      remove(key)
      return value
    },
    claim: async (key, expiresAt) => {
      sweep()
      if (live(key) !== undefined) return false
      set(key, { value: '', expiresAt: expiresAt.getTime() })
      return true
    },
    count: async (key, expiresAt) => {
      sweep()
      const before = entries.get(key)
      const end = live(key) === undefined ? expiresAt.getTime() : (before?.expiresAt ?? 0)
      const counted = Number(live(key) ?? 0) + 1
      set(key, { value: String(counted), expiresAt: end })
      return counted
    },
    delete: async (key) => remove(key),
    add: async (key, member, expiresAt) => {
      sweep()
      const members = sets.get(key) ?? new Map<string, number>()
      if (!members.has(member)) tally.add(undefined, key, member)
      sets.set(key, members.set(member, expiresAt.getTime()))
    },
    members: async (key) => {
      const at = now().getTime()
      return [...(sets.get(key) ?? [])].filter(([, expiresAt]) => expiresAt > at).map(([member]) => member)
    },
  }
}

function dropExpiredMembers(sets: Sets, tally: Tally, at: number): void {
  for (const [key, members] of sets) {
    for (const [member, expiresAt] of members) {
      if (expiresAt > at) continue
      tally.subtract(undefined, key, member)
      members.delete(member)
    }
    if (members.size === 0) sets.delete(key)
  }
}
