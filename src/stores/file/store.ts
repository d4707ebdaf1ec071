/**
 * The store in files, for one machine: transactions of LMDB that survive kill -9 and a loss of power, shared by every
 * gateway process that opens the same folder. folder.ts decides which folders may be used, group-commit.ts when a
 * transaction begins, and entry.ts how a record is written.
 */
import { type Database, open, type RootDatabase } from 'lmdb'
import { fingerprint } from '../../core/ids.ts'
import type { Admission, Clock, Room, Store } from '../../gateway/ports.ts'
import { StoreError } from '../errors.ts'
import { createEnds, type EndDatabases, type Ends, type Place } from './ends.ts'
import { type Entry, readEntry, writeEntry } from './entry.ts'
import { useFolder } from './folder.ts'
import { createGroupCommit } from './group-commit.ts'

export interface FileStore {
  readonly store: Store
  /** Throws StoreError if nothing can be written. */
  check(): Promise<void>
  /** Resolves when everything is on disk. */
  close(): Promise<void>
}

interface Databases extends EndDatabases {
  readonly root: RootDatabase<string, string>
  readonly records: Database<string, string>
  /** `[key, hash of the member]` to an entry: expiry and member. */
  readonly members: Database<string, [string, string]>
  /** Records and octets of each room. */
  readonly rooms: Database<string, string>
}

/** Milliseconds. Ends are entered by the minute, so a session in use is entered once a minute and not at each request. */
const MINUTE = 60_000
const SWEEP_EVERY = 30_000
/** A room that is full is looked through sooner, as much of it may have expired. */
const SWEEP_FULL_EVERY = 1_000
/** About how many ends one transaction looks at: few milliseconds of work. */
const MOST_PER_SWEEP = 1_000

/**
 * Opens the store in that folder and creates it where there is none. `tell` hears what an operator has to know while it
 * is open. Throws StoreError when the folder must not or cannot be used.
 */
export async function openFileStore(folder: string, now: Clock, tell: (sentence: string) => void): Promise<FileStore> {
  const lease = await useFolder(folder, now, tell)
  try {
    const databases = openDatabases(folder)
    const ends = createEnds(databases)
    const commits = createGroupCommit(databases.root, ends.write)
    const remembersSince = await commits.write(() => beganAt(databases, now))
    return {
      store: createStore(databases, now, {
        ends,
        remembersSince,
        write: (operation) => {
          lease.mustHold()
          return commits.write(operation)
        },
        mustHold: lease.mustHold,
      }),
      check: () => commits.write(() => lease.mustHold()),
      close: async () => {
        await commits.idle()
        await databases.root.close()
        await lease.release()
      },
    }
  } catch (cause) {
    await lease.release()
    if (cause instanceof StoreError && cause.code !== 'store.unavailable') throw cause
    const reason = cause instanceof StoreError ? cause.found : String(cause)
    throw new StoreError('store.unusable', { sentence: `The file store ${folder} cannot be opened: ${reason}.`, cause })
  }
}

function openDatabases(folder: string): Databases {
  // Commits are acknowledged when they are on disk (overlappingSync), and one at a time (eventTurnBatching): so a commit
  // that fails rejects what was waiting for it and nothing else.
  const root = open<string, string>({
    path: folder,
    encoding: 'string',
    overlappingSync: false,
    eventTurnBatching: false,
  })
  return {
    root,
    records: root.openDB('records', { encoding: 'string' }),
    members: root.openDB('members', { encoding: 'string' }),
    ends: root.openDB('ends-by-time', { encoding: 'string' }),
    singleEnds: root.openDB('ends', { encoding: 'string' }),
    rooms: root.openDB('rooms', { encoding: 'string' }),
  } as Databases
}

/** When this store was created: what was used before that is not known to it. */
function beganAt({ root }: Databases, now: Clock): Date {
  const known = root.get('began')
  if (known !== undefined) return new Date(Number(known))
  root.putSync('began', String(now().getTime()))
  return now()
}

interface Access {
  readonly ends: Ends
  readonly remembersSince: Date
  readonly write: <Result>(operation: () => Result) => Promise<Result>
  /** Throws StoreError when another machine has taken the store. */
  readonly mustHold: () => void
}

function createStore(databases: Databases, now: Clock, { ends, remembersSince, write, mustHold }: Access): Store {
  const inTransaction = operations(databases, ends, now)
  const reading = <Result>(read: () => Result): Result => {
    mustHold()
    // Other processes write too: a snapshot of an earlier moment is not good enough.
    databases.root.resetReadTxn()
    return read()
  }
  return {
    remembersSince,
    put: (key, value, expiresAt) => write(() => inTransaction.put(key, value, expiresAt)),
    admit: (room, key, value, expiresAt) => write(() => inTransaction.admit(room, key, value, expiresAt)),
    extend: (key, expiresAt) => write(() => inTransaction.extend(key, expiresAt)),
    swap: (key, before, after, expiresAt) => write(() => inTransaction.swap(key, before, after, expiresAt)),
    get: async (key) => reading(() => inTransaction.get(key)),
    take: (key) => write(() => inTransaction.take(key)),
    claim: (key, expiresAt) => write(() => inTransaction.claim(key, expiresAt)),
    count: (key, expiresAt) => write(() => inTransaction.count(key, expiresAt)),
    delete: (key) => write(() => inTransaction.delete(key)),
    add: (key, member, expiresAt) => write(() => inTransaction.add(key, member, expiresAt)),
    members: async (key) => reading(() => inTransaction.members(key)),
  }
}

/** Synchronous, so atomic: what changes something runs inside a transaction. */
function operations(databases: Databases, ends: Ends, now: Clock) {
  const { records, members } = databases
  const rooms = createRooms(databases)
  let sweptAt = 0

  const stored = (key: string): Entry | undefined => {
    const text = records.get(key)
    return text === undefined ? undefined : readEntry(text)
  }
  const ifLive = (entry: Entry | undefined): Entry | undefined =>
    entry !== undefined && entry.expiresAt > now().getTime() ? entry : undefined
  /** `before`: what is stored under the key, expired or not. */
  const set = (key: string, entry: Entry, before: Entry | undefined): void => {
    if (before) rooms.subtract(key, before)
    records.putSync(key, writeEntry(entry))
    rooms.add(key, entry)
    const end = endOf(entry)
    if (before === undefined || endOf(before) !== end) ends.enter(end, [key])
  }
  const remove = (key: string, before: Entry | undefined): void => {
    if (before === undefined) return
    rooms.subtract(key, before)
    records.removeSync(key)
  }
  const sweep = (every = SWEEP_EVERY): void => {
    const at = now().getTime()
    if (at - sweptAt < every) return
    sweptAt = ends.takeDue(at, MOST_PER_SWEEP, (place) => dropExpired(place, at)) < MOST_PER_SWEEP ? at : 0
  }
  const dropExpired = ([key, member]: Place, at: number): void => {
    if (member === undefined) {
      const entry = stored(key)
      if (entry && entry.expiresAt <= at) remove(key, entry)
    } else {
      const text = members.get([key, member])
      if (text !== undefined && readEntry(text).expiresAt <= at) members.removeSync([key, member])
    }
  }

  return {
    put: (key: string, value: string, expiresAt: Date): void => {
      sweep()
      set(key, { value, expiresAt: expiresAt.getTime(), room: '' }, stored(key))
    },
    get: (key: string): string | undefined => ifLive(stored(key))?.value,
    admit: (room: Room, key: string, value: string, expiresAt: Date): Admission => {
      sweep()
      const before = stored(key)
      if (ifLive(before)) return 'exists'
      remove(key, before)
      if (!rooms.fits(room, key, value)) sweep(SWEEP_FULL_EVERY)
      if (!rooms.fits(room, key, value)) return 'full'
      set(key, { value, expiresAt: expiresAt.getTime(), room: room.name }, undefined)
      return 'kept'
    },
    extend: (key: string, expiresAt: Date): boolean => {
      const before = ifLive(stored(key))
      if (before === undefined) return false
      set(key, { ...before, expiresAt: expiresAt.getTime() }, before)
      return true
    },
    swap: (key: string, before: string | undefined, after: string, expiresAt: Date): boolean => {
      sweep()
      const entry = stored(key)
      if (ifLive(entry)?.value !== before) return false
      set(key, { value: after, expiresAt: expiresAt.getTime(), room: '' }, entry)
      return true
    },
    take: (key: string): string | undefined => {
      const before = stored(key)
      remove(key, before)
      return ifLive(before)?.value
    },
    claim: (key: string, expiresAt: Date): boolean => {
      sweep()
      const before = stored(key)
      if (ifLive(before)) return false
      set(key, { value: '', expiresAt: expiresAt.getTime(), room: '' }, before)
      return true
    },
    count: (key: string, expiresAt: Date): number => {
      sweep()
      const entry = stored(key)
      const before = ifLive(entry)
      const counted = Number(before?.value ?? 0) + 1
      set(key, { value: String(counted), expiresAt: before?.expiresAt ?? expiresAt.getTime(), room: '' }, entry)
      return counted
    },
    delete: (key: string): void => remove(key, stored(key)),
    add: (key: string, member: string, expiresAt: Date): void => {
      sweep()
      const hash = fingerprint(member)
      const entry = { value: member, expiresAt: expiresAt.getTime(), room: '' }
      members.putSync([key, hash], writeEntry(entry))
      ends.enter(endOf(entry), [key, hash])
    },
    members: (key: string): readonly string[] => {
      const at = now().getTime()
      const entries = [...members.getRange({ start: [key, ''], end: [key, '\uffff'] })].map(({ value }) =>
        readEntry(value),
      )
      return entries.filter(({ expiresAt }) => expiresAt > at).map(({ value }) => value)
    },
  }
}

/** When to look whether it has expired. What is in a room takes its space only until it has. */
function endOf({ expiresAt, room }: Entry): number {
  return room === '' ? Math.ceil(expiresAt / MINUTE) * MINUTE : expiresAt
}

/** How much is in each room: `RECORDS OCTETS`, in the same transactions as the records themselves. */
function createRooms({ rooms }: Pick<Databases, 'rooms'>) {
  const contents = (room: string): readonly [number, number] => {
    const [records = 0, octets = 0] = (rooms.get(room) ?? '').split(' ').map(Number)
    return [records, octets]
  }
  const change = ({ room, value }: Entry, key: string, by: 1 | -1): void => {
    if (room === '') return
    const [records, octets] = contents(room)
    rooms.putSync(room, `${records + by} ${octets + by * octetsOf(key, value)}`)
  }
  return {
    add: (key: string, entry: Entry): void => change(entry, key, 1),
    subtract: (key: string, entry: Entry): void => change(entry, key, -1),
    fits: ({ name, mostRecords, mostOctets }: Room, key: string, value: string): boolean => {
      const [records, octets] = contents(name)
      return records < mostRecords && octets + octetsOf(key, value) <= mostOctets
    },
  }
}

function octetsOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value)
}
