/** The claims of the userinfo endpoint. OpenID Connect Core 5.3 */
import { fetchUserInfo, type ServerMetadata } from 'openid-client'
import { type Answer, described, isJsonType } from './answer.ts'
import type { DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import type { VerifiedTokens } from './grant.ts'
import { toOidcError } from './refusal.ts'
import type { OidcSettings } from './settings.ts'

// A response may be signed, which openid-client verifies. Core 5.3.2
const JWT_TYPE = 'application/jwt'

/** Whether a login requests userinfo. */
export function asksUserinfo({ userinfo = true }: OidcSettings, metadata: ServerMetadata): boolean {
  return userinfo && metadata.userinfo_endpoint !== undefined
}

/**
 * The claims about the same user beyond the ID token. If a provider offers userinfo but fails to return it, the login
 * fails: with only half of their groups, users would see half of their roles and not know why. Throws OidcError.
 */
export async function userinfoOf(
  settings: OidcSettings,
  { metadata, configuration }: DiscoveredProvider,
  { subject, accessToken = '' }: VerifiedTokens,
): Promise<Readonly<Record<string, unknown>>> {
  if (!asksUserinfo(settings, metadata)) return {}
  try {
    return await fetchUserInfo(configuration, accessToken, subject)
  } catch (error) {
    throw userinfoError(error, subject)
  }
}

/** Core 5.3.2: claims about another subject are not used. */
function userinfoError(error: unknown, subject: string): OidcError {
  const cause = toOidcError(error, 'userinfo')
  const source = 'userinfo'
  if (cause.found === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') {
    return new OidcError('oidc.userinfo_subject_mismatch', { expected: subject, found: 'another subject', source })
  }
  return new OidcError('oidc.userinfo_failed', { found: [cause.code, cause.found].join(' '), source, cause })
}

/** The response as openid-client reads it. Throws OidcError for one that is neither JSON nor signed. */
export function toUserinfoResponse(answer: Answer & Pick<Response, 'headers'>): Response {
  const { status, type, text, headers, place } = answer
  const isReadable = isJsonType(answer) || type === JWT_TYPE
  // A byte order mark is not part of the text.
  if (isReadable && status < 500) return new Response(text.replace(/^\uFEFF/, ''), { status, headers })
  const code = status === 200 ? 'oidc.answer_not_json' : 'oidc.provider_failed'
  throw new OidcError(code, { expected: 'status 200, application/json', found: described(answer), source: place })
}
