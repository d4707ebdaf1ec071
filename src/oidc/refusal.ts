import { ClientError, WWWAuthenticateChallengeError } from 'openid-client'
import { cut, OidcError } from './errors.ts'

/**
 * An error of openid-client as ours; `source` is what was requested. Its own causes contain bodies and tokens, so they
 * are not passed on.
 */
export function toOidcError(error: unknown, source: string): OidcError {
  return ourOwn(error) ?? unexpected(error, source)
}

// openid-client wraps errors of our fetch.
function ourOwn(error: unknown): OidcError | undefined {
  if (error instanceof OidcError) return error
  return error instanceof Error && error.cause instanceof OidcError ? error.cause : undefined
}

function unexpected(error: unknown, source: string): OidcError {
  if (error instanceof WWWAuthenticateChallengeError)
    return new OidcError('oidc.client_refused', { found: `status ${error.status}${challengeIn(error)}`, source })
  const found = error instanceof ClientError ? cut(error.code ?? error.message) : 'something else'
  return new OidcError('oidc.token_answer_invalid', { expected: 'an answer as the protocol has it', found, source })
}

/** RFC 6750 3: the provider's own error. */
function challengeIn({ cause: [challenge] }: WWWAuthenticateChallengeError): string {
  const { error, error_description: description } = challenge?.parameters ?? {}
  return error === undefined ? '' : `: ${cut([error, description].filter((text) => text !== undefined).join(': '))}`
}
