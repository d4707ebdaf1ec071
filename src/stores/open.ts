/** Opens the store that the configuration names. A store outside the process is loaded only where it is configured. */
import type { StoreConfig } from '../config/types.ts'
import type { Clock, Store } from '../gateway/ports.ts'
import { StoreError } from './errors.ts'
import { createMemoryStore } from './memory.ts'

export interface OpenStore {
  readonly store: Store
  /** Throws StoreError if the store does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface StoreDeps {
  readonly now: Clock
  /** A line for the operator. */
  readonly log: (line: string) => void
}

/** Throws StoreError if the store cannot be used now. */
export async function openStore(config: StoreConfig, deps: StoreDeps): Promise<OpenStore> {
  switch (config.kind) {
    case 'memory':
      return { store: createMemoryStore(deps.now), check: async () => {}, close: async () => {} }
    case 'file':
      throw new StoreError('store.unavailable', { found: config.folder, expected: 'memory or Redis' })
    case 'redis': {
      const { openRedisStore } = await import('./redis.ts')
      return openRedisStore(config, deps)
    }
  }
}
