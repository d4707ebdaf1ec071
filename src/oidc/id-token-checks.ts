import { createHash } from 'node:crypto'
import { type Check, type CheckResult, pass } from '../core/verdict.ts'
import { cut, type OidcErrorCode } from './errors.ts'

/** An ID token taken apart. Nothing in it is believed before the checks have passed. */
export interface IdToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** The access token that came with it, which `at_hash` ties to it. */
  readonly accessToken: string | undefined
}

export interface ExpectedIdToken {
  readonly issuer: string
  readonly clientId: string
  readonly trustedAudiences: readonly string[]
  readonly nonce: string
  readonly clockSkewSeconds: number
  readonly now: Date
}

type IdTokenCheck = Check<IdToken, ExpectedIdToken>

/** The token was redeemed just now, so an old one was kept somewhere. */
const OLDEST_SECONDS = 60 * 60

/** Compared byte for byte. OpenID Connect Core 3.1.3.7 step 2 */
const issuerIsTheProvider: IdTokenCheck = ({ claims: { iss } }, { issuer }) =>
  iss === issuer ? pass : mismatch('iss', issuer, iss)

/** Core 3.1.3.7 step 3 */
const audienceIsUs: IdTokenCheck = ({ claims: { aud } }, { clientId }) =>
  audiences(aud)?.includes(clientId) ? pass : mismatch('aud', clientId, aud)

/** Core 3.1.3.7 step 3: a token that others may present to us as ours is refused. */
const audienceHasNoStrangers: IdTokenCheck = ({ claims: { aud } }, { clientId, trustedAudiences }) =>
  (audiences(aud) ?? []).every((audience) => audience === clientId || trustedAudiences.includes(audience))
    ? pass
    : mismatch('aud', [clientId, ...trustedAudiences].join(' '), aud)

/** Core 3.1.3.7 steps 4 and 5: needed with several audiences, and ours whenever it is there. */
const authorizedPartyIsUs: IdTokenCheck = ({ claims: { aud, azp } }, { clientId }) => {
  const mayBeAbsent = (audiences(aud)?.length ?? 0) <= 1
  return azp === clientId || (azp === undefined && mayBeAbsent) ? pass : mismatch('azp', clientId, azp)
}

/** Core 3.1.3.7 step 9 */
const isNotExpired: IdTokenCheck = ({ claims: { exp } }, { now, clockSkewSeconds }) =>
  isTime(exp) && exp > seconds(now) - clockSkewSeconds ? pass : mismatch('exp', `after ${seconds(now)}`, exp)

/** Core 3.1.3.7 step 10 */
const isNotFromTheFuture: IdTokenCheck = ({ claims: { iat } }, { now, clockSkewSeconds }) =>
  isTime(iat) && iat <= seconds(now) + clockSkewSeconds ? pass : mismatch('iat', `at most ${seconds(now)}`, iat)

/** Core 3.1.3.7 step 10 */
const isFresh: IdTokenCheck = ({ claims: { iat } }, { now, clockSkewSeconds }) => {
  const oldest = seconds(now) - OLDEST_SECONDS - clockSkewSeconds
  return isTime(iat) && iat >= oldest ? pass : mismatch('iat', `at least ${oldest}`, iat)
}

/** RFC 7519 4.1.5 */
const isValidAlready: IdTokenCheck = ({ claims: { nbf } }, { now, clockSkewSeconds }) =>
  nbf === undefined || (isTime(nbf) && nbf <= seconds(now) + clockSkewSeconds)
    ? pass
    : mismatch('nbf', `at most ${seconds(now)}`, nbf)

/** Core 3.1.3.7 step 11. The value that was expected is a secret of this login and stays out of the log. */
const nonceIsOurs: IdTokenCheck = ({ claims }, { nonce }) =>
  claims.nonce === nonce ? pass : mismatch('nonce', 'the nonce of this sign-in', claims.nonce)

/** Core 2: at most 255 characters, and someone. */
const subjectIsSomeone: IdTokenCheck = ({ claims: { sub } }) =>
  typeof sub === 'string' && sub.trim() !== '' && sub.length <= 255 ? pass : mismatch('sub', '1 to 255 characters', sub)

/** Core 2, `auth_time` */
const authTimeIsPast: IdTokenCheck = ({ claims }, { now, clockSkewSeconds }) => {
  const authTime = claims.auth_time
  return authTime === undefined || (isTime(authTime) && authTime <= seconds(now) + clockSkewSeconds)
    ? pass
    : mismatch('auth_time', `at most ${seconds(now)}`, authTime)
}

/** Core 3.1.3.8 */
const accessTokenBelongsToIt: IdTokenCheck = ({ header: { alg }, claims, accessToken }) => {
  const hash = claims.at_hash
  if (hash === undefined) return pass
  const expected = halfHash(alg, accessToken ?? '')
  return hash === expected ? pass : mismatch('at_hash', expected, hash)
}

/** Every rule that an ID token must satisfy once its signature holds, in the order in which they are told. */
export const idTokenChecks = {
  issuerIsTheProvider,
  audienceIsUs,
  audienceHasNoStrangers,
  authorizedPartyIsUs,
  isNotExpired,
  isNotFromTheFuture,
  isFresh,
  isValidAlready,
  nonceIsOurs,
  subjectIsSomeone,
  authTimeIsPast,
  accessTokenBelongsToIt,
}

export const idTokenCheckCodes: Readonly<Record<keyof typeof idTokenChecks, OidcErrorCode>> = {
  issuerIsTheProvider: 'oidc.issuer_mismatch',
  audienceIsUs: 'oidc.audience_mismatch',
  audienceHasNoStrangers: 'oidc.audience_untrusted',
  authorizedPartyIsUs: 'oidc.authorized_party_mismatch',
  isNotExpired: 'oidc.token_expired',
  isNotFromTheFuture: 'oidc.issued_in_future',
  isFresh: 'oidc.issued_too_long_ago',
  isValidAlready: 'oidc.token_not_yet_valid',
  nonceIsOurs: 'oidc.nonce_mismatch',
  subjectIsSomeone: 'oidc.subject_invalid',
  authTimeIsPast: 'oidc.auth_time_invalid',
  accessTokenBelongsToIt: 'oidc.access_token_mismatch',
}

const mismatch = (claim: string, expected: string, found: unknown): CheckResult => ({
  expected,
  found: show(found),
  source: claim,
})

// A number as text keeps its quotes, or nobody would see what is wrong with it.
const show = (found: unknown): string => {
  if (found === undefined) return 'nothing'
  return cut(typeof found === 'string' && !/^\d*$/.test(found) ? found : JSON.stringify(found))
}

/** undefined unless it is a text or a list of texts. */
const audiences = (aud: unknown): readonly string[] | undefined => {
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) && aud.every((one) => typeof one === 'string') ? aud : undefined
}

// A NumericDate as text, or NaN, would make every comparison come out as false.
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** The left half of the hash that belongs to the signature algorithm; Ed25519 hashes with SHA-512. */
const halfHash = (alg: unknown, text: string): string => {
  const size = /^(?:RS|PS|ES)(256|384)$/.exec(String(alg))?.[1] ?? '512'
  const hash = createHash(`sha${size}`).update(text, 'ascii').digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
