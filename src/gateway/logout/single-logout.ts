/**
 * Single logout: requests of identity providers, and their responses to our requests (sign-out.ts). Every message is
 * signed, so the browser that carries one needs no cookie. Profiles 4.4
 */
import type { KeyObject } from 'node:crypto'
import {
  type AuthenticMessage,
  authenticate,
  issuerHint,
  type MessageForm,
  type ReceivedMessage,
  readPost,
  readRedirect,
} from '../../saml/bindings.ts'
import { SamlError } from '../../saml/errors.ts'
import { type ExpectedLogout, type LogoutRequest, readLogoutRequest, readLogoutResponse } from '../../saml/logout.ts'
import type { IdpMetadata } from '../../saml/metadata.ts'
import type { LogoutResult } from '../../saml/write-logout.ts'
import { auditingRefusedLogouts } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import { type Caller, type Gateway, providerOf } from '../gateway.ts'
import { endLoginsOf } from '../login/login-index.ts'
import { inProductWords } from '../login/product-hints.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { metadataOf, type SamlProvider } from '../providers.ts'
import { usedLogoutRequests } from '../store-records.ts'
import { type ReceiveLogoutPorts, recordingEnd } from './oidc-logout.ts'
import { recordAnswer, signedOutPath } from './pending-logouts.ts'
import { sendLogoutResponse } from './single-logout-messages.ts'

/** What arrived at a provider's single logout service, not parsed yet. */
export type LogoutMessage = { readonly provider: string } & (
  | { /** The query after `?`, as received: its signature covers these octets. */ readonly query: string }
  | { readonly form: MessageForm }
)

/** What an authentic message is read with. */
interface Reading {
  readonly provider: SamlProvider
  readonly idp: IdpMetadata
  readonly received: ReceivedMessage
  readonly message: AuthenticMessage
  readonly expected: ExpectedLogout
}

/** An authentic request that matched no signed-in user: recorded as a refusal, and answered. */
class EndedNothing extends SamlError {
  readonly reading: Reading
  readonly request: LogoutRequest

  constructor(reading: Reading, request: LogoutRequest) {
    const found = request.sessionIndexes.length === 0 ? 'none of that NameID' : 'none of that NameID and SessionIndex'
    super('saml.logout_ended_nothing', { expected: 'a session', found, source: 'LogoutRequest' })
    this.reading = reading
    this.request = request
  }
}

/**
 * Handles what arrives at the single logout service. A request ends the matching logins and is answered; a response is
 * stored for the browser that asked; an unsigned response is refused, but still leads to the signed-out page. Returns
 * where the browser goes; undefined: our own signed-out page. Reads no cookie. Throws SamlError or GatewayError.
 */
export async function receiveLogout(
  gateway: ReceiveLogoutPorts,
  logout: LogoutMessage,
  caller: Caller,
): Promise<IdpRedirect | undefined> {
  return auditingRefusedLogouts(gateway, { provider: logout.provider }, caller, async () => {
    const reading = await open(gateway, logout)
    const isRequest = reading.received.parameter === 'SAMLRequest'
    return isRequest ? onRequest(gateway, reading, caller) : onResponse(gateway, reading)
  }).catch((error: unknown) => {
    if (error instanceof EndedNothing) return answer(gateway, error.reading, error.request, 'ended-nothing')
    // The session here ended before the provider was asked, so nothing in its response needs to be trusted.
    if (error instanceof SamlError && error.code === 'saml.logout_unsigned' && isAnswer(logout))
      return { kind: 'redirect', url: signedOutPath('unsigned') }
    throw error
  })
}

/** From octets to a message that a key in the metadata signed. */
async function open(gateway: Pick<Gateway, 'providers'>, logout: LogoutMessage): Promise<Reading> {
  const provider = samlProviderOf(gateway, logout.provider)
  const received = 'query' in logout ? readRedirect(logout.query) : readPost(logout.form)
  const idp = await metadataOf(provider, issuerHint(received))
  const keys = idp.signingCertificates.map(({ key }) => key)
  const { serviceProvider, settings } = provider
  return {
    provider,
    idp,
    received,
    message: authenticated(received, keys, settings),
    expected: {
      issuer: idp.entityId,
      sloUrl: serviceProvider.sloUrl,
      clockSkewSeconds: settings.clockSkewSeconds,
      decryptionKeys: (serviceProvider.decryptionKeys ?? []).map(({ privateKey }) => privateKey),
    },
  }
}

/** Throws SamlError, with the next step in the words of the provider's product. */
function authenticated(
  received: ReceivedMessage,
  keys: readonly KeyObject[],
  { preset }: SamlProvider['settings'],
): AuthenticMessage {
  try {
    return authenticate(received, keys)
  } catch (error) {
    throw inProductWords(error, preset)
  }
}

function samlProviderOf(gateway: Pick<Gateway, 'providers'>, id: string): SamlProvider {
  const provider = providerOf(gateway, id)
  if (provider.protocol === 'saml') return provider
  throw new GatewayError('provider.unknown', { found: id, expected: 'a SAML provider' })
}

async function onRequest(
  gateway: ReceiveLogoutPorts,
  reading: Reading,
  caller: Caller,
): Promise<IdpRedirect | undefined> {
  const { provider, idp } = reading
  const request = readLogoutRequest(reading.message, reading.expected, gateway.now())
  const use = `${idp.entityId}:${request.id}`
  if (await usedLogoutRequests.isClaimed(gateway.store, use)) throw replayed(request)
  const { nameId } = request
  const subject = { issuer: idp.entityId, spEntityId: provider.serviceProvider.entityId, nameId }
  const ended = await endLoginsOf(gateway, subject, request, recordingEnd(gateway, caller))
  // Only now: if the store fails before, the identity provider can send the request again, and the logins do end.
  const until = new Date(request.endsAt.getTime() + reading.expected.clockSkewSeconds * 1000)
  if (!(await usedLogoutRequests.claim(gateway.store, use, until))) throw replayed(request)
  if (ended.length === 0) throw new EndedNothing(reading, request)
  return answer(gateway, reading, request, 'ended')
}

function replayed({ id }: LogoutRequest): SamlError {
  return new SamlError('saml.logout_replayed', { found: id, source: 'LogoutRequest/@ID' })
}

function answer(
  gateway: Pick<Gateway, 'now'>,
  { provider, idp, received }: Reading,
  { id }: LogoutRequest,
  result: LogoutResult,
): Promise<IdpRedirect | undefined> {
  return sendLogoutResponse(gateway, provider, idp, { ...received, id }, result)
}

async function onResponse(gateway: Pick<Gateway, 'store' | 'now'>, reading: Reading): Promise<undefined> {
  const response = readLogoutResponse(reading.message, reading.expected, gateway.now())
  if (await recordAnswer(gateway, { provider: reading.provider.settings.id, issuer: reading.idp.entityId }, response))
    return undefined
  throw new SamlError('saml.logout_unknown', {
    expected: 'the ID of a logout that was begun here',
    found: response.inResponseTo,
    source: 'LogoutResponse/@InResponseTo',
  })
}

/** Whether it answers a logout of ours, signed or not: `open` has checked that it is exactly one message. */
function isAnswer(logout: LogoutMessage): boolean {
  return 'form' in logout ? logout.form.SAMLResponse !== undefined : /(?:^|&)SAMLResponse=/.test(logout.query)
}
