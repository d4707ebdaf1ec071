import { type Check, type CheckResult, failed, passed } from '../../core/verdict.ts'
import { cut } from '../errors.ts'
import type { SignedToken } from './signed-token.ts'

/** What every token from the provider must satisfy, ID tokens and logout tokens alike. */
export interface ExpectedToken {
  readonly issuer: string
  /** Default: none. */
  readonly issuerAliases?: readonly string[]
  /** With `{tenantid}`, in place of `issuer`. */
  readonly issuerTemplate?: string | undefined
  readonly clientId: string
  readonly trustedAudiences: readonly string[]
  readonly clockSkewSeconds: number
  readonly now: Date
}

type TokenCheck = Check<Pick<SignedToken, 'claims'>, ExpectedToken>

/** A token reaches us as soon as it is issued, so an old one was stored somewhere. */
export const OLDEST_SECONDS = 60 * 60

/** Compared byte for byte. OpenID Connect Core 3.1.3.7 step 2 */
const issuerIsTheProvider: TokenCheck = ({ claims: { iss, tid } }, { issuer, issuerAliases = [], issuerTemplate }) => {
  if (issuerTemplate !== undefined) return issuerIsOfTheTenant(iss, tid, issuerTemplate)
  return iss === issuer || issuerAliases.some((alias) => iss === alias) ? passed() : mismatch('iss', issuer, iss)
}

/** Core 3.1.3.7 step 3 */
const audienceIsUs: TokenCheck = ({ claims: { aud } }, { clientId }) =>
  audiences(aud)?.includes(clientId) ? passed() : mismatch('aud', clientId, aud)

/** Core 3.1.3.7 step 3: a token that other clients could present to us is refused. */
const audienceHasNoStrangers: TokenCheck = ({ claims: { aud } }, { clientId, trustedAudiences }) =>
  (audiences(aud) ?? []).every((audience) => audience === clientId || trustedAudiences.includes(audience))
    ? passed()
    : mismatch('aud', [clientId, ...trustedAudiences].join(' '), aud)

/** Core 3.1.3.7 steps 4 and 5: required with several audiences, and ours whenever it is present. */
const authorizedPartyIsUs: TokenCheck = ({ claims: { aud, azp } }, { clientId }) => {
  const mayBeAbsent = (audiences(aud)?.length ?? 0) <= 1
  return azp === clientId || (azp === undefined && mayBeAbsent) ? passed() : mismatch('azp', clientId, azp)
}

/** Core 3.1.3.7 step 9 */
const isNotExpired: TokenCheck = ({ claims: { exp } }, { now, clockSkewSeconds }) =>
  isTime(exp) && exp > seconds(now) - clockSkewSeconds ? passed() : mismatch('exp', `after ${seconds(now)}`, exp)

/** Core 3.1.3.7 step 10 */
const isNotFromTheFuture: TokenCheck = ({ claims: { iat } }, { now, clockSkewSeconds }) =>
  isTime(iat) && iat <= seconds(now) + clockSkewSeconds ? passed() : mismatch('iat', `at most ${seconds(now)}`, iat)

/** Core 3.1.3.7 step 10 */
const isFresh: TokenCheck = ({ claims: { iat } }, { now, clockSkewSeconds }) => {
  const oldest = seconds(now) - OLDEST_SECONDS - clockSkewSeconds
  return isTime(iat) && iat >= oldest ? passed() : mismatch('iat', `at least ${oldest}`, iat)
}

/** RFC 7519 4.1.5 */
const isValidAlready: TokenCheck = ({ claims: { nbf } }, { now, clockSkewSeconds }) =>
  nbf === undefined || (isTime(nbf) && nbf <= seconds(now) + clockSkewSeconds)
    ? passed()
    : mismatch('nbf', `at most ${seconds(now)}`, nbf)

/** In the order in which failures are reported. */
export const tokenChecks = {
  issuerIsTheProvider,
  audienceIsUs,
  audienceHasNoStrangers,
  authorizedPartyIsUs,
  isNotExpired,
  isNotFromTheFuture,
  isFresh,
  isValidAlready,
}

/** The `tid` of Entra ID: another form could lead to another host or path. */
const TENANT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Every tenant signs with the same keys, so only this ties a token to the tenant that it names.
 * https://learn.microsoft.com/entra/identity-platform/claims-validation
 */
function issuerIsOfTheTenant(iss: unknown, tid: unknown, template: string): CheckResult {
  if (typeof tid !== 'string' || !TENANT_ID.test(tid)) return mismatch('tid', 'the ID of a tenant', tid)
  const expected = template.replace('{tenantid}', tid)
  return iss === expected ? passed() : mismatch('iss', expected, iss)
}

/** Whether it is the issuer of a tenant. A front-channel logout names no `tid`, and ends nothing but its session. */
export function isOfSomeTenant(iss: string, template: string): boolean {
  const [before = '', after = ''] = template.split('{tenantid}')
  const tenant = iss.slice(before.length, iss.length - after.length)
  return iss === `${before}${tenant}${after}` && TENANT_ID.test(tenant)
}

/** A failed check of this claim; the found value is cut for the log. */
export function mismatch(claim: string, expected: string, found: unknown): CheckResult {
  return failed(expected, show(found), claim)
}

// A number in a string keeps its quotes, which are the reason for the refusal.
function show(found: unknown): string {
  if (found === undefined) return 'nothing'
  return cut(typeof found === 'string' && !/^\d*$/.test(found) ? found : JSON.stringify(found))
}

// With a NumericDate that is text or NaN, every comparison would be false.
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

/** As a NumericDate: whole seconds since 1970. RFC 7519 2 */
export function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}

/** Core 2: a subject or session ID is a string of at most 255 characters, and not blank. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 255
}

/** undefined unless it is a string or a list of strings. */
function audiences(aud: unknown): readonly string[] | undefined {
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) && aud.every((one) => typeof one === 'string') ? aud : undefined
}
