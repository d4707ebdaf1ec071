/**
 * The gateway as OAuth authorization server for its command line, on panva's oidc-provider: authorization code with PKCE
 * on a loopback redirect, device codes, rotating refresh tokens, and opaque access tokens for the API. Owns grants, codes
 * and tokens; knows no page (web asks the user and says what they decided), no role and no AWS. Another issuer than the
 * one towards AWS, with keys of its own. A grant hangs on a login, never on a browser's session.
 *
 * Start at createAuthorizationServer: requests of the protocol (answer-request.ts), what the user decides
 * (authorization-requests.ts, device-codes.ts), and tokens at the API (access-tokens.ts).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../gateway/gateway.ts'
import type { Login } from '../gateway/login/logins.ts'
import { type ApiRequest, type AuthorizedDevice, authorizedDevice } from './access-tokens.ts'
import { answering } from './answer-request.ts'
import {
  type AskingDevice,
  type Decision,
  decideRequest,
  pendingRequest,
  type RequestDecided,
} from './authorization-requests.ts'
import { decideDeviceCode, deviceOfCode, type WaitingDevice } from './device-codes.ts'
import { loadLibrary } from './library.ts'
import { type AuthorizationPorts, createProvider } from './provider.ts'

export interface AuthorizationServer {
  /**
   * Answers a request to an endpoint of the protocol. Throws OAuthError or AuditError where the answer is a page or a
   * problem document of the gateway; every other refusal is answered in the format of RFC 6749 5.2.
   */
  answer(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>
  /** The authorization request that this browser has in hand. Throws OAuthError `oauth.request_expired`. */
  pending(request: IncomingMessage, response: ServerResponse): Promise<AskingDevice>
  /** Returns where the browser goes on. Throws OAuthError `oauth.request_expired`. */
  decide(
    request: IncomingMessage,
    response: ServerResponse,
    login: Login,
    decision: Decision,
    caller: Caller,
  ): Promise<RequestDecided>
  /** The device that shows this code. Throws OAuthError `oauth.code_unknown` or `oauth.too_many_codes`. */
  deviceOfCode(login: Login, userCode: string): Promise<WaitingDevice>
  /** The same, and gives or refuses it what it asks for. */
  decideDeviceCode(login: Login, userCode: string, decision: Decision): Promise<WaitingDevice>
  /** Who sent a request to the API. Throws GatewayError `session.required` or OAuthError `oauth.proof_invalid`. */
  authorize(request: ApiRequest): Promise<AuthorizedDevice>
}

/** Fetches and stores nothing. The library is loaded at the first use: most of a gateway's memory would be its. */
export function createAuthorizationServer(ports: AuthorizationPorts): AuthorizationServer {
  const callers = new WeakMap<IncomingMessage, Caller>()
  const callerOf = (request: IncomingMessage): Caller =>
    callers.get(request) ?? { reference: '', sourceIp: '', userAgent: '' }
  let creating: ReturnType<typeof create> | undefined
  const parts = (): ReturnType<typeof create> => {
    creating ??= create(ports, callerOf)
    return creating
  }
  return {
    answer: async (request, response, caller) => {
      callers.set(request, caller)
      const { answer } = await parts()
      return answer(request, response)
    },
    pending: async (request, response) => pendingRequest((await parts()).provider, request, response),
    decide: async (request, response, login, decision, caller) =>
      decideRequest(ports, (await parts()).provider, { request, response }, login, decision, caller),
    deviceOfCode: async (login, userCode) => deviceOfCode(ports, (await parts()).provider, login, userCode),
    decideDeviceCode: async (login, userCode, decision) =>
      decideDeviceCode(ports, (await parts()).provider, login, userCode, decision),
    authorize: async (request) => authorizedDevice(ports, (await parts()).provider, request),
  }
}

async function create(ports: AuthorizationPorts, callerOf: (request: IncomingMessage) => Caller) {
  const provider = createProvider(ports, await loadLibrary(), callerOf)
  return { provider, answer: answering(ports, provider, callerOf) }
}
