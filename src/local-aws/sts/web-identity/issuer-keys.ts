/**
 * The published keys of OpenID providers: discovery document, then JWKS, fetched with limits on time and size and
 * cached for a while. Keys are cached, results never.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { isObject } from '../../../core/json.ts'
import type { FetchJson } from './fetch-json.ts'

export interface IssuerKey {
  readonly key: KeyObject
  /** `RSA` or `EC`. */
  readonly kty: string
  /** The only algorithm of the key, if the set names it. */
  readonly alg: string | undefined
}

export interface TokenIssuer {
  readonly url: string
  /** Identify its server if no authority vouches for it: SHA-1 in hex. */
  readonly thumbprints: readonly string[]
}

export interface IssuerKeys {
  /** The keys with that ID, empty if the issuer has none. Throws if the issuer cannot be reached. */
  find(issuer: TokenIssuer, kid: string, now: Date): Promise<readonly IssuerKey[]>
}

type KeySet = ReadonlyMap<string, readonly IssuerKey[]>
interface Kept {
  readonly keys: KeySet
  readonly fetchedAt: number
}

const KEPT_SECONDS = 600
/** The shortest time between two fetches caused by unknown kids. */
const COOL_DOWN_SECONDS = 15

const MAX_KEYS = 1000

/** With more keys of a type than this, AWS accepts no token signed by one of them (C.5). */
const MAX_KEYS_OF_A_TYPE = 100

/** `own`: the keys of an issuer that is in this process, by their ID. `forTests`: keys of tokens that it issued itself. */
export function createIssuerKeys(
  fetchJson: FetchJson,
  allowHttp: boolean,
  own?: { readonly issuer: string; readonly keys: (kid: string) => readonly IssuerKey[] },
  forTests: (issuer: string, kid: string) => readonly IssuerKey[] = () => [],
): IssuerKeys {
  const kept = new Map<string, Kept>()
  const underWay = new Map<string, Promise<Kept>>()

  const refresh = (name: string, issuer: TokenIssuer, now: Date): Promise<Kept> => {
    const running = underWay.get(name)
    if (running) return running
    const fetching = fetchKeys(issuer, fetchJson, allowHttp)
      .then((keys) => {
        const fresh = { keys, fetchedAt: now.getTime() }
        kept.set(name, fresh)
        return fresh
      })
      .finally(() => underWay.delete(name))
    underWay.set(name, fetching)
    return fetching
  }

  return {
    find: async ({ url, thumbprints }, kid, now) => {
      if (url === own?.issuer) return own.keys(kid)
      // Under the issuer's real name: any other key is fetched from the issuer itself.
      const made = forTests(url, kid)
      if (made.length > 0) return made
      // Google's tokens may lack the scheme.
      const issuer = { url: url.includes('://') ? url : `https://${url}`, thumbprints }
      const name = [issuer.url, ...issuer.thumbprints].join(' ')
      const known = kept.get(name)
      const age = known ? (now.getTime() - known.fetchedAt) / 1000 : Number.POSITIVE_INFINITY
      const isWanted = age > KEPT_SECONDS || (!known?.keys.has(kid) && age > COOL_DOWN_SECONDS)
      const { keys } = known && !isWanted ? known : await refresh(name, issuer, now)
      return keys.get(kid) ?? []
    },
  }
}

async function fetchKeys(
  { url: issuer, thumbprints }: TokenIssuer,
  fetchJson: FetchJson,
  allowHttp: boolean,
): Promise<KeySet> {
  const get = (url: string): Promise<unknown> => {
    if (!url.startsWith('https://') && !(allowHttp && url.startsWith('http://'))) throw new Error(`${url} is not https`)
    return fetchJson(url, thumbprints)
  }
  const discovery = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const named = textOf(discovery, 'issuer')
  if (named !== issuer) throw new Error(`the discovery document is of ${named}`)
  const keys = new Map<string, IssuerKey[]>()
  const published = keysOf(await get(textOf(discovery, 'jwks_uri')))
  for (const { kid, ...key } of published.flatMap((jwk) => readKey(jwk) ?? []))
    if (countOf(published, key.kty) <= MAX_KEYS_OF_A_TYPE) keys.set(kid, [...(keys.get(kid) ?? []), key])
  return keys
}

/** A member of a document that must be text. */
function textOf(document: unknown, name: string): string {
  const value = isObject(document) ? document[name] : undefined
  if (typeof value !== 'string') throw new Error(`there is no ${name}`)
  return value
}

function keysOf(document: unknown): readonly unknown[] {
  const keys = isObject(document) ? document.keys : undefined
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new Error('the document is not a key set')
  return keys
}

/** Keys for another use, and invalid ones, are skipped: the others still count. */
function readKey(jwk: unknown): (IssuerKey & { kid: string }) | undefined {
  if (!isObject(jwk)) return undefined
  const { kty, kid, use = 'sig', alg } = jwk
  const isForSignatures = (kty === 'RSA' || kty === 'EC') && use === 'sig'
  if (!isForSignatures || typeof kid !== 'string' || (alg !== undefined && typeof alg !== 'string')) return undefined
  try {
    return { kid, kty, alg, key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) }
  } catch {
    return undefined
  }
}

function countOf(published: readonly unknown[], kty: string): number {
  return published.filter((jwk) => isObject(jwk) && jwk.kty === kty).length
}
