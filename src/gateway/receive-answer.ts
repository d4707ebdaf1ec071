import type { SignIn } from '../core/identity.ts'
import { sameText } from '../core/ids.ts'
import { OidcError } from '../oidc/errors.ts'
import { SamlError } from '../saml/errors.ts'
import { type VerifiedAssertion, validateResponse } from '../saml/response/validate.ts'
import { signInFromAssertion } from '../saml/sign-in.ts'
import { auditingRefusals } from './audit-lines.ts'
import { GatewayError } from './errors.ts'
import { expectedResponse } from './expected-response.ts'
import { type Caller, type Gateway, providerOf } from './gateway.ts'
import { parkSignIn } from './parked-sign-ins.ts'
import { consumeRequest, isBoundTo, type PendingLogin, readPending } from './pending-logins.ts'
import type { SamlProvider } from './providers.ts'
import { returnPath } from './return-to.ts'
import { type Departure, startSaml } from './start-login.ts'

/** The form that a SAML identity provider posts, as it came: neither field is believed to be text. */
export interface SamlAnswer {
  readonly provider: string
  readonly form: { readonly SAMLResponse?: unknown; readonly RelayState?: unknown }
}

type Pending<Protocol> = Extract<PendingLogin, { protocol: Protocol }>

const pendingFor = async <Protocol extends PendingLogin['protocol']>(
  gateway: Gateway,
  protocol: Protocol,
  provider: string,
  handle: unknown,
): Promise<Pending<Protocol> | undefined> => {
  const pending = await readPending(gateway.store, handle)
  if (pending?.protocol !== protocol) return undefined
  if (pending.provider === provider) return pending as Pending<Protocol>
  throw new GatewayError('login.other_provider', { expected: pending.provider, found: provider })
}

/** Each assertion once, and each request once. After every other check, so that a bad answer uses nothing up. */
const consume = async (gateway: Gateway, assertion: VerifiedAssertion, skew: number): Promise<void> => {
  const { inResponseTo } = assertion
  const until = new Date(assertion.notOnOrAfter.getTime() + skew * 1000)
  const isFirstUse = await gateway.store.claim(`assertion:${assertion.issuer}:${assertion.id}`, until)
  const isFirstAnswer = inResponseTo === undefined || (await consumeRequest(gateway.store, gateway.now, inResponseTo))
  if (!isFirstUse || !isFirstAnswer)
    throw new SamlError('saml.replayed', { found: assertion.id, source: 'Assertion/@ID' })
}

/** Verifies it and uses it up. Throws SamlError. */
const verifySaml = async (
  gateway: Gateway,
  provider: SamlProvider,
  form: SamlAnswer['form'],
  pending: Pending<'saml'> | undefined,
): Promise<VerifiedAssertion> => {
  const expected = expectedResponse(provider, await provider.metadata(), pending?.requestId)
  const assertion = validateResponse({ SAMLResponse: form.SAMLResponse }, expected, gateway.now())
  await consume(gateway, assertion, provider.settings.clockSkewSeconds)
  return assertion
}

/** The identity provider's RelayState is a path of ours, or it is nothing. */
const relayedPath = (relayState: unknown): string => {
  try {
    return returnPath(relayState, '/roles')
  } catch {
    return '/roles'
  }
}

/**
 * Nobody here asked, so it makes no session: it only starts an ordinary login, which is silent for who is signed in
 * there. Where there is no way to ask, the person is to say that it is meant.
 */
const receiveUnsolicited = async (
  gateway: Gateway,
  { settings, metadata }: SamlProvider,
  signIn: SignIn,
  relayState: unknown,
): Promise<Received> => {
  const returnTo = relayedPath(relayState)
  const { redirect, post } = (await metadata()).singleSignOn
  if (redirect !== undefined || post !== undefined) return { kind: 'unsolicited', provider: settings.id, returnTo }
  return { kind: 'parked', handle: await parkSignIn(gateway, { signIn, returnTo }) }
}

const isNoPassive = (error: unknown): boolean => error instanceof SamlError && error.code === 'saml.no_passive'

/** A silent question gets one visible one after it. What says so is not authenticated, and leads to nothing else. */
const askVisibly = async (gateway: Gateway, provider: SamlProvider, pending: Pending<'saml'>): Promise<Received> => {
  if (!(await consumeRequest(gateway.store, gateway.now, pending.requestId))) throw new GatewayError('login.used')
  const { returnTo, binding, renews } = pending
  const intent = { returnTo, binding, ...(renews === undefined ? {} : { renews }) }
  return { kind: 'asked-again', departure: await startSaml(gateway, provider, intent) }
}

/** What becomes of an answer that is taken. */
export type Received =
  /** Verified, and waiting under this handle at the finish page. */
  | { readonly kind: 'parked'; readonly handle: string }
  /** Verified, but nobody here had asked: a login at that provider is to begin. */
  | { readonly kind: 'unsolicited'; readonly provider: string; readonly returnTo: string }
  /** The provider could not answer without showing itself, and is asked again. */
  | { readonly kind: 'asked-again'; readonly departure: Departure }

const receiveSaml = async (gateway: Gateway, { provider: id, form }: SamlAnswer): Promise<Received> => {
  const provider = providerOf(gateway, id)
  if (provider.protocol !== 'saml') throw new GatewayError('provider.unknown', { found: id })
  const pending = await pendingFor(gateway, 'saml', id, form.RelayState)
  try {
    const assertion = await verifySaml(gateway, provider, form, pending)
    const signIn = signInFromAssertion(id, assertion, String(form.SAMLResponse))
    if (assertion.inResponseTo === undefined)
      return await receiveUnsolicited(gateway, provider, signIn, form.RelayState)
    if (!pending) throw new SamlError('saml.request_unknown')
    return { kind: 'parked', handle: await parkSignIn(gateway, { signIn, ...pending }) }
  } catch (error) {
    if (pending?.isPassive && isNoPassive(error)) return askVisibly(gateway, provider, pending)
    throw error
  }
}

/**
 * What comes to the assertion consumer service. Verifies it and parks it for the browser that started. Looks at no
 * cookie and touches no session: this request comes from another site. Throws SamlError or GatewayError.
 */
export const receiveSamlResponse = (gateway: Gateway, answer: SamlAnswer, caller: Caller): Promise<Received> =>
  auditingRefusals(gateway, { provider: answer.provider }, caller, () => receiveSaml(gateway, answer))

export interface OidcAnswer {
  readonly provider: string
  readonly parameters: URLSearchParams
  readonly browserSecret: string | undefined
}

/** The state is used up by the first callback that shows it, also one that fails: a code is worth one try. */
const takeOidcPending = async (gateway: Gateway, answer: OidcAnswer): Promise<Pending<'oidc'>> => {
  const state = answer.parameters.get('state') ?? ''
  const pending = await pendingFor(gateway, 'oidc', answer.provider, state)
  if (!pending) throw new OidcError('oidc.state_mismatch', { found: 'a state that names no login', source: 'state' })
  if (!sameText(pending.state, state)) throw new OidcError('oidc.state_mismatch', { source: 'state' })
  if (!isBoundTo(pending.binding, answer.browserSecret)) throw new GatewayError('login.other_browser')
  if (!(await consumeRequest(gateway.store, gateway.now, state))) throw new GatewayError('login.used')
  return pending
}

/**
 * What comes to the redirect URI. The browser's cookie is checked before the code is redeemed; then the tokens are
 * verified and parked as a SAML response would be. Throws OidcError or GatewayError.
 */
export const receiveOidcCallback = async (gateway: Gateway, answer: OidcAnswer, caller: Caller): Promise<string> =>
  auditingRefusals(gateway, { provider: answer.provider }, caller, async () => {
    const provider = providerOf(gateway, answer.provider)
    if (provider.protocol !== 'oidc') throw new GatewayError('provider.unknown', { found: provider.settings.id })
    const pending = await takeOidcPending(gateway, answer)
    const signIn = await provider.relyingParty.finish(answer.parameters, pending, gateway.now())
    const { returnTo, binding } = pending
    return parkSignIn(gateway, { signIn, returnTo, binding })
  })
