/**
 * The gateway as OpenID issuer for AWS: its identifiers, its signer, and the public keys. web-identity-token.ts creates
 * its tokens, documents.ts has what it publishes, and published.ts checks that AWS really finds that. Users do not sign
 * in here: it only vouches for users who signed in elsewhere.
 */
import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { type KmsKeySettings, openKmsKey } from '../aws/kms/client.ts'
import { kmsTokenSigner } from '../aws/kms/signers.ts'
import type { TokenAlgorithm, TokenSigner } from '../core/keys.ts'
import { IssuerError } from './errors.ts'
import { loadTokenSigner } from './token-keys.ts'

/** A public key as in the key set. RFC 7517 */
export interface PublishedKey extends JWK {
  /** The thumbprint, so a key has the same name wherever it is published. RFC 7638 */
  readonly kid: string
  readonly use: 'sig'
  readonly alg: TokenAlgorithm
}

/** What the issuer states about itself, independent of its keys. */
export interface IssuerTerms {
  /** The `iss`: without a trailing slash. */
  readonly url: string
  /** The `aud` of every token: a client ID of the OpenID provider in IAM. */
  readonly audience: string
  readonly tokenLifetimeSeconds: number
}

export interface WebIdentityIssuer extends IssuerTerms {
  readonly signer: TokenSigner
  /** The signer's key first, then those that will sign after a rotation, or did before. */
  readonly keys: readonly [PublishedKey, ...PublishedKey[]]
}

export type IssuerKeySettings =
  | { readonly key: string; readonly createIfMissing: boolean }
  | { readonly kms: KmsKeySettings }

/** An issuer as the configuration describes it. */
export interface IssuerSettings extends IssuerTerms {
  /** Files or keys in AWS KMS, the first of which signs. */
  readonly keys: readonly IssuerKeySettings[]
  readonly algorithm: TokenAlgorithm
}

/** An issuer with these keys, the first of which signs. */
export async function webIdentityIssuer(
  { url, audience, tokenLifetimeSeconds }: IssuerTerms,
  signer: TokenSigner,
  further: readonly TokenSigner[] = [],
): Promise<WebIdentityIssuer> {
  const [key, others] = await Promise.all([publishedKey(signer), Promise.all(further.map(publishedKey))])
  // A key that is configured twice is published once: kids in a key set are unique.
  const byName = new Map(others.filter(({ kid }) => kid !== key.kid).map((other) => [other.kid, other]))
  return { url, audience, tokenLifetimeSeconds, signer, keys: [key, ...byName.values()] }
}

async function publishedKey({ publicKey, algorithm }: TokenSigner): Promise<PublishedKey> {
  const members = publicMembers(publicKey)
  return { ...members, kid: await calculateJwkThumbprint(members), use: 'sig', alg: algorithm }
}

/** Only the members of the public key: an export of a private key would have more. */
function publicMembers(key: KeyObject): JWK {
  const { kty = '', n, e, crv, x, y } = key.export({ format: 'jwk' })
  return kty === 'RSA' ? { kty, n: n ?? '', e: e ?? '' } : { kty, crv: crv ?? '', x: x ?? '', y: y ?? '' }
}

/**
 * The issuer with the keys of its files, which are created if allowed, and those in AWS KMS. Throws IssuerError
 * `issuer.key_unusable`, and KmsError: without the public key there is no key set to publish.
 */
export async function openWebIdentityIssuer(settings: IssuerSettings): Promise<WebIdentityIssuer> {
  const { keys, algorithm } = settings
  const [signer, ...further] = await Promise.all(keys.map((key) => tokenSignerOf(key, algorithm)))
  if (!signer) throw new IssuerError('issuer.not_configured')
  if (signer.algorithm !== algorithm)
    throw new IssuerError('issuer.key_unusable', {
      sentence: `The key ${keys[0] ? nameOfIssuerKey(keys[0]) : ''} is for ${signer.algorithm}, and the configuration says ${algorithm}.`,
      hint: 'Name a key of that kind under `issuer.key`, or change `issuer.algorithm`.',
    })
  return webIdentityIssuer(settings, signer, further)
}

function tokenSignerOf(key: IssuerKeySettings, algorithm: TokenAlgorithm): Promise<TokenSigner> {
  return 'kms' in key
    ? kmsTokenSigner(openKmsKey(key.kms))
    : loadTokenSigner(key.key, key.createIfMissing ? algorithm : undefined)
}

/** Its file, or its ID in KMS. */
export function nameOfIssuerKey(key: IssuerKeySettings): string {
  return 'kms' in key ? key.kms.keyId : key.key
}
