/** An ID token as AWS reads it (aws-facts C.4 to C.7). */
import { verify } from 'node:crypto'
import { webIdentitySubject } from '../../../aws/facts/limits.ts'
import { awsTokenClaims } from '../../../core/aws-attributes.ts'
import { DAY_SECONDS } from '../../../core/duration.ts'
import { isObject } from '../../../core/json.ts'
import { decodeUtf8 } from '../../../xml/base64.ts'
import { isWritable } from '../../../xml/write.ts'
import { expiredToken, invalidToken, texts } from '../../aws-errors.ts'
import { checkSourceIdentity, checkTags, type SessionTags } from '../session-tags.ts'
import { ThumbprintMismatch } from './fetch-json.ts'
import type { IssuerKey, IssuerKeys } from './issuer-keys.ts'

type Claims = Readonly<Record<string, unknown>>

interface TokenAlgorithm {
  readonly name: string
  readonly kty: 'RSA' | 'EC'
  readonly hash: string
  /** The curve of an EC key: RFC 7518 3.4 binds each algorithm to one. */
  readonly curve?: string
}

/** A decoded token that is not verified. */
export interface DecodedToken {
  readonly token: string
  readonly algorithm: TokenAlgorithm
  readonly kid: string | undefined
  readonly claims: Claims
  readonly issuer: string
}

/** The algorithms that AWS accepts, with the type of key that each needs. */
const algorithms: ReadonlyMap<string, TokenAlgorithm> = new Map(
  Object.entries({
    RS256: { kty: 'RSA', hash: 'sha256' },
    RS384: { kty: 'RSA', hash: 'sha384' },
    RS512: { kty: 'RSA', hash: 'sha512' },
    ES256: { kty: 'EC', hash: 'sha256', curve: 'prime256v1' },
    ES384: { kty: 'EC', hash: 'sha384', curve: 'secp384r1' },
    ES512: { kty: 'EC', hash: 'sha512', curve: 'secp521r1' },
  } as const).map(([name, algorithm]) => [name, { name, ...algorithm }]),
)

/** RFC 7518 3.3 */
const MIN_RSA_BITS = 2048

/** AWS's bound is unknown; a day is the value usually quoted. [K] */
const MAX_AGE_SECONDS = DAY_SECONDS

const TAGS = awsTokenClaims.tags

/** The format of a signed JWT, without the characters that a decoder would ignore (RFC 7515 2, 7.1). */
const SIGNED = /^[\w-]+\.[\w-]+\.[^.]+$/

/**
 * Throws InvalidIdentityToken for a text that is not a signed JWT, or is signed with an algorithm that AWS does not
 * accept.
 */
export function decodeToken(token: string): DecodedToken {
  const { header, claims } = partsOf(token)
  const { alg, kid, crit } = header
  // RFC 7515 4.1.11: a token with an extension that is not understood must be refused.
  if (crit !== undefined) throw invalidToken(texts.notAJwt, `crit ${JSON.stringify(crit)}`)
  const algorithm = typeof alg === 'string' ? algorithms.get(alg) : undefined
  if (!algorithm) throw invalidToken(texts.notAJwt, `alg ${JSON.stringify(alg)}`)
  return { token, algorithm, kid: typeof kid === 'string' ? kid : undefined, claims, issuer: textClaim(claims, 'iss') }
}

function partsOf(token: string): { readonly header: Claims; readonly claims: Claims } {
  try {
    const [header = '', claims = ''] = SIGNED.test(token) ? token.split('.') : []
    return { header: objectIn(header), claims: objectIn(claims) }
  } catch {
    throw invalidToken(texts.notAJwt, 'not three parts of base64url JSON')
  }
}

/** Throws for anything but base64url of a JSON object. By node:buffer, as jose's portable way takes as long as a hash. */
function objectIn(part: string): Claims {
  const text = part.length % 4 === 1 ? undefined : decodeUtf8(Buffer.from(part, 'base64url'))
  const value: unknown = JSON.parse(text ?? '')
  if (isObject(value)) return value
  throw new Error('not a JSON object')
}

function textClaim(claims: Claims, name: string): string {
  const value = claims[name]
  if (typeof value !== 'string' || value === '') throw invalidToken(texts.claimMissing(name))
  return value
}

/**
 * The audience that counts: `azp` if the token has one, else the member of `aud` that is registered. `clientIds`
 * undefined: a provider that IAM knows by name, whose audience only the trust policy checks.
 */
export function checkAudience({ claims }: DecodedToken, clientIds: readonly string[] | undefined): string {
  const { aud, azp } = claims
  const candidates = (typeof azp === 'string' ? [azp] : Array.isArray(aud) ? aud : [aud]).filter(
    (value) => typeof value === 'string',
  )
  const [first] = candidates
  if (first === undefined) throw invalidToken(texts.claimMissing('aud'))
  const matched = clientIds === undefined ? first : candidates.find((candidate) => clientIds.includes(candidate))
  if (matched === undefined) throw invalidToken(texts.audienceIncorrect, `found ${candidates.join(', ')}`)
  return matched
}

/** Throws InvalidIdentityToken if there is no key for the token, or none that signed it. */
export async function verifyTokenSignature(
  decoded: DecodedToken,
  keys: IssuerKeys,
  thumbprints: readonly string[],
  now: Date,
): Promise<void> {
  const { token, algorithm, kid, issuer } = decoded
  if (kid === undefined) throw invalidToken(texts.keyNotRetrieved, 'the token names no kid')
  const found = await keys.find({ url: issuer, thumbprints }, kid, now).catch((error: unknown): never => {
    const text = error instanceof ThumbprintMismatch ? texts.thumbprintMismatch : texts.keyNotRetrieved
    throw invalidToken(text, error instanceof Error ? error.message : 'no answer')
  })
  const fitting = found.filter((key) => fits(key, algorithm))
  if (fitting.length === 0)
    throw invalidToken(texts.keyNotRetrieved, `the issuer has no ${algorithm.name} key ${JSON.stringify(kid)}`)
  if (!fitting.some((key) => isSignedBy(token, algorithm, key))) throw invalidToken(texts.tokenSignatureInvalid)
}

function fits({ key, kty, alg }: IssuerKey, algorithm: TokenAlgorithm): boolean {
  if (kty !== algorithm.kty || (alg !== undefined && alg !== algorithm.name)) return false
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  return kty === 'RSA' ? modulusLength >= MIN_RSA_BITS : namedCurve === algorithm.curve
}

/** On this thread: switching to another costs more than the verification. */
function isSignedBy(token: string, { hash }: TokenAlgorithm, { key }: IssuerKey): boolean {
  const dot = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(dot + 1), 'base64url')
  if (signature.toString('base64url') !== token.slice(dot + 1)) return false
  const signed = Buffer.from(token.slice(0, dot), 'latin1')
  return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** `exp`, `iat` and `nbf`, which must be integers. */
export function checkTimes({ claims }: DecodedToken, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1000)
  const expiration = integerClaim(claims, 'exp')
  const issuedAt = integerClaim(claims, 'iat')
  if (seconds >= expiration) throw expiredToken(texts.tokenExpired(seconds, expiration))
  if (seconds - issuedAt > MAX_AGE_SECONDS) throw expiredToken(texts.tokenTooOld(seconds - issuedAt))
  if (claims.nbf !== undefined && integerClaim(claims, 'nbf') > seconds) throw invalidToken(texts.tokenNotYetValid)
}

function integerClaim(claims: Claims, name: string): number {
  const value = claims[name]
  if (value === undefined) throw invalidToken(texts.claimMissing(name))
  if (!Number.isSafeInteger(value)) throw invalidToken(texts.claimNotInteger(name))
  return Number(value)
}

/**
 * Throws InvalidIdentityToken if `sub` is missing, or too long for the response. One shorter than the service model
 * allows is accepted.
 */
export function subjectOf({ claims }: DecodedToken): string {
  const subject = textClaim(claims, 'sub')
  if (subject.length > webIdentitySubject.max) throw invalidToken(texts.subjectTooLong)
  if (!isWritable(subject)) throw invalidToken(texts.subjectUnreadable)
  return subject
}

/** Nested as in AWS's first documentation, or flattened; a token with both is read as nested (C.7). */
export function tokenTags({ claims }: DecodedToken): SessionTags {
  const nested = claims[TAGS]
  if (isObject(nested)) {
    const tags = isObject(nested.principal_tags) ? Object.entries(nested.principal_tags) : []
    return checkTags(
      tags.map(([key, value]) => ({ key, values: listOf(value) })),
      listOf(nested.transitive_tag_keys),
    )
  }
  const prefix = `${TAGS}/principal_tags/`
  const flat = Object.entries(claims).filter(([name]) => name.startsWith(prefix))
  return checkTags(
    flat.map(([name, value]) => ({ key: name.slice(prefix.length), values: listOf(value) })),
    listOf(claims[`${TAGS}/transitive_tag_keys`]),
  )
}

/** A value that is not text becomes JSON in brackets, which neither a tag nor a key may contain, so it is refused. */
function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((item) =>
    item === undefined ? [] : [typeof item === 'string' ? item : JSON.stringify([item])],
  )
}

/** The source identity that the token sets; throws InvalidIdentityToken if AWS would not accept it (C.7). */
export function tokenSourceIdentity({ claims }: DecodedToken): string | undefined {
  const value = claims[awsTokenClaims.sourceIdentity]
  if (value !== undefined && typeof value !== 'string') throw invalidToken(texts.sourceIdentityInvalid)
  return checkSourceIdentity(value)
}
