import type { SignIn } from '../core/identity.ts'
import { sameText } from '../core/ids.ts'
import { OidcError } from '../oidc/errors.ts'
import { SamlError } from '../saml/errors.ts'
import { validateResponse } from '../saml/response/validate.ts'
import { signInFromAssertion } from '../saml/sign-in.ts'
import { auditingRefusals } from './audit-lines.ts'
import { GatewayError } from './errors.ts'
import { type Caller, type Gateway, providerOf } from './gateway.ts'
import { parkSignIn } from './parked-sign-ins.ts'
import { consumeRequest, isBoundTo, type PendingLogin, readPending } from './pending-logins.ts'
import type { SamlProvider } from './providers.ts'

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
const consume = async (
  gateway: Gateway,
  assertion: ReturnType<typeof validateResponse>,
  skew: number,
): Promise<void> => {
  const until = new Date(assertion.notOnOrAfter.getTime() + skew * 1000)
  const isFirstUse = await gateway.store.claim(`assertion:${assertion.issuer}:${assertion.id}`, until)
  if (!isFirstUse || !(await consumeRequest(gateway.store, gateway.now, assertion.inResponseTo)))
    throw new SamlError('saml.replayed', { found: assertion.id, source: 'Assertion/@ID' })
}

const verifySaml = async (
  gateway: Gateway,
  { settings, serviceProvider, metadata }: SamlProvider,
  form: SamlAnswer['form'],
): Promise<{ signIn: SignIn; pending: Pending<'saml'> }> => {
  const pending = await pendingFor(gateway, 'saml', settings.id, form.RelayState)
  const expected = {
    idp: await metadata(),
    spEntityId: serviceProvider.entityId,
    acsUrl: serviceProvider.acsUrl,
    inResponseTo: pending?.requestId,
    clockSkewSeconds: settings.clockSkewSeconds,
    signature: settings.signature,
    subject: settings.subject.kind === 'nameId' ? 'nameId' : settings.subject.name,
  }
  const assertion = validateResponse({ SAMLResponse: form.SAMLResponse }, expected, gateway.now())
  if (!pending) throw new SamlError('saml.request_unknown')
  await consume(gateway, assertion, settings.clockSkewSeconds)
  return { signIn: signInFromAssertion(settings.id, assertion, String(form.SAMLResponse)), pending }
}

/**
 * What comes to the assertion consumer service. Verifies it, parks it for the browser that started, and returns the
 * handle under which that browser gets it. Looks at no cookie and touches no session: this request comes from another
 * site. Throws SamlError or GatewayError.
 */
export const receiveSamlResponse = async (gateway: Gateway, answer: SamlAnswer, caller: Caller): Promise<string> =>
  auditingRefusals(gateway, { provider: answer.provider }, caller, async () => {
    const provider = providerOf(gateway, answer.provider)
    if (provider.protocol !== 'saml') throw new GatewayError('provider.unknown', { found: provider.settings.id })
    const { signIn, pending } = await verifySaml(gateway, provider, answer.form)
    return parkSignIn(gateway, signIn, pending)
  })

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
    return parkSignIn(gateway, signIn, pending)
  })
