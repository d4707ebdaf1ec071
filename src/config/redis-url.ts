/** The addresses of Redis as they are written in the configuration. */
import type { RedisAddress } from './types.ts'

const PORT = 6379
const SENTINEL_PORT = 26_379

export interface RedisUrl extends RedisAddress {
  readonly tls: boolean
  readonly database: number
  readonly username?: string
  readonly password?: string
}

/** `redis://[user[:password]@]host[:port][/database]`, or `rediss://` with TLS. undefined: it is no such URL. */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return undefined
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(text)
  const database = /^\/?(\d{0,3})$/.exec(pathname)?.[1]
  const [user, secret] = [decoded(username), decoded(password)]
  if (hostname === '' || database === undefined || search !== '' || hash !== '') return undefined
  if (user === undefined || secret === undefined) return undefined
  return {
    tls: protocol === 'rediss:',
    host: withoutBrackets(hostname),
    port: port === '' ? PORT : Number(port),
    database: Number(database),
    ...(user === '' ? {} : { username: user }),
    ...(secret === '' ? {} : { password: secret }),
  }
}

/** `host` or `host:port`, an IPv6 address in brackets. undefined: it is neither. */
export function parseSentinelAddress(text: string): RedisAddress | undefined {
  const [, host, port] = /^([\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (host === undefined || Number(port ?? 0) > 65_535) return undefined
  return { host: withoutBrackets(host), port: port === undefined ? SENTINEL_PORT : Number(port) }
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
