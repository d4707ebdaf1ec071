/** Opens the store that the configuration names. A store outside the process is loaded only where it is configured. */
import type { StoreConfig } from '../config/types.ts'
import type { Log } from '../core/log.ts'
import type { Secret } from '../core/secret.ts'
import type { Clock, Store } from '../gateway/ports.ts'
import { createMemoryStore } from './memory.ts'
import { sealing } from './sealing.ts'

export interface OpenStore {
  /**
   * What is stored outside the process is sealed with the first of these secrets, and opened with any: the same store
   * may be used with other secrets after a rotation.
   */
  sealedBy(secrets: readonly [Secret, ...Secret[]]): Store
  /** Throws StoreError if the store does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface StoreDeps {
  readonly now: Clock
  readonly log: Log
}

/** Throws StoreError if the store cannot be used now. */
export async function openStore(config: StoreConfig, deps: StoreDeps): Promise<OpenStore> {
  switch (config.kind) {
    case 'memory': {
      const store = createMemoryStore(deps.now)
      return { sealedBy: () => store, check: async () => {}, close: async () => {} }
    }
    case 'file': {
      const { openFileStore } = await import('./file/store.ts')
      return sealable(await openFileStore(config.folder, deps.now, deps.log.warn), deps)
    }
    case 'redis': {
      const { openRedisStore } = await import('./redis.ts')
      return sealable(await openRedisStore(config, { now: deps.now, log: deps.log.warn }), deps)
    }
  }
}

function sealable(
  { store, ...opened }: Omit<OpenStore, 'sealedBy'> & { readonly store: Store },
  { log }: StoreDeps,
): OpenStore {
  return { ...opened, sealedBy: (secrets) => sealing(store, secrets, log.warn) }
}
