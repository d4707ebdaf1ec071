/**
 * The token endpoint's answer, with the ID token under another name. openid-client reads everything else in it; an ID
 * token it would judge by this machine's clock instead of `now`, without the keys of encrypted ones, without HS*, and
 * only up to the first thing that is wrong. So there is one reader of tokens: signed-token.ts.
 */
import type { TokenEndpointResponse } from 'openid-client'
import { OidcError } from './errors.ts'

export type TokenAnswer = TokenEndpointResponse

const SET_ASIDE = 'id_token (set aside)'

/** The answer with its ID token set aside; what is no JSON object as it came, for openid-client to refuse. */
export const setIdTokenAside = (answer: unknown): unknown => {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer
  const { id_token: idToken, ...others } = answer as Readonly<Record<string, unknown>>
  return { ...others, [SET_ASIDE]: idToken }
}

/** The ID token that was set aside, unverified. Throws OidcError when there is none. */
export const idTokenIn = (answer: TokenAnswer): string => {
  const idToken = answer[SET_ASIDE]
  if (typeof idToken === 'string') return idToken
  throw new OidcError('oidc.id_token_missing', { expected: 'an ID token', found: typeof idToken, source: 'id_token' })
}
