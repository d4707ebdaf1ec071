/**
 * The token endpoint's answer, with the ID token under another name. openid-client reads everything else in it; an ID
 * token it would judge by this machine's clock instead of `now`, without the keys of encrypted ones, without HS*, and
 * only up to the first thing that is wrong. So there is one reader of tokens: signed-token.ts.
 */
import type { TokenEndpointResponse } from 'openid-client'
import { OidcError } from './errors.ts'

export type TokenAnswer = TokenEndpointResponse

const SET_ASIDE = 'id_token (set aside)'

/** The JSON text with its ID token set aside; any other text as it came, for openid-client to refuse. */
export const setIdTokenAside = (text: string): string => {
  const answer = parse(text)
  if (!answer) return text
  const { id_token: idToken, ...others } = answer
  return JSON.stringify({ ...others, [SET_ASIDE]: idToken })
}

/** The ID token that was set aside, unverified. Throws OidcError when there is none. */
export const idTokenIn = (answer: TokenAnswer): string => {
  const idToken = answer[SET_ASIDE]
  if (typeof idToken === 'string') return idToken
  throw new OidcError('oidc.id_token_missing', { expected: 'an ID token', found: typeof idToken, source: 'id_token' })
}

const parse = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
