/**
 * The token endpoint's response (RFC 6749 5.1, OpenID Connect Core 3.1.3.3). Only members that are used here are
 * checked: an unusual `scope` or `expires_in` fails no login. Nothing in it is verified yet.
 */
import { type Answer, endpointAnswerIn, type Json } from './answer.ts'
import { cut, OidcError } from './errors.ts'

export interface TokenAnswer {
  readonly idToken: string
  /** Some providers issue one only to clients that request an API of theirs. */
  readonly accessToken?: string
  readonly refreshToken?: string
}

/** Throws OidcError. */
export function tokensIn(answer: Answer): TokenAnswer {
  const members = endpointAnswerIn(answer, [200])
  refuseOtherThanBearer(members)
  const [accessToken, refreshToken] = [textIn(members, 'access_token'), textIn(members, 'refresh_token')]
  return {
    idToken: idTokenIn(members),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  }
}

/** RFC 6749 7.1: a token of an unknown type must not be used. One without a type is a bearer token. */
function refuseOtherThanBearer({ token_type: type }: Json): void {
  if (type === undefined || type === null || type === '' || String(type).toLowerCase() === 'bearer') return
  const found = cut(String(type))
  throw new OidcError('oidc.token_type_unsupported', { expected: 'Bearer', found, source: 'token_type' })
}

/** undefined if it is missing, null or empty. */
function textIn(members: Json, name: string): string | undefined {
  const value = members[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw new OidcError('oidc.token_answer_invalid', { expected: 'a text', found: `a ${typeof value}`, source: name })
}

function idTokenIn(members: Json): string {
  const { id_token: idToken } = members
  if (typeof idToken === 'string' && idToken !== '') return idToken
  // Only the names: the values may be tokens.
  const names = Object.keys(members).join(', ')
  const found = idToken === undefined ? cut(names === '' ? 'an empty object' : names) : typeof idToken
  throw new OidcError('oidc.id_token_missing', { expected: 'an ID token', found, source: 'id_token' })
}
