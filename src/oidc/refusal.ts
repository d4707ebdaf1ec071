import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { cut, OidcError } from './errors.ts'

/**
 * What openid-client threw, in our words; `source` is what was asked. Its own causes hold bodies and tokens, so they
 * are not passed on.
 */
export const toOidcError = (error: unknown, source: string): OidcError =>
  ourOwn(error) ?? refusalByTheProvider(error, source) ?? unexpectedAnswer(error, source)

// openid-client wraps what our fetch threw.
const ourOwn = (error: unknown): OidcError | undefined => {
  if (error instanceof OidcError) return error
  return error instanceof Error && error.cause instanceof OidcError ? error.cause : undefined
}

const refusalByTheProvider = (error: unknown, source: string): OidcError | undefined => {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const found = cut(error.error_description ? `${error.error}: ${error.error_description}` : error.error)
    if (error.error === 'invalid_grant') return new OidcError('oidc.code_refused', { found, source })
    if (/^(invalid|unauthorized)_client$/.test(error.error))
      return new OidcError('oidc.client_refused', { found, source })
    return new OidcError('oidc.provider_refused', { found, source })
  }
  if (!(error instanceof WWWAuthenticateChallengeError)) return undefined
  return new OidcError('oidc.client_refused', { found: `status ${error.status}`, source })
}

const unexpectedAnswer = (error: unknown, source: string): OidcError => {
  const found = error instanceof ClientError ? cut(error.code ?? error.message) : 'something else'
  return new OidcError('oidc.token_answer_invalid', { expected: 'an answer as the protocol has it', found, source })
}
