import { resolve } from 'node:path'
import { Secret } from '../../core/secret.ts'
import { parseRedisUrl, parseSentinelAddress, type RedisUrl } from '../redis-url.ts'
import type { FileConfig } from '../schema.ts'
import type { RedisAddress, RedisConfig, StoreConfig } from '../types.ts'
import { optional } from './values.ts'

type FileStore = FileConfig['session']['store']
type FileRedis = Exclude<FileStore, string>

export function storeOf(store: FileStore, folder: string, stateFolder: string): StoreConfig {
  if (store === 'memory') return { kind: 'memory' }
  if (store === 'file') return { kind: 'file', folder: resolve(stateFolder, 'store') }
  return redisOf(typeof store === 'string' ? { url: store } : store, folder)
}

function redisOf(store: FileRedis, folder: string): RedisConfig {
  const urls = [store.url ?? store.cluster ?? []].flat().map(validUrl)
  const [first] = urls
  return {
    kind: 'redis',
    servers: serversOf(store, urls),
    tls: first?.tls ?? store.tls ?? store.ca !== undefined,
    ...optional('username', store.username ?? first?.username),
    ...optional('password', secretOf(store.password ?? first?.password)),
    ...optional('ca', store.ca === undefined ? undefined : resolve(folder, store.ca)),
  }
}

function serversOf({ sentinel, cluster }: FileRedis, urls: readonly RedisUrl[]): RedisConfig['servers'] {
  if (sentinel !== undefined)
    return {
      kind: 'sentinel',
      name: sentinel.name,
      nodes: sentinel.nodes.map(validAddress),
      ...optional('username', sentinel.username),
      ...optional('password', secretOf(sentinel.password)),
    }
  if (cluster !== undefined) return { kind: 'cluster', nodes: urls.map(({ host, port }) => ({ host, port })) }
  const [{ host, port, database }] = urls as [RedisUrl]
  return { kind: 'node', host, port, database }
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}

function validUrl(text: string): RedisUrl {
  const url = parseRedisUrl(text)
  if (url === undefined) throw new TypeError('no Redis URL')
  return url
}

function validAddress(text: string): RedisAddress {
  const address = parseSentinelAddress(text)
  if (address === undefined) throw new TypeError('no address of a sentinel')
  return address
}
