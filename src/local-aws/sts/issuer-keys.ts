/**
 * The published keys of OpenID providers: discovery document, then JWKS, fetched with bounds on time and size and kept
 * for a while. Keys are kept, verdicts never.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'

export interface IssuerKey {
  readonly key: KeyObject
  /** `RSA` or `EC`. */
  readonly kty: string
  /** The one algorithm the key is for, where the set says so. */
  readonly alg: string | undefined
}

export interface IssuerKeys {
  /** The keys with that id, empty when the issuer has none. Throws when the issuer cannot be asked. */
  find(issuer: string, kid: string, now: Date): Promise<readonly IssuerKey[]>
}

/** Gets a JSON document. Throws on anything else. */
export type FetchJson = (url: string) => Promise<unknown>

type KeySet = ReadonlyMap<string, readonly IssuerKey[]>
interface Kept {
  readonly keys: KeySet
  readonly fetchedAt: number
}

const KEPT_SECONDS = 600
/** So often at most does an unknown kid make us ask again. */
const COOL_DOWN_SECONDS = 15

export const createIssuerKeys = (fetchJson: FetchJson, allowHttp: boolean): IssuerKeys => {
  const kept = new Map<string, Kept>()
  const underWay = new Map<string, Promise<Kept>>()

  const refresh = (issuer: string, now: Date): Promise<Kept> => {
    const running = underWay.get(issuer)
    if (running) return running
    const fetching = fetchKeys(issuer, fetchJson, allowHttp)
      .then((keys) => {
        const fresh = { keys, fetchedAt: now.getTime() }
        kept.set(issuer, fresh)
        return fresh
      })
      .finally(() => underWay.delete(issuer))
    underWay.set(issuer, fetching)
    return fetching
  }

  return {
    find: async (issuer, kid, now) => {
      const known = kept.get(issuer)
      const age = known ? (now.getTime() - known.fetchedAt) / 1000 : Number.POSITIVE_INFINITY
      const isWanted = age > KEPT_SECONDS || (!known?.keys.has(kid) && age > COOL_DOWN_SECONDS)
      const { keys } = known && !isWanted ? known : await refresh(issuer, now)
      return keys.get(kid) ?? []
    },
  }
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() })
const keySchema = z.looseObject({
  kty: z.string(),
  kid: z.string(),
  use: z.string().optional(),
  alg: z.string().optional(),
})
const jwksSchema = z.object({ keys: z.array(z.unknown()).max(200) })

const fetchKeys = async (issuer: string, fetchJson: FetchJson, allowHttp: boolean): Promise<KeySet> => {
  const get = (url: string): Promise<unknown> => {
    if (!url.startsWith('https://') && !(allowHttp && url.startsWith('http://'))) throw new Error(`${url} is not https`)
    return fetchJson(url)
  }
  const discovery = discoverySchema.parse(await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
  if (discovery.issuer !== issuer) throw new Error(`the discovery document is of ${discovery.issuer}`)
  const keys = new Map<string, IssuerKey[]>()
  for (const jwk of jwksSchema.parse(await get(discovery.jwks_uri)).keys) {
    const entry = readKey(jwk)
    if (entry) keys.set(entry.kid, [...(keys.get(entry.kid) ?? []), entry])
  }
  return keys
}

/** Keys that are for something else, or broken, are passed over: the others still count. */
const readKey = (jwk: unknown): (IssuerKey & { kid: string }) | undefined => {
  const parsed = keySchema.safeParse(jwk)
  if (!parsed.success) return undefined
  const { kty, kid, use, alg } = parsed.data
  if ((kty !== 'RSA' && kty !== 'EC') || (use ?? 'sig') !== 'sig') return undefined
  try {
    return { kid, kty, alg, key: createPublicKey({ key: parsed.data as JsonWebKey, format: 'jwk' }) }
  } catch {
    return undefined
  }
}

const TIMEOUT_MS = 5000
const MAX_BYTES = 1024 * 1024

/** No redirects, five seconds, one megabyte. */
export const fetchJson: FetchJson = async (url) => {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    throw new Error(`${url} answered ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
