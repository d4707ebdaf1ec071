import { OAuthError, type OAuthErrorCode } from './errors.ts'

/** By the library's error codes, which are those of the standards. */
const CODES: Readonly<Record<string, OAuthErrorCode>> = {
  invalid_redirect_uri: 'oauth.redirect_refused',
  invalid_client: 'oauth.client_unknown',
  unauthorized_client: 'oauth.client_unknown',
  invalid_grant: 'oauth.grant_invalid',
  expired_token: 'oauth.grant_invalid',
  invalid_dpop_proof: 'oauth.proof_invalid',
  use_dpop_nonce: 'oauth.proof_nonce',
  authorization_pending: 'oauth.pending',
  access_denied: 'oauth.denied',
}

interface LibraryError extends Error {
  readonly expose: boolean
  readonly error: string
  readonly error_description?: string
  readonly error_detail?: string
}

/**
 * What the library refused, in codes of ours. `hasEnded`: refusing it ended the device, which only a
 * second use does.
 */
export function oauthErrorOf(refused: LibraryError, hasEnded: boolean): OAuthError {
  const found = [refused.error_description, refused.error_detail].filter((text) => text !== undefined).join(': ')
  const detail = { found: found.slice(0, 300), cause: refused }
  if (hasEnded) return new OAuthError('oauth.token_reused', detail)
  if (refused.name === 'SessionNotFound') return new OAuthError('oauth.request_expired', detail)
  return new OAuthError(CODES[refused.error] ?? 'oauth.request_invalid', detail)
}

/** Whether the library refused a request, as against a defect or an error of ours. */
export function isOfLibrary(error: unknown): error is LibraryError {
  return error instanceof Error && (error as Partial<LibraryError>).expose === true && 'error' in error
}
