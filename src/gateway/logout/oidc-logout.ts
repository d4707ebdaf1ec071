/**
 * Logout with OpenID providers: we send the browser there (RP-Initiated Logout 1.0), and the provider notifies us
 * directly (Back-Channel Logout 1.0) or through frames in the browser (Front-Channel Logout 1.0). Neither of the latter
 * reads a cookie.
 */
import type { SignIn } from '../../core/identity.ts'
import { OidcError } from '../../oidc/errors.ts'
import { auditingRefusedLogouts, auditLogout } from '../audit-lines.ts'
import type { Caller, Gateway, GatewaySettings } from '../gateway.ts'
import { endKnownOidcLogins, endOidcLogins, type RecordEnd } from '../login/login-index.ts'
import type { Login } from '../login/logins.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { oidcProviderOf } from '../providers.ts'
import type { Recording } from '../record.ts'
import { usedLogoutTokens } from '../store-records.ts'
import { keyedHashes, type UserStore } from '../user/user-record.ts'
import { awaitAnswer, logoutState, recordAnswer, type SignedInFrom } from './pending-logouts.ts'

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
  gateway: EndSessionPorts & Confirmable,
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
  await awaitConfirmation(gateway, signIn, handle)
  if (request.method === 'get') return { kind: 'redirect', url: request.url }
  return { kind: 'post', action: request.action, fields: request.fields, provider: provider.settings.label }
}

/** What finds a logout that began here when the provider confirms it. */
type Confirmable = Pick<UserStore, 'store' | 'now' | 'settings'>

/** A logout token about the session, or about all of the subject, says that it is over. The way back does not. */
async function awaitConfirmation(gateway: Confirmable, { identity, logoutRef }: SignIn, handle: string): Promise<void> {
  if (logoutRef.kind !== 'oidc') return
  const { provider, issuer } = identity
  const { subject, sid } = logoutRef
  const names = [['sub', subject], ...(sid === undefined ? [] : [['sid', sid]])]
  await Promise.all(
    names.map((name) =>
      awaitAnswer(gateway, confirmationIds(gateway, provider, name)[0], { provider, issuer, handle }),
    ),
  )
}

function confirmationIds(gateway: Confirmable, provider: string, name: readonly string[]) {
  return keyedHashes(gateway, 'logout-confirmed', [provider, ...name])
}

/** Whether it confirms a logout that began here, whose browser is then told so. */
async function confirms(
  gateway: Confirmable,
  from: SignedInFrom,
  { kind, value }: { readonly kind: 'sub' | 'sid'; readonly value: string },
): Promise<boolean> {
  const ids = confirmationIds(gateway, from.provider, [kind, value])
  const answers = ids.map((id) => recordAnswer(gateway, from, { inResponseTo: id, outcome: 'complete' }))
  return (await Promise.all(answers)).some((isOurs) => isOurs)
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
    const isOurs = await confirms(gateway, { provider: id, issuer }, name)
    if (ended.length === 0 && !isOurs)
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
