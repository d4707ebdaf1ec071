import { createHash } from 'node:crypto'
import { type Check, pass } from '../../core/verdict.ts'
import type { SignedToken } from './signed-token.ts'
import { type ExpectedToken, isText, isTime, mismatch, seconds, tokenChecks } from './token-checks.ts'

/** An ID token whose signature holds. Nothing in it is believed before the checks have passed. */
export interface IdToken extends Pick<SignedToken, 'header' | 'claims'> {
  /** The access token that came with it, which `at_hash` ties to it. undefined: none came. */
  readonly accessToken: string | undefined
}

/** What the ID token of a login has to show. */
export interface ExpectedIdToken extends ExpectedToken {
  readonly nonce: string
  /** Undefined: whenever the user proved who they are is recent enough. */
  readonly maxAgeSeconds: number | undefined
  /** Each list was asked for, and one of each must be there. */
  readonly acrValues: ReadonlyArray<readonly string[]>
}

/** What an ID token must be that renews another one. */
export interface ExpectedRenewal extends ExpectedToken {
  readonly subject: string
  /** Of the first ID token. */
  readonly nonce: string
}

type IdTokenCheck = Check<IdToken, ExpectedIdToken>
type AnyIdTokenCheck = Check<IdToken, ExpectedToken>
type RenewalCheck = Check<IdToken, ExpectedRenewal>

/** Core 3.1.3.7 step 11. The value that was expected is a secret of this login and stays out of the log. */
const nonceIsOurs: IdTokenCheck = ({ claims }, { nonce }) =>
  claims.nonce === nonce ? pass : mismatch('nonce', 'the nonce of this sign-in', claims.nonce)

/** Core 2: at most 255 characters, and someone. */
const subjectIsSomeone: AnyIdTokenCheck = ({ claims: { sub } }) =>
  isText(sub) ? pass : mismatch('sub', '1 to 255 characters', sub)

/** Core 2, `auth_time` */
const authTimeIsPast: AnyIdTokenCheck = ({ claims }, { now, clockSkewSeconds }) => {
  const authTime = claims.auth_time
  return authTime === undefined || (isTime(authTime) && authTime <= seconds(now) + clockSkewSeconds)
    ? pass
    : mismatch('auth_time', `at most ${seconds(now)}`, authTime)
}

/** Core 3.1.2.1 and 3.1.3.7 step 13: a provider that was asked for a maximum age must say when it was. */
const authenticationIsRecent: IdTokenCheck = ({ claims }, { maxAgeSeconds, now, clockSkewSeconds }) => {
  if (maxAgeSeconds === undefined) return pass
  const oldest = seconds(now) - maxAgeSeconds - clockSkewSeconds
  const authTime = claims.auth_time
  return isTime(authTime) && authTime >= oldest ? pass : mismatch('auth_time', `at least ${oldest}`, authTime)
}

/** Core 3.1.3.7 step 12 */
const contextIsAsAsked: IdTokenCheck = ({ claims: { acr } }, { acrValues }) => {
  const unmet = acrValues.find((asked) => typeof acr !== 'string' || !asked.includes(acr))
  return unmet === undefined ? pass : mismatch('acr', unmet.join(' '), acr)
}

/** Core 3.1.3.8 */
const accessTokenBelongsToIt: AnyIdTokenCheck = ({ header: { alg }, claims, accessToken }) => {
  const hash = claims.at_hash
  if (hash === undefined) return pass
  if (accessToken === undefined) return mismatch('at_hash', 'nothing, as no access token came', hash)
  const expected = halfHash(alg, accessToken)
  return hash === expected ? pass : mismatch('at_hash', expected, hash)
}

/** Core 12.2: the same person, or it is another login. */
const subjectIsTheSame: RenewalCheck = ({ claims: { sub } }, { subject }) =>
  sub === subject ? pass : mismatch('sub', subject, sub)

/** Core 12.2: none, or that of the first one. */
const nonceIsTheFirst: RenewalCheck = ({ claims }, { nonce }) =>
  claims.nonce === undefined || claims.nonce === nonce
    ? pass
    : mismatch('nonce', 'the nonce of the first ID token, or none', claims.nonce)

/**
 * Every rule for the ID token of a login once its signature holds, in the order in which they are told. Core 3.1.3.7
 */
export const idTokenChecks = {
  ...tokenChecks,
  nonceIsOurs,
  subjectIsSomeone,
  authTimeIsPast,
  authenticationIsRecent,
  contextIsAsAsked,
  accessTokenBelongsToIt,
}

/** Every rule for an ID token that came for a refresh token. Core 12.2 */
export const renewalChecks = {
  ...tokenChecks,
  subjectIsTheSame,
  nonceIsTheFirst,
  authTimeIsPast,
  accessTokenBelongsToIt,
}

/** The left half of the hash that belongs to the signature algorithm; Ed25519 hashes with SHA-512. */
function halfHash(alg: unknown, text: string): string {
  const size = /^(?:RS|PS|ES|HS)(256|384)$/.exec(String(alg))?.[1] ?? '512'
  const hash = createHash(`sha${size}`).update(text, 'ascii').digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
