import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

const MOST_ENTRIES = 1000

/**
 * Storage for oidc-provider that lives as long as the process. Bounded: the oldest entry makes room. What has expired
 * is refused by oidc-provider itself, which keeps the time in every payload.
 */
export const memoryAdapter = (): AdapterFactory => {
  const entries = new Map<string, AdapterPayload>()
  return (name) => adapter(entries, name)
}

const adapter = (entries: Map<string, AdapterPayload>, name: string): Adapter => {
  const keyOf = (id: string) => `${name}:${id}`
  const findBy = async (matches: (payload: AdapterPayload) => boolean) =>
    [...entries].find(([key, payload]) => key.startsWith(`${name}:`) && matches(payload))?.[1]
  return {
    upsert: async (id, payload) => {
      entries.delete(keyOf(id))
      entries.set(keyOf(id), payload)
      const [oldest] = entries.keys()
      if (entries.size > MOST_ENTRIES && oldest !== undefined) entries.delete(oldest)
    },
    find: async (id) => entries.get(keyOf(id)),
    findByUid: (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: (userCode) => findBy((payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = entries.get(keyOf(id))
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => void entries.delete(keyOf(id)),
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of entries) if (payload.grantId === grantId) entries.delete(key)
    },
  }
}
