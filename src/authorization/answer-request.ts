/**
 * A request to an endpoint of the protocol, through the library and back: before it, the request is pinned to baseUrl, so
 * that no header decides about a URL; after it, what happened is recorded before it is answered, and refusals get codes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { auditRefusedRequest, auditRevokedTokens, auditToken } from '../gateway/audit-lines.ts'
import type { Caller } from '../gateway/gateway.ts'
import { type Login, readLogin } from '../gateway/login/logins.ts'
import { type Device, endDevice, readDevice, useDevice } from '../gateway/user/devices.ts'
import { OAuthError } from './errors.ts'
import {
  type AuthorizationPorts,
  type CallerOf,
  isLoopbackRedirect,
  LONGEST_REQUEST,
  type LoginAccount,
  MOUNT,
} from './provider.ts'
import { isOfLibrary, oauthErrorOf } from './refusals.ts'
import { collectingEnded } from './store-adapter.ts'

type Context = KoaContextWithOIDC

/** What the command line reads of RFC 8414's metadata. The library's own speaks of OpenID Connect too. */
const METADATA = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'device_authorization_endpoint',
  'revocation_endpoint',
  'response_types_supported',
  'grant_types_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'scopes_supported',
  'dpop_signing_alg_values_supported',
  'authorization_response_iss_parameter_supported',
] as const

/** Asked for again and again, or leading to the next request: not worth a line each. */
const NOT_RECORDED: ReadonlySet<string> = new Set(['oauth.pending', 'oauth.proof_nonce'])

/** Throws OAuthError or AuditError where a page or a problem document is the answer. */
export function answering(ports: AuthorizationPorts, provider: Provider, callerOf: CallerOf) {
  /** What the library refused, by its context. */
  const refusals = new WeakMap<object, unknown>()
  /** What is to be thrown instead of answered, by its request. */
  const thrown = new WeakMap<IncomingMessage, unknown>()
  const refuse = (context: Context, error: unknown) => void refusals.set(context, error)
  provider.on('authorization.error', refuse).on('grant.error', refuse).on('revocation.error', refuse)
  provider.on('device_authorization.error', refuse).on('discovery.error', refuse).on('server_error', refuse)

  provider.use(async (context, next) => {
    const { ended } = await collectingEnded(next)
    const { oidc } = context as Partial<Context> as { oidc?: Context['oidc'] }
    keepNoSession(provider, context as Context)
    if (oidc === undefined) return
    const caller = callerOf(context.req)
    try {
      await settle(ports, context as Context, refusals.get(context), ended, caller)
    } catch (error) {
      context.respond = false
      thrown.set(context.req, error)
    }
  })

  const callback = provider.callback()
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const restore = pin(ports, request)
    try {
      refuseOddRequests(ports, request)
      await callback(request, response)
    } finally {
      restore()
    }
    if (thrown.has(request)) throw thrown.get(request)
  }
}

/** The library reads host, protocol and path of the request: it gets those of baseUrl. */
function pin({ settings: { baseUrl } }: AuthorizationPorts, request: IncomingMessage): () => void {
  const { protocol, host } = new URL(baseUrl)
  const mounted = request as IncomingMessage & { originalUrl?: string }
  const before = { url: request.url, originalUrl: mounted.originalUrl }
  // An absolute form (`GET https://elsewhere/oauth/auth`) names a host as well. RFC 9112 3.2.2
  const { pathname, search } = new URL(before.originalUrl ?? before.url ?? '', baseUrl)
  mounted.originalUrl = `${pathname}${search}`
  request.url = `${pathname.slice(MOUNT.length)}${search}`
  request.headers.host = host
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
  delete request.headers['x-forwarded-host']
  return () => {
    request.url = before.url
  }
}

/** What the library would accept and the command line never sends. */
function refuseOddRequests({ audit, settings }: AuthorizationPorts, { method, url = '' }: IncomingMessage): void {
  if (url.length > LONGEST_REQUEST)
    throw new OAuthError('oauth.request_invalid', { expected: `at most ${LONGEST_REQUEST} characters`, source: 'URL' })
  const { pathname, searchParams } = new URL(url, settings.baseUrl)
  if (pathname === '/auth') {
    const targets = searchParams.getAll('redirect_uri')
    const [target = ''] = targets
    if (targets.length !== 1 || !isLoopbackRedirect(target))
      throw new OAuthError('oauth.redirect_refused', {
        expected: 'http://127.0.0.1:PORT/callback or http://[::1]:PORT/callback',
        found: target.slice(0, 200),
        source: 'redirect_uri',
      })
  }
  // Before a code or a refresh token is used up for tokens that could not be handed over.
  if (pathname === '/token' && method === 'POST') audit.mustBeWritable()
}

/** The gateway's own session is what counts: the library's ends with the request. */
function keepNoSession(provider: Provider, context: Context): void {
  const session = provider.cookieName('session')
  const cookies = [context.response.headers['set-cookie'] ?? []].flat()
  const others = cookies.filter((cookie) => !cookie.startsWith(`${session}=`) && !cookie.startsWith(`${session}.sig=`))
  if (others.length === cookies.length) return
  if (others.length === 0) context.remove('Set-Cookie')
  else context.set('Set-Cookie', others)
}

/** Records what happened, and gives a refusal its code. Throws what is answered by the gateway's own pages. */
async function settle(
  ports: AuthorizationPorts,
  context: Context,
  refused: unknown,
  ended: readonly Device[],
  caller: Caller,
): Promise<void> {
  const { route } = context.oidc
  const reason = route === 'revocation' ? 'device' : 'reuse'
  for (const device of ended) await auditEnded(ports, device, reason, caller)
  if (refused !== undefined) return answerRefused(ports, context, { refused, hasEnded: ended.length > 0 }, caller)
  if (route === 'token') await recordTokens(ports, context, caller)
  if (route === 'discovery') publish(context)
}

async function auditEnded(
  ports: AuthorizationPorts,
  device: Device,
  reason: 'device' | 'reuse',
  caller: Caller,
): Promise<void> {
  const login = await readLogin(ports.store, device.loginId)
  if (login) await auditRevokedTokens(ports, login, reason, { ...caller, device: device.name })
}

/** Pages for browsers; for programs what RFC 6749 5.2 asks for, with the code, the next step and the reference. */
async function answerRefused(
  ports: AuthorizationPorts,
  context: Context,
  { refused, hasEnded }: { readonly refused: unknown; readonly hasEnded: boolean },
  caller: Caller,
): Promise<void> {
  const { route } = context.oidc
  if (!isOfLibrary(refused)) throw refused
  const error = oauthErrorOf(refused, hasEnded)
  if (route === 'authorization' || route === 'resume') {
    // Where the program can be told, the library has told it by the redirect.
    if (context.status >= 300 && context.status < 400) return
    throw error
  }
  const { code, hint } = error
  const request = `${context.method} ${MOUNT}${context.path}`
  const login = (context.oidc.entities.Account as LoginAccount | undefined)?.login
  const reference = NOT_RECORDED.has(code)
    ? caller.reference
    : await auditRefusedRequest(ports, { error, request, login }, caller)
  context.set('X-Request-Id', reference)
  context.body = { error: refused.error, error_description: error.message, code, hint, reference }
}

/** Tokens that cannot be recorded are not given: their grant ends. */
async function recordTokens(ports: AuthorizationPorts, { oidc }: Context, caller: Caller): Promise<void> {
  const { AccessToken: token, Account: account } = oidc.entities
  const device = token && (await readDevice(ports.store, token.grantId))
  const login: Login | undefined = (account as LoginAccount | undefined)?.login
  if (!token || !device || !login) throw new OAuthError('oauth.grant_invalid')
  const grantType = grantTypeOf(String(oidc.params?.grant_type))
  const { sourceIp, userAgent } = caller
  try {
    const issued = { grantType, isBound: token.jkt !== undefined }
    await auditToken(ports, login, issued, { ...caller, device: device.name })
  } catch (error) {
    await endDevice(ports, device.id)
    throw error
  }
  await useDevice(ports, device, login, { sourceIp, userAgent })
}

function grantTypeOf(grantType: string): 'authorization_code' | 'refresh_token' | 'device_code' {
  return grantType === 'authorization_code' || grantType === 'refresh_token' ? grantType : 'device_code'
}

function publish(context: Context): void {
  const all = context.body as Readonly<Record<string, unknown>>
  context.body = {
    ...Object.fromEntries(METADATA.map((name) => [name, all[name]])),
    scopes_supported: ['aws', 'offline_access'],
    response_modes_supported: ['query'],
    revocation_endpoint_auth_methods_supported: ['none'],
  }
}
