import { KeyObject } from 'node:crypto'
import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import { asObject, withoutEmptyMembers } from '../answer.ts'
import { OidcError } from '../errors.ts'

/** A provider's keys as published at one time. RFC 7517 */
export interface PublishedKeys {
  /** Each key that can have signed a token with this header: of the right type, use and kid. Usually one. */
  candidates(header: Readonly<Record<string, unknown>>): Promise<readonly KeyObject[]>
  /** As published. */
  readonly document: JSONWebKeySet
}

type KeySet = ReturnType<typeof createLocalJWKSet>

/** Throws OidcError for a document that is not a set of keys. */
export function toPublishedKeys(published: unknown): PublishedKeys {
  const keySet = toKeySet(published)
  const found = new Map<string, readonly KeyObject[]>()
  return {
    candidates: async ({ alg, kid }) => {
      const name = JSON.stringify([alg, kid])
      const keys = found.get(name) ?? (await select(keySet, alg, kid))
      // Lookups of unknown kids are not cached, as anyone can invent them.
      if (keys.length > 0) found.set(name, keys)
      return keys
    },
    get document() {
      return keySet.jwks()
    },
  }
}

/** RFC 7517 5: invalid keys, and keys of an unknown type, do not affect the others. */
function toKeySet(published: unknown): KeySet {
  const keys = asObject(published)?.keys
  if (!Array.isArray(keys))
    throw new OidcError('oidc.discovery_incomplete', { expected: 'a JSON Web Key Set', found: 'something else' })
  const readable = keys.map(asObject).flatMap((key) => (key ? [withoutEmptyMembers(key)] : []))
  return createLocalJWKSet({ keys: readable } as unknown as JSONWebKeySet)
}

/** jose checks kty, crv, alg, use, key_ops and kid. A key that cannot be imported is left out. */
async function select(keySet: KeySet, alg: unknown, kid: unknown): Promise<readonly KeyObject[]> {
  const header = { alg: String(alg), ...(kid === undefined ? {} : { kid: kid as string }) }
  try {
    return [KeyObject.from((await keySet(header)) as CryptoKey)].filter(isLongEnough)
  } catch (error) {
    // Without a kid, any key of that type is possible.
    return error instanceof errors.JWKSMultipleMatchingKeys ? (await each(error)).filter(isLongEnough) : []
  }
}

/** RFC 7518 3.3: RSA keys of 2048 bits or more. */
function isLongEnough({ asymmetricKeyDetails }: KeyObject): boolean {
  return (asymmetricKeyDetails?.modulusLength ?? Number.POSITIVE_INFINITY) >= 2048
}

async function each(keys: AsyncIterable<CryptoKey>): Promise<KeyObject[]> {
  const imported: KeyObject[] = []
  for await (const key of keys) imported.push(KeyObject.from(key))
  return imported
}
