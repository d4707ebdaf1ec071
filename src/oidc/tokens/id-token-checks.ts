import { createHash } from 'node:crypto'
import { contextsOfClaims, isAcceptedContext } from '../../core/authentication/context.ts'
import { type Check, passed } from '../../core/verdict.ts'
import type { SignedToken } from './signed-token.ts'
import { type ExpectedToken, isText, isTime, mismatch, seconds, tokenChecks } from './token-checks.ts'

/** An ID token with a verified signature. Nothing in it is trusted before the checks have passed. */
export interface IdToken extends Pick<SignedToken, 'header' | 'claims'> {
  /** The access token that came with it, which `at_hash` binds to it. undefined: none came. */
  readonly accessToken: string | undefined
}

/** What the ID token of a login must satisfy. */
export interface ExpectedIdToken extends ExpectedToken {
  readonly nonce: string
  /** undefined: the user may have authenticated at any time. */
  readonly maxAgeSeconds: number | undefined
  /** Each list was requested, and one value of each must be present. */
  readonly acrValues: ReadonlyArray<readonly string[]>
}

/** What an ID token from a refresh must satisfy. */
export interface ExpectedRenewal extends ExpectedToken {
  readonly subject: string
  /** Of the first ID token. */
  readonly nonce: string
}

type IdTokenCheck = Check<IdToken, ExpectedIdToken>
type AnyIdTokenCheck = Check<IdToken, ExpectedToken>
type RenewalCheck = Check<IdToken, ExpectedRenewal>

/** Core 3.1.3.7 step 11. The expected value is a secret of this login and is not logged. */
const nonceIsOurs: IdTokenCheck = ({ claims }, { nonce }) =>
  claims.nonce === nonce ? passed() : mismatch('nonce', 'the nonce of this sign-in', claims.nonce)

/** Core 2: 1 to 255 characters. */
const subjectIsSomeone: AnyIdTokenCheck = ({ claims: { sub } }) =>
  isText(sub) ? passed() : mismatch('sub', '1 to 255 characters', sub)

/** Core 2, `auth_time` */
const authTimeIsPast: AnyIdTokenCheck = ({ claims }, { now, clockSkewSeconds }) => {
  const authTime = claims.auth_time
  return authTime === undefined || (isTime(authTime) && authTime <= seconds(now) + clockSkewSeconds)
    ? passed()
    : mismatch('auth_time', `at most ${seconds(now)}`, authTime)
}

/** Core 3.1.2.1 and 3.1.3.7 step 13: a provider that received max_age must send auth_time. */
const authenticationIsRecent: IdTokenCheck = ({ claims }, { maxAgeSeconds, now, clockSkewSeconds }) => {
  if (maxAgeSeconds === undefined) return passed()
  const oldest = seconds(now) - maxAgeSeconds - clockSkewSeconds
  const authTime = claims.auth_time
  return isTime(authTime) && authTime >= oldest ? passed() : mismatch('auth_time', `at least ${oldest}`, authTime)
}

/** Core 3.1.3.7 step 12 */
const contextIsAsAsked: IdTokenCheck = ({ claims }, { acrValues }) => {
  const unmet = acrValues.find((asked) => !isAcceptedContext(contextsOfClaims(claims), asked))
  return unmet === undefined ? passed() : mismatch('acr', unmet.join(' '), claims.acr)
}

/** Core 3.1.3.8 */
const accessTokenBelongsToIt: AnyIdTokenCheck = ({ header: { alg }, claims, accessToken }) => {
  const hash = claims.at_hash
  if (hash === undefined) return passed()
  if (accessToken === undefined) return mismatch('at_hash', 'nothing, as no access token came', hash)
  const expected = halfHash(alg, accessToken)
  return hash === expected ? passed() : mismatch('at_hash', expected, hash)
}

/** Core 12.2: the same user, or it is another login. */
const subjectIsTheSame: RenewalCheck = ({ claims: { sub } }, { subject }) =>
  sub === subject ? passed() : mismatch('sub', subject, sub)

/** Core 12.2: no nonce, or that of the first ID token. */
const nonceIsTheFirst: RenewalCheck = ({ claims }, { nonce }) =>
  claims.nonce === undefined || claims.nonce === nonce
    ? passed()
    : mismatch('nonce', 'the nonce of the first ID token, or none', claims.nonce)

/** Every check of a login's ID token after its signature, in the order in which failures are reported. Core 3.1.3.7 */
export const idTokenChecks = {
  ...tokenChecks,
  nonceIsOurs,
  subjectIsSomeone,
  authTimeIsPast,
  authenticationIsRecent,
  contextIsAsAsked,
  accessTokenBelongsToIt,
}

/** Every check of an ID token that was issued for a refresh token. Core 12.2 */
export const renewalChecks = {
  ...tokenChecks,
  subjectIsTheSame,
  nonceIsTheFirst,
  authTimeIsPast,
  accessTokenBelongsToIt,
}

/** The left half of the hash of the signature algorithm; for Ed25519 that is SHA-512. */
function halfHash(alg: unknown, text: string): string {
  const size = /^(?:RS|PS|ES|HS)(256|384)$/.exec(String(alg))?.[1] ?? '512'
  const hash = createHash(`sha${size}`).update(text, 'ascii').digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
