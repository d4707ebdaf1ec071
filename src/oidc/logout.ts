import { buildEndSessionUrl } from 'openid-client'
import type { Secret } from '../core/secret.ts'
import { type Check, failed, passed, runChecks, throwFirstFailure } from '../core/verdict.ts'
import { parametersComeOnce } from './callback.ts'
import type { DiscoveredProvider } from './discovery.ts'
import { cut, OidcError, type OidcErrorCode } from './errors.ts'
import { expectedToken } from './grant.ts'
import type { OidcSettings } from './settings.ts'
import { logoutTokenChecks } from './tokens/logout-token-checks.ts'
import { isOfSomeTenant, isText, OLDEST_SECONDS } from './tokens/token-checks.ts'
import { verifyToken } from './tokens/verified-token.ts'

/** The sign-in to end at the provider. RP-Initiated Logout 1.0, 2 */
export interface EndSession {
  /** `id_token_hint` */
  readonly idToken: Secret
  /** `logout_hint`, for a provider that is not sent the token: the provider's name for the session or the user. */
  readonly hint: string
  /** Must be registered with the provider. */
  readonly postLogoutRedirectUri: string
  readonly state: string
}

/** How the browser reaches the provider's end session endpoint. */
export type EndSessionRequest =
  | { readonly method: 'post'; readonly action: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly method: 'get'; readonly url: string }

/**
 * A verified message from the provider that sessions have ended. With `sid` those of one session; without it all of
 * `sub`.
 */
export interface LogoutNotice {
  readonly issuer: string
  readonly sub?: string
  readonly sid?: string
  /** The logout token counts once: the caller remembers this ID until `acceptedUntil`. */
  readonly jti: string
  /** By the provider's clock. */
  readonly issuedAt: Date
  /** The logout token would be refused after this. */
  readonly acceptedUntil: Date
}

type FrontchannelCheck = Check<URLSearchParams, OidcSettings>

const issuerIsTheProvider: FrontchannelCheck = (query, { issuer, issuerTemplate }) => {
  const iss = query.get('iss')
  const isKnown = issuerTemplate === undefined ? iss === issuer : isOfSomeTenant(iss ?? '', issuerTemplate)
  return isKnown ? passed() : failed(issuer, iss === null ? 'nothing' : cut(iss), 'iss')
}

const sessionIsNamed: FrontchannelCheck = (query) => {
  const sid = query.get('sid')
  return isText(sid) ? passed() : failed('a session', sid === null ? 'nothing' : 'no text', 'sid')
}

/** Without both, any page could sign a browser out. Front-Channel Logout 1.0, 3 */
export const frontchannelLogoutChecks = { parametersComeOnce, issuerIsTheProvider, sessionIsNamed }

const codes: Readonly<Record<keyof typeof frontchannelLogoutChecks, OidcErrorCode>> = {
  parametersComeOnce: 'oidc.parameter_repeated',
  issuerIsTheProvider: 'oidc.logout_issuer_mismatch',
  sessionIsNamed: 'oidc.logout_session_missing',
}

/**
 * How the browser ends the provider's session; undefined if the provider has no endpoint for that. AWS accepts an ID
 * token as proof of the user until it expires, so it is only sent in a form, never in a URL, which remains in history
 * and logs: a GET contains only names. `isPostOffered` is called only if that must be found out. RP-Initiated Logout
 * 1.0, 2
 */
export async function endSessionRequest(
  { clientId, endSessionMethod = 'auto' }: Pick<OidcSettings, 'clientId' | 'endSessionMethod'>,
  { metadata, configuration }: Pick<DiscoveredProvider, 'metadata' | 'configuration'>,
  { idToken, hint, postLogoutRedirectUri, state }: EndSession,
  isPostOffered: () => Promise<boolean>,
): Promise<EndSessionRequest | undefined> {
  const { end_session_endpoint: endpoint } = metadata
  if (endpoint === undefined) return undefined
  const back = { post_logout_redirect_uri: postLogoutRedirectUri, state }
  const isPosted = endSessionMethod === 'auto' ? await isPostOffered() : endSessionMethod === 'post'
  return isPosted
    ? { method: 'post', action: endpoint, fields: { id_token_hint: idToken.reveal(), client_id: clientId, ...back } }
    : { method: 'get', url: buildEndSessionUrl(configuration, { logout_hint: hint, ...back }).href }
}

/** The contents of a back-channel logout token, verified. Throws OidcError. Back-Channel Logout 1.0, 2.6 */
export async function verifyLogoutToken(
  settings: OidcSettings,
  { readToken }: DiscoveredProvider,
  token: string,
  now: Date,
): Promise<LogoutNotice> {
  const { claims } = await verifyToken(token, readToken, logoutTokenChecks, {}, expectedToken(settings, now))
  const { sub, sid, jti, iat, exp } = claims
  const end = Math.min(Number(iat) + OLDEST_SECONDS, exp === undefined ? Number.POSITIVE_INFINITY : Number(exp))
  return {
    issuer: settings.issuerTemplate === undefined ? settings.issuer : String(claims.iss),
    ...(typeof sub === 'string' ? { sub } : {}),
    ...(typeof sid === 'string' ? { sid } : {}),
    jti: String(jti),
    issuedAt: new Date(Number(iat) * 1000),
    // The checks count whole seconds.
    acceptedUntil: new Date((end + settings.clockSkewSeconds + 1) * 1000),
  }
}

/**
 * The session that a front-channel logout ends. Nothing in it is signed, so it ends that session and does nothing else.
 * Throws OidcError.
 */
export function checkFrontchannelLogout(settings: OidcSettings, query: URLSearchParams): { readonly sid: string } {
  const verdict = runChecks<URLSearchParams, OidcSettings>(frontchannelLogoutChecks, query, settings)
  throwFirstFailure(verdict, codes, (code, failure) => new OidcError(code, failure, verdict))
  return { sid: String(query.get('sid')) }
}
