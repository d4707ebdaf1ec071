import type { Config, StoreConfig } from '../../config/types.ts'
import { StoreError } from '../../stores/errors.ts'
import { type OpenStore, openStore, type StoreDeps } from '../../stores/open.ts'
import { StartError } from '../errors.ts'

/** Opens the store of that configuration. Throws StartError or StoreError. */
export async function openConfiguredStore(
  { session }: Pick<Config, 'session'>,
  context: StoreDeps,
): Promise<OpenStore> {
  return openStore(session.store, context).catch((cause: unknown) => {
    if (!(cause instanceof StoreError)) throw cause
    if (session.store.kind === 'file') throw cause
    if (cause.code === 'store.evicts') throw new StartError('start.store_unsafe', { sentence: cause.message, cause })
    const sentence = `The store at ${placeOf(session.store)} cannot be reached: ${cause.found?.replace(/\.$/, '')}.`
    throw new StartError('start.store_unreachable', { sentence, cause })
  })
}

/** Where the store is, in words for the operator: never with a password. */
function placeOf(store: StoreConfig): string {
  if (store.kind !== 'redis') return store.kind === 'file' ? store.folder : store.kind
  const { servers } = store
  const addresses = (servers.kind === 'node' ? [servers] : servers.nodes).map(({ host, port }) => `${host}:${port}`)
  return servers.kind === 'sentinel' ? `${servers.name} (sentinels ${addresses.join(', ')})` : addresses.join(', ')
}
