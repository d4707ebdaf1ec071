/**
 * Logout with OpenID providers: we send the browser there (RP-Initiated Logout 1.0), and the provider notifies us
 * directly (Back-Channel Logout 1.0) or through frames in the browser (Front-Channel Logout 1.0). Neither of the latter
 * reads a cookie.
 */
import { OidcError } from '../../oidc/errors.ts'
import { auditingRefusedLogouts, auditLogout } from '../audit-lines.ts'
import type { Caller, Gateway, GatewaySettings } from '../gateway.ts'
import { endKnownOidcLogins, endOidcLogins, type RecordEnd } from '../login/login-index.ts'
import type { Login } from '../login/logins.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { oidcProviderOf } from '../providers.ts'
import type { Recording } from '../record.ts'
import { usedLogoutTokens } from '../store-records.ts'
import { logoutState } from './pending-logouts.ts'

export type EndSessionPorts = Pick<Gateway, 'providers' | 'now'> & {
  readonly settings: Pick<GatewaySettings, 'baseUrl'>
}

/** What handles a provider's logout: ends logins, and records that. */
export type ReceiveLogoutPorts = Recording & Pick<Gateway, 'providers' | 'loginEnded' | 'settings'>

/**
 * Redirects to the provider to end the session this login came from; undefined if it has no endpoint for that. The
 * browser with that handle returns with the state. Throws OidcError if the provider cannot be reached.
 */
export async function endSessionAtProvider(
  gateway: EndSessionPorts,
  { signIn }: Login,
  handle: string,
): Promise<IdpRedirect | undefined> {
  const provider = gateway.providers.get(signIn.identity.provider)
  if (provider?.protocol !== 'oidc' || signIn.logoutRef.kind !== 'oidc') return undefined
  const { idToken } = signIn.logoutRef
  if (idToken === undefined) return undefined
  const session = {
    idToken,
    hint: hintOf(signIn),
    postLogoutRedirectUri: signedOutUrl(gateway),
    state: logoutState(handle),
  }
  const request = await provider.relyingParty.endSession(session, gateway.now())
  if (request === undefined) return undefined
  if (request.method === 'get') return { kind: 'redirect', url: request.url }
  return { kind: 'post', action: request.action, fields: request.fields, provider: provider.settings.label }
}

/**
 * Entra ID has a claim for it (`login_hint`); else the provider's session ID, or the subject: never an email address.
 */
function hintOf({ identity, logoutRef }: Login['signIn']): string {
  return (
    identity.attributes.get('login_hint')?.[0] ??
    (logoutRef.kind === 'oidc' ? logoutRef.sid : undefined) ??
    identity.subject
  )
}

/** Where the provider sends the browser afterwards; must be registered there as a `post_logout_redirect_uri`. */
function signedOutUrl({ settings }: Pick<EndSessionPorts, 'settings'>): string {
  return `${settings.baseUrl}/logout`
}

/**
 * A back-channel logout: ends the logins of its session, or of its subject if it names none. Every logout token counts
 * once. Throws OidcError or GatewayError.
 */
export function receiveLogoutToken(
  gateway: ReceiveLogoutPorts,
  { provider: id, logoutToken }: { readonly provider: string; readonly logoutToken: string },
  caller: Caller,
): Promise<void> {
  return auditingRefusedLogouts(gateway, { provider: id }, caller, async () => {
    const { relyingParty } = oidcProviderOf(gateway.providers, id)
    const notice = await relyingParty.verifyLogoutToken(logoutToken, gateway.now())
    const { issuer, jti, acceptedUntil, issuedAt, sub = '', sid } = notice
    const use = `${id}:${issuer}:${jti}`
    if (await usedLogoutTokens.isClaimed(gateway.store, use)) throw logoutReplayed()
    const name = sid === undefined ? ({ kind: 'sub', value: sub } as const) : ({ kind: 'sid', value: sid } as const)
    const ended = await endOidcLogins(gateway, { provider: id, name }, issuedAt, recordingEnd(gateway, caller))
    // Only now: if the store fails before, the provider can send the token again, and the logins do end.
    if (!(await usedLogoutTokens.claim(gateway.store, use, acceptedUntil))) throw logoutReplayed()
    if (ended.length === 0)
      throw new OidcError('oidc.logout_ended_nothing', {
        expected: 'a session',
        found: `none of that ${name.kind}`,
        source: name.kind,
      })
  }).catch((error: unknown) => {
    // Recorded as a refusal, but not answered as one: a user who is already signed out counts as signed out (2.7).
    if (!isEndedNothing(error)) throw error
  })
}

function logoutReplayed(): OidcError {
  return new OidcError('oidc.logout_replayed', { found: 'a notice that has come before', source: 'jti' })
}

/** What records each login that the identity provider ends. */
export function recordingEnd(gateway: ReceiveLogoutPorts, caller: Caller): RecordEnd {
  return (login) => auditLogout(gateway, login, 'provider', caller)
}

function isEndedNothing(error: unknown): boolean {
  return error instanceof OidcError && error.code === 'oidc.logout_ended_nothing'
}

/**
 * A front-channel logout: ends the logins of the session it names, if any, and nothing else, as it is not signed.
 * Returns the origin whose pages may frame the response. Throws OidcError or GatewayError.
 */
export function receiveFrontchannelLogout(
  gateway: ReceiveLogoutPorts,
  { provider: id, parameters }: { readonly provider: string; readonly parameters: URLSearchParams },
  caller: Caller,
): Promise<string> {
  return auditingRefusedLogouts(gateway, { provider: id }, caller, async () => {
    const { relyingParty, settings } = oidcProviderOf(gateway.providers, id)
    const { sid } = relyingParty.checkFrontchannelLogout(parameters)
    const subject = { provider: id, name: { kind: 'sid', value: sid } } as const
    await endKnownOidcLogins(gateway, subject, recordingEnd(gateway, caller))
    return new URL(settings.issuer).origin
  })
}
