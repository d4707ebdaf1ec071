import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { boundedMap } from './bounded-map.ts'

const MOST_ENTRIES = 1000

type Entries = ReturnType<typeof boundedMap<AdapterPayload>>

/**
 * Storage for oidc-provider in memory. Bounded: the oldest entry makes room. oidc-provider refuses expired entries
 * itself, as every payload contains its expiry.
 */
export function memoryAdapter(): AdapterFactory {
  const entries = boundedMap<AdapterPayload>(MOST_ENTRIES)
  return (name) => adapter(entries, name)
}

function adapter(entries: Entries, name: string): Adapter {
  const keyOf = (id: string) => `${name}:${id}`
  const findBy = async (matches: (payload: AdapterPayload) => boolean) =>
    [...entries.entries()].find(([key, payload]) => key.startsWith(`${name}:`) && matches(payload))?.[1]
  return {
    upsert: async (id, payload) => entries.set(keyOf(id), payload),
    find: async (id) => entries.get(keyOf(id)),
    findByUid: (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: (userCode) => findBy((payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = entries.get(keyOf(id))
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => void entries.delete(keyOf(id)),
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of entries.entries()) if (payload.grantId === grantId) entries.delete(key)
    },
  }
}
