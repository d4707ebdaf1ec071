import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import { type Finding, finding, firstFailure, notRun, pass, runChecks, type Verdict } from '../core/verdict.ts'
import { cut, OidcError, type OidcErrorCode } from './errors.ts'
import { type ExpectedIdToken, type IdToken, idTokenCheckCodes, idTokenChecks } from './id-token-checks.ts'

/** `verified`: openid-client has verified the signature with the published keys. */
type Signature = 'verified' | { readonly keys: JSONWebKeySet }

/** What came out: the claims, which every check has passed, or the reason to refuse. */
export type Judgement =
  | { readonly verdict: Verdict; readonly claims: IdToken['claims'] }
  | { readonly verdict: Verdict; readonly error: OidcError }

interface TokenToJudge {
  readonly idToken: string
  readonly accessToken: string | undefined
  readonly algorithms: readonly string[]
}

/** Everything that is asked of an ID token, and what came out. OpenID Connect Core 3.1.3.7 */
export const judgeIdToken = async (
  { idToken, accessToken, algorithms }: TokenToJudge,
  signature: Signature,
  expected: ExpectedIdToken,
): Promise<Judgement> => {
  const parts = parseIdToken(idToken)
  if (!parts) return refuseSignature('oidc.id_token_malformed', { expected: 'a signed JSON Web Token', found: 'none' })
  const problem = await signatureProblem(idToken, parts.header, algorithms, signature)
  if (problem) return refuseSignature(problem.code, problem)
  const verdict = [signatureHolds, ...runChecks(idTokenChecks, { ...parts, accessToken }, expected)]
  const failure = firstFailure(verdict)
  if (!failure) return { verdict, claims: parts.claims }
  const code = idTokenCheckCodes[failure.name as keyof typeof idTokenCheckCodes]
  return { verdict, error: new OidcError(code, withoutSecrets(failure), verdict) }
}

/** Header and claims of a compact JWS; undefined for anything else. RFC 7515 7.1 */
const parseIdToken = (token: string): Omit<IdToken, 'accessToken'> | undefined => {
  const [header, claims, signature, ...rest] = token.split('.')
  if (signature === undefined || rest.length > 0) return undefined
  const [parsedHeader, parsedClaims] = [parseSegment(header), parseSegment(claims)]
  return parsedHeader && parsedClaims && { header: parsedHeader, claims: parsedClaims }
}

interface SignatureProblem {
  readonly code: OidcErrorCode
  readonly expected: string
  readonly found: string
}

const signatureProblem = async (
  idToken: string,
  { alg, kid }: IdToken['header'],
  algorithms: readonly string[],
  signature: Signature,
): Promise<SignatureProblem | undefined> => {
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    return { code: 'oidc.algorithm_refused', expected: algorithms.join(' '), found: cut(String(alg)) }
  }
  if (signature === 'verified') return undefined
  try {
    // Only the published keys: what the header says of keys (jwk, jku, x5u, x5c) is not looked at.
    await compactVerify(idToken, createLocalJWKSet(signature.keys), { algorithms: [...algorithms] })
    return undefined
  } catch (error) {
    return { ...explain(error), found: `alg ${alg}, kid ${cut(String(kid))}` }
  }
}

const explain = (error: unknown): Omit<SignatureProblem, 'found'> => {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return { code: 'oidc.key_unknown', expected: 'exactly one published key' }
  }
  if (error instanceof errors.JOSENotSupported) {
    return { code: 'oidc.critical_header', expected: 'no critical extension' }
  }
  return { code: 'oidc.signature_invalid', expected: 'a signature by the published key' }
}

const SIGNATURE = 'signatureIsTheProviders'
const signatureHolds: Finding = finding(SIGNATURE, pass)

const refuseSignature = (code: OidcErrorCode, reason: { expected: string; found: string }): Judgement => {
  const failure = { expected: reason.expected, found: reason.found, source: 'ID token header' }
  const verdict = [finding(SIGNATURE, failure), ...notRun(idTokenChecks)]
  return { verdict, error: new OidcError(code, failure, verdict) }
}

const withoutSecrets = ({ name: _, outcome: __, ...detail }: Finding) => detail

const utf8 = new TextDecoder('utf-8', { fatal: true })

const parseSegment = (segment: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  try {
    const text = utf8.decode(Buffer.from(segment ?? '', 'base64url'))
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
