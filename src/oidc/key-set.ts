import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { OidcError } from './errors.ts'

/**
 * The provider's published keys. openid-client asks for them when it has none, when they are five minutes old, and for
 * a key id that it does not know; this holds it to one request per cool-down, so that tokens with made-up key ids
 * cannot drive requests, while a real rotation is seen within a minute.
 */
export interface KeySet {
  /** The keys as last published; asks the provider when the last answer is older than the cool-down. Throws OidcError. */
  published(): Promise<JSONWebKeySet>
}

const COOL_DOWN_MILLISECONDS = 30_000
const COOL_DOWN_AFTER_FAILURE_MILLISECONDS = 5_000

/** `load` asks the provider, which `clock` spaces out. */
export const createKeySet = (load: () => Promise<unknown>, clock: () => Date): KeySet => {
  let last: { readonly keys: Promise<JSONWebKeySet>; freshUntil: number } | undefined
  const ask = (now: number) => {
    const asked = { keys: load().then(toKeySet), freshUntil: now + COOL_DOWN_MILLISECONDS }
    asked.keys.catch(() => {
      asked.freshUntil = now + COOL_DOWN_AFTER_FAILURE_MILLISECONDS
    })
    return asked
  }
  return {
    published: () => {
      const now = clock().getTime()
      if (!last || now >= last.freshUntil) last = ask(now)
      return last.keys
    },
  }
}

const toKeySet = (published: unknown): JSONWebKeySet => {
  try {
    // jose refuses what is not a set of keys.
    return createLocalJWKSet(published as JSONWebKeySet).jwks()
  } catch (cause) {
    throw new OidcError('oidc.discovery_incomplete', { expected: 'a JSON Web Key Set', found: 'something else', cause })
  }
}
