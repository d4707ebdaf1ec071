/**
 * login owns the way from a request to an identity provider to a stored login: started here, answered in
 * receive-saml-response.ts or receive-oidc-callback.ts, finished in finish-login.ts, kept in logins.ts; and how its
 * evidence stays usable (refresh-token.ts, reauthentication.ts). It knows no role.
 */
import { requestableContexts } from '../../core/authentication/context.ts'
import { fingerprint, newId, newToken } from '../../core/ids.ts'
import type { LoginWishes } from '../../oidc/authorization-request.ts'
import { buildAuthnRequest } from '../../saml/authn-request.ts'
import { auditingRefusals } from '../audit-lines.ts'
import { type Caller, type Gateway, providerOf } from '../gateway.ts'
import type { OidcProvider, SamlProvider } from '../providers.ts'
import type { Recording } from '../record.ts'
import { type Pending, type PendingLogin, rememberPending } from './pending-logins.ts'
import { returnPath } from './return-to.ts'

/** What sends a user to an identity provider and stores the pending login. */
export type StartLoginPorts = Pick<Gateway, 'providers' | 'store' | 'now'>

/** How the browser gets to the identity provider. */
export type IdpRedirect =
  | { readonly kind: 'redirect'; readonly url: string }
  | {
      readonly kind: 'post'
      readonly action: string
      readonly fields: Readonly<Record<string, string>>
      /** The provider's label, for the page with the form. */
      readonly provider: string
    }

export interface StartedLogin {
  readonly departure: IdpRedirect
  /** The browser's binding cookie: the existing one, so several tabs finish in any order, or a new one. */
  readonly browserSecret: string
}

/** The purpose of a login, stored until the response arrives. */
export type Intent = Pick<
  PendingLogin,
  'returnTo' | 'binding' | 'isPassive' | 'renews' | 'testFor' | 'maxAuthAgeSeconds' | 'authnContext'
>

/** What is asked for at the provider, and need not be remembered. */
interface Asking {
  readonly loginHint?: string | undefined
  /** The provider shows a page even to a user who has a session there, who can sign in as another one. */
  readonly isOtherUser?: boolean | undefined
}
type SamlIntent = Intent & Pick<Pending<'saml'>, 'idp'>

export interface Asked {
  readonly provider: string
  /** The entityID that the user chose, if the provider has several. */
  readonly idp?: string
  /** The name that the user will probably sign in with: only a hint for an OpenID provider's page. Core 3.1.2.1 */
  readonly loginHint?: string
  /** Whether the user wants to sign in as another user than the provider knows them as. */
  readonly isOtherUser?: boolean
  readonly returnTo: unknown
  readonly browserSecret: string | undefined
}

/**
 * Sends an AuthnRequest to that identity provider. Throws GatewayError (`provider.unavailable`, `provider.idp_unknown`)
 * or SamlError.
 */
export async function startSaml(
  gateway: StartLoginPorts,
  provider: SamlProvider,
  intent: SamlIntent,
  { isOtherUser = false }: Asking = {},
): Promise<IdpRedirect> {
  const { settings, serviceProvider } = provider
  const handle = newId()
  const request = await buildAuthnRequest({
    idp: await provider.metadata(intent.idp),
    sp: serviceProvider,
    relayState: handle,
    now: gateway.now(),
    isPassive: intent.isPassive ?? false,
    forceAuthn: isOtherUser || intent.maxAuthAgeSeconds !== undefined,
    signRequests: settings.signRequests,
    ...contextWishOf(provider, intent),
    ...(settings.nameIdFormat === undefined ? {} : { nameIdFormat: settings.nameIdFormat }),
  })
  await rememberPending(gateway.store, gateway.now, handle, {
    protocol: 'saml',
    provider: settings.id,
    requestId: request.id,
    ...intent,
  })
  return request.binding === 'redirect'
    ? { kind: 'redirect', url: request.url }
    : { kind: 'post', action: request.action, fields: request.fields, provider: settings.label }
}

/** What every sign-in must have; for a role exactly what satisfies it. Core 3.3.2.2.1 */
function contextWishOf({ settings }: SamlProvider, { authnContext }: SamlIntent) {
  return authnContext === undefined
    ? { authnContext: settings.authnContext, authnContextComparison: settings.authnContextComparison }
    : { authnContext: requestableContexts(authnContext, 'saml') }
}

/** The same for an OpenID provider. Throws OidcError. */
export async function startOidc(
  gateway: StartLoginPorts,
  provider: OidcProvider,
  intent: Intent,
  { loginHint, isOtherUser = false }: Asking = {},
): Promise<IdpRedirect> {
  const wishes = {
    ...wishesOf(intent),
    ...(isOtherUser ? { isOtherUser } : {}),
    ...(loginHint === undefined ? {} : { loginHint }),
  }
  const { url, ...secrets } = await provider.relyingParty.start(gateway.now(), wishes)
  const { id } = provider.settings
  await rememberPending(gateway.store, gateway.now, secrets.state, {
    protocol: 'oidc',
    provider: id,
    ...secrets,
    ...intent,
  })
  return { kind: 'redirect', url: url.href }
}

/** OpenID Connect Core 3.1.2.1: without a page, or with one even for a signed-in user. */
function wishesOf({ isPassive, maxAuthAgeSeconds, authnContext }: Intent): LoginWishes {
  const context = authnContext === undefined ? {} : { acrValues: authnContext }
  if (maxAuthAgeSeconds !== undefined) return { prompt: 'login', maxAgeSeconds: maxAuthAgeSeconds, ...context }
  return isPassive ? { prompt: 'none', ...context } : context
}

async function start(gateway: StartLoginPorts, asked: Asked): Promise<StartedLogin> {
  const provider = providerOf(gateway, asked.provider)
  const browserSecret = asked.browserSecret ?? newToken()
  const intent = { returnTo: returnPath(asked.returnTo, '/roles'), binding: fingerprint(browserSecret) }
  const departure =
    provider.protocol === 'saml'
      ? await startSaml(gateway, provider, { ...intent, ...(asked.idp === undefined ? {} : { idp: asked.idp }) }, asked)
      : await startOidc(gateway, provider, intent, asked)
  return { departure, browserSecret }
}

/**
 * Starts a login at that provider, to end at `returnTo`, a path inside the gateway. Throws GatewayError
 * (`provider.unknown`, `provider.unavailable`, `provider.idp_unknown`, `login.return_to_refused`,
 * `login.too_many_pending`), OidcError or SamlError.
 */
export function startLogin(gateway: Recording & StartLoginPorts, asked: Asked, caller: Caller): Promise<StartedLogin> {
  return auditingRefusals(gateway, { provider: asked.provider }, caller, () => start(gateway, asked))
}
