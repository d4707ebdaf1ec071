import {
  type Check,
  failed,
  type Observe,
  passed,
  runChecks,
  skipChecks,
  throwFirstFailure,
} from '../../core/verdict.ts'
import { OidcError, type OidcErrorCode } from '../errors.ts'
import type { idTokenChecks, renewalChecks } from './id-token-checks.ts'
import type { logoutTokenChecks } from './logout-token-checks.ts'
import type { SignedToken, TokenReader } from './signed-token.ts'

type CheckName = keyof typeof idTokenChecks | keyof typeof renewalChecks | keyof typeof logoutTokenChecks

const codes: Readonly<Record<CheckName, OidcErrorCode>> = {
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
  authenticationIsRecent: 'oidc.authentication_too_old',
  contextIsAsAsked: 'oidc.acr_mismatch',
  accessTokenBelongsToIt: 'oidc.access_token_mismatch',
  subjectIsTheSame: 'oidc.subject_changed',
  nonceIsTheFirst: 'oidc.nonce_mismatch',
  typeIsLogout: 'oidc.logout_token_type',
  eventIsLogout: 'oidc.logout_event_missing',
  someoneIsNamed: 'oidc.logout_subject_missing',
  nonceIsAbsent: 'oidc.logout_nonce_present',
  tokenHasAnId: 'oidc.logout_id_missing',
}

const SIGNATURE = 'signatureIsTheProviders'

/**
 * The token, if its signature verified and every check passed. Throws OidcError with the whole verdict; the checks are
 * not run on a token whose signature does not verify. `beside`: further values that the checks compare with it.
 * `observe`: told of the verdict, passed or not.
 */
export async function verifyToken<Beside extends object, Expected>(
  text: string,
  read: TokenReader,
  checks: Readonly<Partial<Record<CheckName, Check<SignedToken & Beside, Expected>>>>,
  beside: Beside,
  expected: Expected,
  observe: Observe = () => {},
): Promise<SignedToken> {
  const token = await read(text)
  if ('code' in token) {
    const signature = failed(token.expected, token.found, token.source)
    const verdict = [{ name: SIGNATURE, ...signature }, ...skipChecks(checks)]
    observe(verdict)
    throw new OidcError(token.code, token, verdict)
  }
  const verdict = [{ name: SIGNATURE, ...passed() }, ...runChecks(checks, { ...token, ...beside }, expected)]
  observe(verdict)
  throwFirstFailure(verdict, codes, (code, failure) => new OidcError(code, failure, verdict))
  return token
}
