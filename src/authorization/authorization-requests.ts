/** What the user decides about a request of the command line on their own machine. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Caller } from '../gateway/gateway.ts'
import type { Login } from '../gateway/login/logins.ts'
import { allowDevice, deviceNameOf } from './allow-device.ts'
import { OAuthError } from './errors.ts'
import type { AuthorizationPorts } from './provider.ts'

/** A device that waits for the user. */
export interface AskingDevice {
  /** As it calls itself: untrusted text. */
  readonly name: string
  /** The role that it is going to use, as it was typed in; undefined where it did not say. */
  readonly role: string | undefined
  /** Where the code goes: an address of the user's own machine. */
  readonly redirectUri: string
}

export type Decision = 'allow' | 'refuse'

export interface RequestDecided {
  /** On to the program that asked, by the authorization endpoint. */
  readonly location: string
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** By the cookie that the authorization endpoint set in this browser. Throws OAuthError `oauth.request_expired`. */
export async function pendingRequest(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<AskingDevice> {
  const { params } = await provider.interactionDetails(request, response).catch(expired)
  return {
    name: deviceNameOf(params),
    role: typeof params.role === 'string' ? params.role : undefined,
    redirectUri: String(params.redirect_uri),
  }
}

/** The library's error for a missing cookie or record is the only one that a user can meet here. */
function expired(error: unknown): never {
  if (error instanceof Error && error.name === 'SessionNotFound')
    throw new OAuthError('oauth.request_expired', { cause: error })
  throw error
}

/** Throws OAuthError `oauth.request_expired`. */
export async function decideRequest(
  ports: AuthorizationPorts,
  provider: Provider,
  { request, response }: Exchange,
  login: Login,
  decision: Decision,
  { sourceIp, userAgent }: Caller,
): Promise<RequestDecided> {
  const { name } = await pendingRequest(provider, request, response)
  const result =
    decision === 'allow'
      ? {
          login: { accountId: login.id, remember: false },
          consent: { grantId: await allowDevice(ports, provider, login, { name, from: { sourceIp, userAgent } }) },
        }
      : { error: 'access_denied', error_description: 'The user refused' }
  return { location: await provider.interactionResult(request, response, result).catch(expired) }
}
