/** Opens the store that the configuration names. A store outside the process is loaded only where it is configured. */
import type { StoreConfig } from '../config/types.ts'
import type { Secret } from '../core/secret.ts'
import type { Clock, Store } from '../gateway/ports.ts'
import { createMemoryStore } from './memory.ts'
import { sealing } from './sealing.ts'

export interface OpenStore {
  readonly store: Store
  /** Throws StoreError if the store does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface StoreDeps {
  readonly now: Clock
  /** What is kept outside the process is sealed with the first of these, and opened with any. */
  readonly secrets: readonly [Secret, ...Secret[]]
  /** A line for the operator. */
  readonly log: (line: string) => void
}

/** Throws StoreError if the store cannot be used now. */
export async function openStore(config: StoreConfig, deps: StoreDeps): Promise<OpenStore> {
  switch (config.kind) {
    case 'memory':
      return { store: createMemoryStore(deps.now), check: async () => {}, close: async () => {} }
    case 'file': {
      const { openFileStore } = await import('./file/store.ts')
      return sealed(await openFileStore(config.folder, deps.now, deps.log), deps)
    }
    case 'redis': {
      const { openRedisStore } = await import('./redis.ts')
      return sealed(await openRedisStore(config, deps), deps)
    }
  }
}

function sealed(opened: OpenStore, { secrets, log }: StoreDeps): OpenStore {
  return { ...opened, store: sealing(opened.store, secrets, log) }
}
