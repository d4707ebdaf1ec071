import { valuesOf } from '../../access/attribute-names.ts'
import { AUTHN_METHODS, withShortNames } from '../../access/short-names.ts'
import type { Identity, IdpMarks, SignIn } from '../../core/identity.ts'
import type { Observe } from '../../core/verdict.ts'
import { SamlError } from '../../saml/errors.ts'
import { type VerifiedAssertion, validateResponse } from '../../saml/response/validate.ts'
import { signInFromAssertion } from '../../saml/sign-in.ts'
import { auditingRefusals } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import { type Caller, type Gateway, providerOf } from '../gateway.ts'
import type { SamlProvider } from '../providers.ts'
import type { Recording } from '../record.ts'
import { usedAssertions } from '../store-records.ts'
import { keepTest } from '../test-sign-in/keep.ts'
import { checkMaxAuthAge } from './authentication-age.ts'
import { expectedResponse } from './expected-response.ts'
import { rememberIdp } from './idp-help.ts'
import { consumeRequest, makeRoom, type Pending, pendingFor } from './pending-logins.ts'
import { inProductWords } from './product-hints.ts'
import { returnPath } from './return-to.ts'
import { keepWithinScopes } from './scoped-attributes.ts'
import { type IdpRedirect, type StartLoginPorts, startSaml } from './start-login.ts'
import { type Arrived, forgetVerifiedSignIn, keepVerifiedSignIn } from './verified-sign-ins.ts'

/** What receives a response and stores what it verified. */
export type ReceivePorts = Recording & StartLoginPorts & Pick<Gateway, 'settings'>

/** The form that a SAML identity provider posts, as received: either field may be of any type. */
export interface SamlAnswer {
  readonly provider: string
  readonly form: { readonly SAMLResponse?: unknown; readonly RelayState?: unknown }
}

/** What happens after a response was accepted. */
export type ReceiveResult =
  /** Verified, and waiting under this handle at the finish page. */
  | { readonly kind: 'verified'; readonly handle: string }
  /** Verified, but unsolicited: a login at that provider is started. */
  | { readonly kind: 'unsolicited'; readonly provider: string; readonly returnTo: string }
  /** The answer to a test sign-in, whatever it was: its result waits under this handle. */
  | { readonly kind: 'tested'; readonly provider: string; readonly handle: string }
  /** The provider could not respond without showing a page, and is asked again. */
  | { readonly kind: 'retry-visibly'; readonly departure: IdpRedirect }

/**
 * Handles what arrives at the assertion consumer service: verifies it and stores it for the browser that started the
 * login. Reads no cookie and no session, as this request comes from another site. Throws SamlError or GatewayError.
 */
export function receiveSamlResponse(gateway: ReceivePorts, answer: SamlAnswer, caller: Caller): Promise<ReceiveResult> {
  return auditingRefusals(gateway, { provider: answer.provider }, caller, () => receiveSaml(gateway, answer, caller))
}

async function receiveSaml(
  gateway: ReceivePorts,
  { provider: id, form }: SamlAnswer,
  caller: Caller,
): Promise<ReceiveResult> {
  const provider = providerOf(gateway, id)
  if (provider.protocol !== 'saml') throw new GatewayError('provider.unknown', { found: id })
  const pending = await pendingFor(gateway.store, 'saml', id, form.RelayState)
  if (pending?.testFor !== undefined) {
    const handle = await keepTest(gateway, pending, caller, (observe) =>
      testedSaml(gateway, provider, form, pending, observe),
    )
    return { kind: 'tested', provider: id, handle }
  }
  try {
    const { assertion, signIn } = await verifySaml(gateway, provider, form, pending)
    const using = () => useUp(gateway, assertion, provider.settings.clockSkewSeconds)
    if (assertion.inResponseTo === undefined) {
      await using()
      return await receiveUnsolicited(gateway, provider, signIn, form.RelayState)
    }
    if (!pending) throw new SamlError('saml.request_unknown')
    const answered = () => makeRoom(gateway.store, String(form.RelayState), pending)
    return { kind: 'verified', handle: await keepIfFirst(gateway, [using, answered], { signIn, ...pending }) }
  } catch (error) {
    if (pending?.isPassive && needsAPage(error, pending)) return askVisibly(gateway, provider, pending)
    const refusal = inProductWords(await asReplay(gateway, error), provider.settings.preset)
    await rememberIdp(refusal, provider, pending?.idp)
    throw refusal
  }
}

/** The same checks as for any answer. Throws SamlError. */
async function testedSaml(
  gateway: ReceivePorts,
  provider: SamlProvider,
  form: SamlAnswer['form'],
  pending: Pending<'saml'>,
  observe: Observe,
): Promise<SignIn> {
  try {
    const { assertion, signIn } = await verifySaml(gateway, provider, form, pending, observe)
    if (assertion.inResponseTo === undefined) throw new SamlError('saml.request_unknown')
    await useUp(gateway, assertion, provider.settings.clockSkewSeconds)
    return signIn
  } catch (error) {
    throw inProductWords(await asReplay(gateway, error), provider.settings.preset)
  }
}

/** Verifies it, and uses nothing up. Throws SamlError. */
async function verifySaml(
  gateway: ReceivePorts,
  provider: SamlProvider,
  form: SamlAnswer['form'],
  pending: Pending<'saml'> | undefined,
  observe: Observe = () => {},
): Promise<{ readonly assertion: VerifiedAssertion; readonly signIn: SignIn }> {
  const { settings } = provider
  // With discovery, only the pending login says which identity provider was asked, so unsolicited responses are
  // refused.
  if (settings.discovery && !pending) throw new SamlError('saml.request_unknown')
  const idp = await provider.metadata(pending?.idp)
  const { remembersSince } = gateway.store
  const expected = expectedResponse(gateway.settings, provider, idp, {
    inResponseTo: pending?.requestId,
    remembersSince,
    ...(pending?.authnContext === undefined ? {} : { authnContext: pending.authnContext }),
  })
  const now = gateway.now()
  const assertion = validateResponse({ SAMLResponse: form.SAMLResponse }, expected, now, observe)
  const toBeShown = settings.exchange.evidence === 'original' ? String(form.SAMLResponse) : undefined
  const signIn = signInFromAssertion(settings.id, assertion, toBeShown, now)
  const scoped = keepWithinScopes(withMarks(signIn, idp.marks), idp.scopes, settings)
  checkMaxAuthAge(gateway, provider, signIn.identity, pending?.maxAuthAgeSeconds)
  return { assertion, signIn: namedForRules(scoped, provider) }
}

/** After scopes are kept, so a value that was left out does not return under a short name. */
function namedForRules(signIn: SignIn, { settings: { preset } }: SamlProvider): SignIn {
  const { identity } = signIn
  const attributes = withShortNames(identity.attributes, preset?.attributes)
  const methods = preset?.mfa.by === 'attribute' ? valuesOf(attributes, AUTHN_METHODS) : []
  return { ...signIn, identity: { ...identity, attributes, ...withContexts(identity, methods) } }
}

/** A product that tells how the user signed in by an attribute, not by the class: its values count as contexts. */
function withContexts({ authnContext = [] }: Identity, methods: readonly string[]): Pick<Identity, 'authnContext'> {
  const contexts = methods.map((method) => (method.includes(':') ? method : `amr:${method}`))
  return contexts.length === 0 ? {} : { authnContext: [...new Set([...authnContext, ...contexts])] }
}

/** Rules may refer to what the metadata states about the identity provider now. */
function withMarks(signIn: SignIn, idpMarks: IdpMarks): SignIn {
  const isMarked = Object.values(idpMarks).some((values) => values.length > 0)
  return isMarked ? { ...signIn, identity: { ...signIn.identity, idpMarks } } : signIn
}

/** Each assertion once, and each request once. After every other check, so a refused response uses nothing up. */
async function useUp(gateway: ReceivePorts, assertion: VerifiedAssertion, skew: number): Promise<void> {
  const { inResponseTo } = assertion
  const until = new Date(assertion.notOnOrAfter.getTime() + skew * 1000)
  const [isFirstUse, isFirstAnswer] = await Promise.all([
    usedAssertions.claim(gateway.store, useOf(assertion), until),
    inResponseTo === undefined || consumeRequest(gateway.store, gateway.now, inResponseTo),
  ])
  if (!isFirstUse || !isFirstAnswer) throw replayed(assertion.id)
}

/**
 * At the same time as the response is used up, the sign-in is kept under a handle that nobody has yet: a store that groups
 * writes has one transaction for all. If the response was used before, nothing stays and its error is thrown.
 */
async function keepIfFirst(
  gateway: ReceivePorts,
  steps: readonly (() => Promise<void>)[],
  arrived: Arrived,
): Promise<string> {
  const using = steps.map((step) => step())
  const [kept, ...used] = await Promise.allSettled([keepVerifiedSignIn(gateway, arrived), ...using])
  const failed = used.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') {
    if (kept.status === 'fulfilled') await forgetVerifiedSignIn(gateway, kept.value).catch(() => undefined)
    throw failed.reason
  }
  if (kept.status === 'rejected') throw kept.reason
  return kept.value
}

function useOf({ issuer, id }: { readonly issuer: string; readonly id: string }): string {
  return `${issuer}:${id}`
}

function replayed(id: string): SamlError {
  return new SamlError('saml.replayed', { found: id, source: 'Assertion/@ID' })
}

/**
 * Unsolicited, so it creates no session: it only starts an ordinary login, which is silent for a user who is signed in
 * there. If no request can be sent, the user must confirm the sign-in.
 */
async function receiveUnsolicited(
  gateway: ReceivePorts,
  { settings, metadata }: SamlProvider,
  signIn: SignIn,
  relayState: unknown,
): Promise<ReceiveResult> {
  const returnTo = relayedPath(relayState)
  const { redirect, post } = (await metadata()).singleSignOn
  if (redirect !== undefined || post !== undefined) return { kind: 'unsolicited', provider: settings.id, returnTo }
  return { kind: 'verified', handle: await keepVerifiedSignIn(gateway, { signIn, returnTo }) }
}

/** The identity provider's RelayState counts only if it is a path of ours. */
function relayedPath(relayState: unknown): string {
  try {
    return returnPath(relayState, '/roles')
  } catch {
    return '/roles'
  }
}

/**
 * What a silent request cannot do. Where a role requires a context, the user may still have another way of signing in
 * than the one that the identity provider's session has.
 */
function needsAPage(error: unknown, { authnContext }: Pending<'saml'>): boolean {
  if (!(error instanceof SamlError)) return false
  if (error.code === 'saml.no_passive') return true
  return authnContext !== undefined && ['saml.authn_context_mismatch', 'saml.no_authn_context'].includes(error.code)
}

/**
 * A failed silent sign-in is followed by one with a page. The message about it is unauthenticated, and has no other
 * effect.
 */
async function askVisibly(
  gateway: ReceivePorts,
  provider: SamlProvider,
  pending: Pending<'saml'>,
): Promise<ReceiveResult> {
  if (!(await consumeRequest(gateway.store, gateway.now, pending.requestId))) throw new GatewayError('login.used')
  const { isPassive: _, protocol: __, provider: ___, requestId: ____, ...intent } = pending
  return { kind: 'retry-visibly', departure: await startSaml(gateway, provider, intent) }
}

/** The login may be over and forgotten, or not be named: a used assertion is still recognized. */
async function asReplay(gateway: ReceivePorts, error: unknown): Promise<unknown> {
  if (!(error instanceof SamlError) || error.code !== 'saml.request_unknown' || !error.assertion) return error
  const wasUsed = await usedAssertions.isClaimed(gateway.store, useOf(error.assertion))
  return wasUsed ? replayed(error.assertion.id) : error
}
