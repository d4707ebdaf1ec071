import { timingSafeEqual } from 'node:crypto'
import { sameText } from '../../core/ids.ts'
import type { Secret } from '../../core/secret.ts'
import { AwsError, texts } from '../aws-errors.ts'
import type { HttpRequest } from '../http.ts'
import { type Authorization, parseAuthorization } from './authorization.ts'
import {
  type CredentialScope,
  canonicalRequest,
  scopeText,
  sha256Hex,
  signatureOf,
  signingKey,
  stringToSign,
} from './signature.ts'

/** What is stored for an access key. */
export interface AccessKey {
  readonly secretAccessKey: Secret
  /** For temporary credentials: the token that must be sent, and when they expire. */
  readonly temporary: { readonly sessionToken: Secret; readonly expiration: Date } | undefined
}

export type SignedService = 'sts' | 'iam' | 'organizations' | 'ec2' | 's3' | 'codeartifact' | 'sso-oauth'

/** The scope that the signature must have. */
interface WantedScope {
  readonly service: SignedService
  /** undefined: any. */
  readonly region?: string | undefined
}

const SKEW_SECONDS = 15 * 60

/** Signing keys are cached while their secret exists, a few for each. Keys are cached, results never. */
const signingKeys = new WeakMap<Secret, Map<string, Buffer>>()
const KEPT_PER_SECRET = 8

/**
 * The signer of a request. Throws AwsError: MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId,
 * ExpiredToken or SignatureDoesNotMatch.
 */
export function verifyRequest<Key extends AccessKey>(
  request: HttpRequest,
  findKey: (accessKeyId: string) => Key | undefined,
  now: Date,
  wanted: WantedScope = { service: 'sts' },
): Key {
  const authorization = parseAuthorization(request)
  const key = findKey(authorization.accessKeyId)
  if (!key) throw new AwsError('InvalidClientTokenId', texts.securityTokenInvalid, 'no such access key')
  checkScope(authorization, wanted)
  if (wanted.service === 's3' && authorization.expires !== undefined) checkPresigned(authorization, now)
  else checkTime(authorization, now)
  checkSignature(request, authorization, key.secretAccessKey)
  checkSession(authorization, key, now)
  return key
}

function checkScope({ scope, timestamp }: Authorization, { service, region }: WantedScope): void {
  if (scope.service !== service) throw mismatch(`Credential should be scoped to correct service: '${service}'.`)
  if (region !== undefined && scope.region !== region)
    throw mismatch(`Credential should be scoped to a valid region, not '${scope.region}'.`)
  const day = timestamp.slice(0, 8)
  if (scope.date !== day)
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${timestamp}'.`,
    )
}

function mismatch(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', message)
}

/** Valid from its date for as long as it says, a week at most. */
function checkPresigned({ timestamp, expires = 0 }: Authorization, now: Date): void {
  const signed = instantOf(timestamp)
  if (signed > now.getTime() + SKEW_SECONDS * 1000) throw new AwsError('AccessDenied', 'Request is not valid yet')
  if (signed + expires * 1000 < now.getTime()) throw new AwsError('AccessDenied', 'Request has expired')
}

/** Milliseconds. Throws IncompleteSignature. */
function instantOf(timestamp: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? []
  const signed = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
  if (Number.isNaN(signed)) throw new AwsError('IncompleteSignature', 'Date must be in ISO-8601 basic format.')
  return signed
}

/** A presigned URL has the usual validity: X-Amz-Expires has a meaning only for S3. */
function checkTime({ timestamp }: Authorization, now: Date): void {
  const signed = instantOf(timestamp)
  const earliest = now.getTime() - SKEW_SECONDS * 1000
  if (signed < earliest) throw mismatch(texts.signatureExpired(timestamp, basic(earliest), basic(now.getTime())))
  const latest = now.getTime() + SKEW_SECONDS * 1000
  if (signed > latest) throw mismatch(texts.signatureNotYetCurrent(timestamp, basic(latest), basic(now.getTime())))
}

/** `20261122T120000Z` */
function basic(instant: number): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function checkSignature(request: HttpRequest, authorization: Authorization, secretAccessKey: Secret): void {
  const { scope, signedHeaders, timestamp, signature } = authorization
  const { method, path, query, headers, body } = request
  const isS3 = scope.service === 's3'
  const payloadHash = isS3 ? payloadOfS3(authorization, headers) : sha256Hex(body)
  const canonical = canonicalRequest({ method, path, query, headers, signedHeaders, payloadHash, isS3 })
  const expected = signatureOf(keptSigningKey(secretAccessKey, scope), stringToSign(canonical, timestamp, scope))
  // The header's format was checked: 64 hex digits.
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw mismatch(texts.signatureDoesNotMatch)
}

/** As the client names it; whether the body has that hash is checked by the service. */
function payloadOfS3({ expires }: Authorization, headers: HttpRequest['headers']): string {
  return headers['x-amz-content-sha256'] ?? (expires === undefined ? sha256Hex('') : 'UNSIGNED-PAYLOAD')
}

function keptSigningKey(secretAccessKey: Secret, scope: CredentialScope): Buffer {
  const kept = signingKeys.get(secretAccessKey) ?? new Map<string, Buffer>()
  const name = scopeText(scope)
  const key = kept.get(name) ?? signingKey(secretAccessKey.reveal(), scope)
  if (kept.size >= KEPT_PER_SECRET && !kept.has(name)) kept.clear()
  signingKeys.set(secretAccessKey, kept.set(name, key))
  return key
}

function checkSession({ sessionToken }: Authorization, { temporary }: AccessKey, now: Date): void {
  if (!temporary && sessionToken === undefined) return
  if (!temporary || sessionToken === undefined || !sameText(temporary.sessionToken.reveal(), sessionToken))
    throw new AwsError('InvalidClientTokenId', texts.securityTokenInvalid, 'wrong or missing session token')
  if (temporary.expiration.getTime() <= now.getTime()) throw new AwsError('ExpiredToken', texts.securityTokenExpired)
}
