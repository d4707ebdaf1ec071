/** What a provider says of the user at its userinfo endpoint. OpenID Connect Core 5.3 */
import { fetchUserInfo, type ServerMetadata } from 'openid-client'
import { type Answer, described, isJsonType } from './answer.ts'
import type { DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import type { VerifiedTokens } from './grant.ts'
import { toOidcError } from './refusal.ts'
import type { OidcSettings } from './settings.ts'

// An answer may be signed, which openid-client verifies. Core 5.3.2
const JWT_TYPE = 'application/jwt'

/** Whether a login asks there. */
export function asksUserinfo({ userinfo = true }: OidcSettings, metadata: ServerMetadata): boolean {
  return userinfo && metadata.userinfo_endpoint !== undefined
}

/**
 * What the provider says of the same person beyond the ID token. A provider that offers userinfo and then fails to
 * give it fails the login: signed in with half of the groups, a user would see half of the roles and no reason why.
 * Throws OidcError.
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

/** Core 5.3.2: what is said of another subject is not used. */
function userinfoError(error: unknown, subject: string): OidcError {
  const cause = toOidcError(error, 'userinfo')
  const source = 'userinfo'
  if (cause.found === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') {
    return new OidcError('oidc.userinfo_subject_mismatch', { expected: subject, found: 'another subject', source })
  }
  return new OidcError('oidc.userinfo_failed', { found: [cause.code, cause.found].join(' '), source, cause })
}

/** The answer as openid-client reads it. Throws OidcError for one that is neither JSON nor signed. */
export function toUserinfoResponse(answer: Answer & Pick<Response, 'headers'>): Response {
  const { status, type, text, headers, place } = answer
  const isReadable = isJsonType(answer) || type === JWT_TYPE
  // A byte order mark is no part of the text.
  if (isReadable && status < 500) return new Response(text.replace(/^\uFEFF/, ''), { status, headers })
  const code = status === 200 ? 'oidc.answer_not_json' : 'oidc.provider_failed'
  throw new OidcError(code, { expected: 'status 200, application/json', found: described(answer), source: place })
}
