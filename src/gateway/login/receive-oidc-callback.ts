/** What an OpenID provider sends to its redirect URI, in the URL or as a form. */
import { fingerprint, sameText } from '../../core/ids.ts'
import { parametersToPark } from '../../oidc/callback.ts'
import { OidcError } from '../../oidc/errors.ts'
import { auditingRefusals } from '../audit-lines.ts'
import { expiryOf } from '../define-record.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway } from '../gateway.ts'
import { type OidcProvider, oidcProviderOf } from '../providers.ts'
import type { Recording } from '../record.ts'
import { CALLBACK_ROOM, postedCallbacks } from '../store-records.ts'
import { keepTest } from '../test-sign-in/keep.ts'
import { consumeRequest, isBoundTo, makeRoom, type Pending, pendingFor } from './pending-logins.ts'
import type { ReceiveResult } from './receive-saml-response.ts'
import { type StartLoginPorts, startOidc } from './start-login.ts'
import { keepVerifiedSignIn } from './verified-sign-ins.ts'

/** What receives a callback and stores what it verified. */
export type OidcCallbackPorts = Recording & StartLoginPorts

export interface OidcAnswer {
  readonly provider: string
  readonly parameters: URLSearchParams
  readonly browserSecret: string | undefined
}

/**
 * A form_post comes from another site, without the binding cookie: its parameters are stored under the returned handle
 * until a GET brings both. Nothing is redeemed yet. One form is stored for each state, the first: any other, including
 * a repeated one, gets the same handle. Throws OidcError, or GatewayError (`login.other_provider`,
 * `login.too_many_pending`).
 */
export function keepOidcCallback(
  gateway: OidcCallbackPorts,
  { provider, parameters }: Omit<OidcAnswer, 'browserSecret'>,
  caller: Caller,
): Promise<string> {
  return auditingRefusals(gateway, { provider }, caller, async () => {
    oidcProviderOf(gateway.providers, provider)
    const { state } = await pendingOf(gateway, provider, parameters)
    const kept = parametersToPark(parameters).toString()
    // The state itself must not appear in our URLs.
    const handle = fingerprint(`form_post of ${state}`)
    const until = expiryOf(postedCallbacks, gateway.now())
    const admission = await postedCallbacks.admit(gateway.store, CALLBACK_ROOM, handle, kept, until)
    if (admission === 'full') throw new GatewayError('login.too_many_pending')
    return handle
  })
}

/** The login that the state names. Throws OidcError `oidc.state_mismatch` or GatewayError `login.other_provider`. */
async function pendingOf({ store }: Pick<Gateway, 'store'>, provider: string, parameters: URLSearchParams) {
  const state = parameters.get('state') ?? ''
  const pending = await pendingFor(store, 'oidc', provider, state)
  if (pending && sameText(pending.state, state)) return pending
  throw new OidcError('oidc.state_mismatch', { found: 'a state that names no login', source: 'state' })
}

/** The parameters of a form_post. Throws GatewayError `login.expired`. */
export async function keptOidcCallback({ store }: Pick<Gateway, 'store'>, handle: string): Promise<URLSearchParams> {
  const parameters = await postedCallbacks.get(store, handle)
  if (parameters === undefined) throw new GatewayError('login.expired')
  return new URLSearchParams(parameters)
}

/**
 * Handles what arrives at the redirect URI. The browser's cookie is checked before the code is redeemed; then the
 * tokens are verified and stored as a SAML response would be. Throws OidcError or GatewayError.
 */
export async function receiveOidcCallback(
  gateway: OidcCallbackPorts,
  answer: OidcAnswer,
  caller: Caller,
): Promise<ReceiveResult> {
  return auditingRefusals(gateway, { provider: answer.provider }, caller, async () => {
    const provider = oidcProviderOf(gateway.providers, answer.provider)
    const pending = await takePending(gateway, answer)
    if (pending.testFor !== undefined) {
      const handle = await keepTest(gateway, pending, caller, (observe) =>
        provider.relyingParty.finish(answer.parameters, pending, gateway.now(), observe),
      )
      return { kind: 'tested', provider: answer.provider, handle }
    }
    try {
      const signIn = await provider.relyingParty.finish(answer.parameters, pending, gateway.now())
      const [handle] = await Promise.all([
        keepVerifiedSignIn(gateway, { signIn, ...pending }),
        makeRoom(gateway.store, pending.state, pending),
      ])
      return { kind: 'verified', handle }
    } catch (error) {
      if (pending.isPassive && needsAPage(error, pending)) return askVisibly(gateway, provider, pending)
      throw error
    }
  })
}

/** The first callback with the state uses it up, even if it fails: a code can be tried once. */
async function takePending(gateway: OidcCallbackPorts, answer: OidcAnswer): Promise<Pending<'oidc'>> {
  const pending = await pendingOf(gateway, answer.provider, answer.parameters)
  if (!isBoundTo(pending.binding, answer.browserSecret)) throw new GatewayError('login.other_browser')
  if (!(await consumeRequest(gateway.store, gateway.now, pending.state))) throw new GatewayError('login.used')
  return pending
}

/** Core 3.1.2.6: what `prompt=none` cannot do without a page, such as another way of signing in that a role requires. */
function needsAPage(error: unknown, { authnContext }: Pending<'oidc'>): boolean {
  if (!(error instanceof OidcError)) return false
  return (
    error.code === 'oidc.interaction_required' || (authnContext !== undefined && error.code === 'oidc.acr_mismatch')
  )
}

/** A failed silent sign-in is followed by one with a page. */
async function askVisibly(
  gateway: OidcCallbackPorts,
  provider: OidcProvider,
  { returnTo, binding, renews, authnContext }: Pending<'oidc'>,
): Promise<ReceiveResult> {
  const intent = {
    returnTo,
    binding,
    ...(renews === undefined ? {} : { renews }),
    ...(authnContext === undefined ? {} : { authnContext }),
  }
  return { kind: 'retry-visibly', departure: await startOidc(gateway, provider, intent) }
}
