/**
 * How anything is written to the store and read back: the only file that calls the store's operations, so the only one
 * that sees the stored text. What is stored is listed in store-records.ts.
 *
 * A stored value is `[version,value]` in JSON. Text that was written by another version, or that does not fit the schema,
 * counts as absent: an upgrade or a damaged record asks the user to sign in again and never causes an error.
 */
import type { z } from 'zod'
import { createRecent } from '../core/text/recent.ts'
import type { Admission, Room, Store } from './ports.ts'

/** `until`: what sets the end, in words, where it depends on the record. */
export type Lifetime = { readonly seconds: number } | { readonly until: string }

/** What the documentation lists of everything that is stored. */
export interface Listed<Life extends Lifetime = Lifetime> {
  /** Keys are `prefix:id`. */
  readonly prefix: string
  readonly holds: string
  readonly lifetime: Life
}

interface Definition<Value, Life extends Lifetime> extends Listed<Life> {
  /** To be raised when the schema changes: records of other versions are not read. */
  readonly version: number
  /** Its input is JSON. Strict, so no field can be lost unnoticed. */
  readonly schema: z.ZodType<Value>
  /**
   * What was read or written is remembered by its text, and the same text is the same object again: for what is read by
   * every request. The text itself always comes from the store, so what was deleted or replaced there is not found.
   */
  readonly isRemembered?: true
}

export interface RecordKind<Value, Life extends Lifetime = Lifetime> extends Listed<Life> {
  /** Replaces what was there. */
  put(store: Store, id: string, value: Value, expiresAt: Date): Promise<void>
  admit(store: Store, room: Room, id: string, value: Value, expiresAt: Date): Promise<Admission>
  get(store: Store, id: string): Promise<Value | undefined>
  /** Reads and deletes in one step: only one of several callers gets it. */
  take(store: Store, id: string): Promise<Value | undefined>
  delete(store: Store, id: string): Promise<void>
  /** Moves the end of a record that is there; says whether it was. */
  extend(store: Store, id: string, expiresAt: Date): Promise<boolean>
  /**
   * Reads and writes without undoing what others write at the same time: `change` is called again with what they wrote.
   * Where it returns undefined nothing is written, and undefined is returned. Throws Error after 200 tries.
   */
  change(
    store: Store,
    id: string,
    change: (before: Value | undefined) => Promise<Value | undefined> | Value | undefined,
    expiresAt: (after: Value) => Date,
  ): Promise<Changed<Value> | undefined>
}

export interface Changed<Value> {
  readonly before: Value | undefined
  readonly after: Value
}

/** Something that can be used once. */
export interface Mark<Life extends Lifetime = Lifetime> extends Listed<Life> {
  /** True for the first caller only. */
  claim(store: Store, id: string, expiresAt: Date): Promise<boolean>
  isClaimed(store: Store, id: string): Promise<boolean>
}

/** A number that only grows, until its end. */
export interface Counter<Life extends Lifetime = Lifetime> extends Listed<Life> {
  /** Adds one and returns the number. Only the first call sets the end. */
  count(store: Store, id: string, expiresAt: Date): Promise<number>
}

/** A set whose members each have their own end. */
export interface SetKind<Member, Life extends Lifetime = Lifetime> extends Listed<Life> {
  add(store: Store, id: string, member: Member, expiresAt: Date): Promise<void>
  members(store: Store, id: string): Promise<readonly Member[]>
}

/** Each failed try means that another caller's succeeded: fifty callers at once need up to fifty. */
const MAX_TRIES = 200

export function defineRecord<Value, const Life extends Lifetime>(
  definition: Definition<Value, Life>,
): RecordKind<Value, Life> {
  const { prefix, holds, lifetime } = definition
  const { keyOf, write, read } = writing(definition)
  return {
    prefix,
    holds,
    lifetime,
    put: (store, id, value, expiresAt) => store.put(keyOf(id), write(value), expiresAt),
    admit: (store, room, id, value, expiresAt) => store.admit(room, keyOf(id), write(value), expiresAt),
    get: async (store, id) => read(await store.get(keyOf(id))),
    take: async (store, id) => read(await store.take(keyOf(id))),
    delete: (store, id) => store.delete(keyOf(id)),
    extend: (store, id, expiresAt) => store.extend(keyOf(id), expiresAt),
    change: async (store, id, change, expiresAt) => {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const current = await store.get(keyOf(id))
        const before = read(current)
        const after = await change(before)
        if (after === undefined) return undefined
        if (await store.swap(keyOf(id), current, write(after), expiresAt(after))) return { before, after }
      }
      throw new Error(`${prefix}: changed by others ${MAX_TRIES} times in a row`)
    },
  }
}

export function defineSet<Member, const Life extends Lifetime>(
  definition: Definition<Member, Life>,
): SetKind<Member, Life> {
  const { prefix, holds, lifetime } = definition
  const { keyOf, write, read } = writing(definition)
  return {
    prefix,
    holds,
    lifetime,
    add: (store, id, member, expiresAt) => store.add(keyOf(id), write(member), expiresAt),
    members: async (store, id) => (await store.members(keyOf(id))).flatMap((text) => read(text) ?? []),
  }
}

export function defineMark<const Life extends Lifetime>({ prefix, holds, lifetime }: Listed<Life>): Mark<Life> {
  return {
    prefix,
    holds,
    lifetime,
    claim: (store, id, expiresAt) => store.claim(keyOf(prefix, id), expiresAt),
    isClaimed: async (store, id) => (await store.get(keyOf(prefix, id))) !== undefined,
  }
}

export function defineCounter<const Life extends Lifetime>({ prefix, holds, lifetime }: Listed<Life>): Counter<Life> {
  return {
    prefix,
    holds,
    lifetime,
    count: (store, id, expiresAt) => store.count(keyOf(prefix, id), expiresAt),
  }
}

/** When a record of a fixed lifetime ends that is written now. */
export function expiryOf({ lifetime }: Listed<{ readonly seconds: number }>, now: Date): Date {
  return new Date(now.getTime() + lifetime.seconds * 1000)
}

function keyOf(prefix: string, id: string): string {
  return `${prefix}:${id}`
}

function writing<Value>({ prefix, version, schema, isRemembered }: Definition<Value, Lifetime>) {
  const known = isRemembered && createRecent<Value>(MOST_REMEMBERED)
  const decode = (text: string): Value | undefined => {
    const stored = parsed(text)
    if (!Array.isArray(stored) || stored.length !== 2 || stored[0] !== version) return undefined
    const { data } = schema.safeDecode(stored[1])
    if (data !== undefined) known?.set(text, data, text.length)
    return data
  }
  return {
    keyOf: (id: string) => keyOf(prefix, id),
    write: (value: Value): string => {
      const text = JSON.stringify([version, schema.encode(value)])
      known?.set(text, value, text.length)
      return text
    },
    read: (text: string | undefined): Value | undefined =>
      text === undefined ? undefined : (known?.get(text) ?? decode(text)),
  }
}

/** In characters, of each of two halves: the sign-ins of some hundred users who have just clicked. */
const MOST_REMEMBERED = 2 * 1024 * 1024

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
