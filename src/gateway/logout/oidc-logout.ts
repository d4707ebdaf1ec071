/**
 * Logout with OpenID providers: we send the browser there (RP-Initiated Logout 1.0), the provider tells us directly
 * (Back-Channel Logout 1.0), or through frames in the browser (Front-Channel Logout 1.0). No cookie has a say in either.
 */
import { OidcError } from '../../oidc/errors.ts'
import { auditingRefusedLogouts, auditLogout } from '../audit-lines.ts'
import type { Caller, Gateway, GatewaySettings } from '../gateway.ts'
import { endKnownOidcLogins, endOidcLogins, type OidcSubject } from '../login/login-index.ts'
import type { Login } from '../login/logins.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { oidcProviderOf } from '../providers.ts'
import type { Recording } from '../record.ts'
import { usedLogoutTokens } from '../store-records.ts'
import { logoutState } from './pending-logouts.ts'

export type EndSessionPorts = Pick<Gateway, 'providers' | 'now'> & {
  readonly settings: Pick<GatewaySettings, 'baseUrl'>
}

/** What receives a provider's logout: it ends logins, and records that. */
export type ReceiveLogoutPorts = Recording & Pick<Gateway, 'providers' | 'loginEnded' | 'settings'>

/**
 * Off to the provider, to end what this login came from; undefined where it has no place for that. It comes back with
 * the state of the browser with that handle. Throws OidcError where the provider cannot be asked.
 */
export async function endSessionAtProvider(
  gateway: EndSessionPorts,
  { signIn }: Login,
  handle: string,
): Promise<IdpRedirect | undefined> {
  const provider = gateway.providers.get(signIn.identity.provider)
  if (provider?.protocol !== 'oidc' || signIn.logoutRef.kind !== 'oidc') return undefined
  const session = {
    idToken: signIn.logoutRef.idToken,
    hint: hintOf(signIn),
    postLogoutRedirectUri: signedOutUrl(gateway),
    state: logoutState(handle),
  }
  const request = await provider.relyingParty.endSession(session, gateway.now())
  if (request === undefined) return undefined
  if (request.method === 'get') return { kind: 'redirect', url: request.url }
  return { kind: 'post', action: request.action, fields: request.fields, provider: provider.settings.label }
}

/** Entra ID has a claim for it (`login_hint`); else the session by the provider's own name, or the subject: no address of a person. */
function hintOf({ identity, logoutRef }: Login['signIn']): string {
  return (
    identity.attributes.get('login_hint')?.[0] ??
    (logoutRef.kind === 'oidc' ? logoutRef.sid : undefined) ??
    identity.subject
  )
}

/** Where the provider sends the browser afterwards; to be registered there as a `post_logout_redirect_uri`. */
function signedOutUrl({ settings }: Pick<EndSessionPorts, 'settings'>): string {
  return `${settings.baseUrl}/logout`
}

/**
 * A back-channel logout: ends the logins of its session, or of its subject where it names none. Every notice counts
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
    if (!(await usedLogoutTokens.claim(gateway.store, `${id}:${issuer}:${jti}`, acceptedUntil)))
      throw new OidcError('oidc.logout_replayed', { found: 'a notice that has come before', source: 'jti' })
    const name = sid === undefined ? ({ kind: 'sub', value: sub } as const) : ({ kind: 'sid', value: sid } as const)
    if ((await end(gateway, { provider: id, name }, issuedAt, caller)) === 0)
      throw new OidcError('oidc.logout_ended_nothing', {
        expected: 'a session',
        found: `none of that ${name.kind}`,
        source: name.kind,
      })
  }).catch((error: unknown) => {
    // On record like a refusal, and none to the provider: who is signed out already counts as signed out (2.7).
    if (!isEndedNothing(error)) throw error
  })
}

/** Returns how many logins ended. */
async function end(gateway: ReceiveLogoutPorts, subject: OidcSubject, issuedAt: Date, caller: Caller): Promise<number> {
  const ended = await endOidcLogins(gateway, subject, issuedAt)
  for (const login of ended) await auditLogout(gateway, login, 'provider', caller)
  return ended.length
}

function isEndedNothing(error: unknown): boolean {
  return error instanceof OidcError && error.code === 'oidc.logout_ended_nothing'
}

/**
 * A front-channel logout: ends the logins of the session it names, where there are any, and does nothing else, as nothing
 * in it is signed.
 * Returns the origin whose pages may frame the answer. Throws OidcError or GatewayError.
 */
export function receiveFrontchannelLogout(
  gateway: ReceiveLogoutPorts,
  { provider: id, parameters }: { readonly provider: string; readonly parameters: URLSearchParams },
  caller: Caller,
): Promise<string> {
  return auditingRefusedLogouts(gateway, { provider: id }, caller, async () => {
    const { relyingParty, settings } = oidcProviderOf(gateway.providers, id)
    const { sid } = relyingParty.checkFrontchannelLogout(parameters)
    const ended = await endKnownOidcLogins(gateway, { provider: id, name: { kind: 'sid', value: sid } })
    for (const login of ended) auditLogout(gateway, login, 'provider', caller)
    return new URL(settings.issuer).origin
  })
}
