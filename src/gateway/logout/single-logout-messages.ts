import type { Binding, ReceivedMessage } from '../../saml/bindings.ts'
import type { Endpoints, IdpMetadata } from '../../saml/metadata.ts'
import { packMessage } from '../../saml/pack-message.ts'
import {
  type LogoutResult,
  type LogoutSender,
  writeLogoutRequest,
  writeLogoutResponse,
} from '../../saml/write-logout.ts'
import type { Gateway } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { metadataOf, type SamlProvider } from '../providers.ts'
import { awaitAnswer, type SignedInFrom } from './pending-logouts.ts'

export type SendLogoutPorts = Pick<Gateway, 'providers' | 'store' | 'now'>

interface Way {
  readonly binding: Binding
  readonly destination: string
}

type Written = ReturnType<typeof writeLogoutRequest>
type Travelling = Parameters<typeof packMessage>[0]

/**
 * The origins to which signing out may lead: browsers need them before the form is sent. Empty if the identity provider
 * does not take part in logouts, or cannot be reached.
 */
export async function logoutOrigins(
  gateway: Pick<Gateway, 'providers'>,
  from: SignedInFrom,
): Promise<readonly string[]> {
  const provider = gateway.providers.get(from.provider)
  if (provider?.protocol !== 'saml') return []
  const { redirect } = await metadataOf(provider, from.issuer).then(
    ({ singleLogout }) => singleLogout,
    (): Endpoints => ({}),
  )
  return redirect === undefined ? [] : [new URL(redirect).origin]
}

/**
 * Asks the identity provider to end the session this login came from; undefined if it accepts no such request. The
 * response is awaited for the browser with that handle. Throws GatewayError or SamlError if there is no metadata.
 */
export async function sendLogoutRequest(
  gateway: SendLogoutPorts,
  { signIn: { identity, logoutRef } }: Login,
  handle: string,
): Promise<IdpRedirect | undefined> {
  const provider = gateway.providers.get(identity.provider)
  if (provider?.protocol !== 'saml' || logoutRef.kind !== 'saml') return undefined
  const idp = await metadataOf(provider, identity.issuer)
  const way = wayTo(idp.singleLogout, 'redirect')
  if (!way) return undefined
  const request = writeLogoutRequest(senderOf(gateway, provider, way), logoutRef)
  await awaitAnswer(gateway, request.id, { provider: identity.provider, issuer: identity.issuer, handle })
  return send(provider, { ...request, parameter: 'SAMLRequest' }, way)
}

/** By the preferred binding, else by the other; undefined if the metadata has neither. */
function wayTo(endpoints: Endpoints, preferred: Binding): Way | undefined {
  const other = preferred === 'redirect' ? 'post' : 'redirect'
  const binding = endpoints[preferred] === undefined ? other : preferred
  const destination = endpoints[binding]
  return destination === undefined ? undefined : { binding, destination }
}

function senderOf(
  gateway: Pick<Gateway, 'now'>,
  { serviceProvider }: SamlProvider,
  { destination }: Way,
): LogoutSender {
  return {
    issuer: serviceProvider.entityId,
    destination,
    now: gateway.now(),
  }
}

async function send(
  { serviceProvider, settings }: SamlProvider,
  message: Written & Pick<Travelling, 'parameter' | 'relayState'>,
  { binding, destination }: Way,
): Promise<IdpRedirect> {
  const outgoing = await packMessage({ ...message, destination }, binding, serviceProvider.keys)
  if (outgoing.binding === 'redirect') return { kind: 'redirect', url: outgoing.url }
  return { kind: 'post', action: outgoing.action, fields: outgoing.fields, provider: settings.label }
}

/** Responds by the binding of the request if the metadata has it; undefined if it has none. */
export async function sendLogoutResponse(
  gateway: Pick<Gateway, 'now'>,
  provider: SamlProvider,
  { singleLogoutAnswers }: IdpMetadata,
  { id, binding, relayState }: Pick<ReceivedMessage, 'binding' | 'relayState'> & { readonly id: string },
  result: LogoutResult,
): Promise<IdpRedirect | undefined> {
  const way = wayTo(singleLogoutAnswers, binding)
  if (!way) return undefined
  const response = writeLogoutResponse(senderOf(gateway, provider, way), id, result)
  const carried = relayState === undefined ? {} : { relayState }
  return send(provider, { ...response, parameter: 'SAMLResponse', ...carried }, way)
}
