/**
 * Seals what a store outside the process holds, so that a copy of it shows no assertion, token, subject or role: values
 * with AES-256-GCM, ids in keys by their hash and the time that they begin with. Keys are derived from `session.secret`: the first seals, all open.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { fingerprint, stampOf } from '../core/ids.ts'
import type { Secret } from '../core/secret.ts'
import { createRecent } from '../core/text/recent.ts'
import type { Store } from '../gateway/ports.ts'

export interface SealedStore extends Store {
  /** How many records were read that none of the secrets opens. They count as absent. */
  unreadable(): number
}

/** A stored value, sealed and open. */
interface Known {
  readonly raw: string
  readonly value: string
}

interface Keys {
  /** Says which key sealed a value. */
  readonly id: Buffer
  readonly encryption: Buffer
  readonly nonces: Buffer
}

const ID_OCTETS = 4
const NONCE_OCTETS = 12
const TAG_OCTETS = 16

/** In characters, of each of two halves. */
const MOST_KNOWN = 2 * 1024 * 1024

/** `tell` is called once, at the first record that cannot be opened. */
export function sealing(
  store: Store,
  secrets: readonly [Secret, ...Secret[]],
  tell: (sentence: string) => void,
): SealedStore {
  const [first, ...older] = secrets
  const current = keysOf(first)
  const keys = [current, ...older.map(keysOf)]
  let unreadable = 0

  /** Only spares opening: what counts as stored is always the store's own text. */
  const known = createRecent<Known>(MOST_KNOWN)
  const remember = (key: string, raw: string, value: string): void =>
    known.set(key, { raw, value }, raw.length + value.length)

  const seal = (key: string, value: string): string => {
    const raw = sealed(current, key, value)
    remember(key, raw, value)
    return raw
  }
  const open = (key: string, raw: string | undefined): string | undefined => {
    // A mark has an empty value.
    if (raw === undefined || raw === '') return raw
    const value = opened(keys, key, raw)
    if (value === undefined) {
      if (unreadable === 0)
        tell(
          'A stored record cannot be opened with any of `session.secret` and counts as absent. Its user has to sign in again.',
        )
      unreadable += 1
    }
    return value
  }

  const openRecord = (key: string, raw: string | undefined): string | undefined => {
    const last = known.get(key)
    if (last !== undefined && last.raw === raw) return last.value
    const value = open(key, raw)
    if (raw !== undefined && value !== undefined) remember(key, raw, value)
    return value
  }

  return {
    get remembersSince() {
      return store.remembersSince
    },
    unreadable: () => unreadable,
    put: (key, value, expiresAt) => store.put(named(key), seal(key, value), expiresAt),
    admit: (room, key, value, expiresAt) => store.admit(room, named(key), seal(key, value), expiresAt),
    extend: (key, expiresAt) => store.extend(named(key), expiresAt),
    swap: async (key, before, after, expiresAt) => {
      const last = known.get(key)
      const next = seal(key, after)
      if (before !== undefined && last?.value === before && (await store.swap(named(key), last.raw, next, expiresAt)))
        return true
      // What is stored may be sealed with an older secret, so it is read again instead of being sealed again.
      const raw = await store.get(named(key))
      return openRecord(key, raw) === before && store.swap(named(key), raw, next, expiresAt)
    },
    get: async (key) => openRecord(key, await store.get(named(key))),
    take: async (key) => {
      const value = openRecord(key, await store.take(named(key)))
      known.delete(key)
      return value
    },
    // Marks and counts hold nothing.
    claim: (key, expiresAt) => store.claim(named(key), expiresAt),
    count: (key, expiresAt) => store.count(named(key), expiresAt),
    delete: (key) => {
      known.delete(key)
      return store.delete(named(key))
    },
    add: (key, member, expiresAt) => store.add(named(key), sealed(current, key, member), expiresAt),
    members: async (key) => {
      const members = await store.members(named(key))
      // After a rotation of the secret the same member may be there twice.
      return [...new Set(members.flatMap((raw) => open(key, raw) ?? []))]
    },
  }
}

function keysOf(secret: Secret): Keys {
  const derived = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), '', `fedgate store, version 1: ${purpose}`, 32))
  return {
    id: derived('id').subarray(0, ID_OCTETS),
    encryption: derived('encryption'),
    nonces: derived('nonces'),
  }
}

/** `prefix:id` with the hash of the id, after its time if it begins with one: tokens and names are ids too. */
function named(key: string): string {
  const end = key.indexOf(':') + 1
  const id = key.slice(end)
  return `${key.slice(0, end)}${stampOf(id)}${fingerprint(id)}`
}

/**
 * The record's key is authenticated too, so a value does not open under another one. The nonce is a MAC of key and value:
 * what is sealed twice is the same text twice, which makes the members of a set comparable, and two different values
 * never share a nonce but by a chance of 2^-96.
 */
function sealed({ id, encryption, nonces }: Keys, key: string, value: string): string {
  const nonce = createHmac('sha256', nonces).update(`${key}\n`).update(value).digest().subarray(0, NONCE_OCTETS)
  const cipher = createCipheriv('aes-256-gcm', encryption, nonce).setAAD(Buffer.from(key))
  return Buffer.concat([id, nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  )
}

function opened(all: readonly Keys[], key: string, raw: string): string | undefined {
  const octets = Buffer.from(raw, 'base64')
  const keys = all.find(({ id }) => id.equals(octets.subarray(0, ID_OCTETS)))
  if (keys === undefined || octets.length < ID_OCTETS + NONCE_OCTETS + TAG_OCTETS) return undefined
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      keys.encryption,
      octets.subarray(ID_OCTETS, ID_OCTETS + NONCE_OCTETS),
      {
        authTagLength: TAG_OCTETS,
      },
    )
    decipher.setAAD(Buffer.from(key)).setAuthTag(octets.subarray(-TAG_OCTETS))
    const text = decipher.update(octets.subarray(ID_OCTETS + NONCE_OCTETS, -TAG_OCTETS))
    return Buffer.concat([text, decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
