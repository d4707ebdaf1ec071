/** The gateway's authorization server: its metadata, and the requests that end with tokens. RFC 6749, 8414, 7009 */
import type { JsonWebKey } from 'node:crypto'
import { UserError } from '../errors.ts'
import { proof } from './dpop.ts'
import { type HttpResponse, jsonOf, send } from './http.ts'
import type { Tokens } from './vault.ts'

export const CLIENT_ID = 'fedgate-cli'
export const SCOPE = 'aws offline_access'

export interface AuthorizationServer {
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint: string | undefined
  readonly deviceEndpoint: string | undefined
  readonly bindsTokens: boolean
  readonly namesItself: boolean
}

/** An answer of the token endpoint that is not tokens: an OAuth error code. RFC 6749 5.2 */
export interface TokenError {
  readonly error: string
}

/** Reads the metadata. Throws UserError `cli.unreachable` and `cli.gateway_unexpected`. RFC 8414 3 */
export async function discover(gateway: string): Promise<AuthorizationServer> {
  const response = await send(`${gateway}/oauth/.well-known/oauth-authorization-server`)
  const metadata = jsonOf(response)
  const { issuer } = metadata
  if (response.status >= 500)
    throw new UserError('cli.unreachable', { sentence: `The gateway ${gateway} is not ready (${response.status}).` })
  if (response.status !== 200 || typeof issuer !== 'string')
    throw new UserError('cli.gateway_unexpected', { sentence: `${gateway} does not respond like a fedgate gateway.` })
  if (issuer !== `${gateway}/oauth`)
    throw new UserError('cli.gateway_unexpected', {
      sentence: `The gateway at ${gateway} has another URL.`,
      hint: `Run \`fedgate login --gateway ${issuer.replace(/\/oauth$/, '')}\`.`,
    })
  // Everything is at the gateway: a token is never sent elsewhere.
  const endpoint = (name: string): string | undefined => {
    const url = metadata[name]
    return typeof url === 'string' && url.startsWith(`${gateway}/`) ? url : undefined
  }
  const [authorizationEndpoint, tokenEndpoint] = [endpoint('authorization_endpoint'), endpoint('token_endpoint')]
  if (!authorizationEndpoint || !tokenEndpoint) throw new UserError('cli.gateway_unexpected')
  const algorithms = metadata.dpop_signing_alg_values_supported
  return {
    issuer,
    authorizationEndpoint,
    tokenEndpoint,
    revocationEndpoint: endpoint('revocation_endpoint'),
    deviceEndpoint: endpoint('device_authorization_endpoint'),
    bindsTokens: Array.isArray(algorithms) && algorithms.includes('ES256'),
    namesItself: metadata.authorization_response_iss_parameter_supported === true,
  }
}

/**
 * Asks the token endpoint, with a proof where there is a key. Returns its refusal as an OAuth error. Throws UserError
 * `cli.unreachable`, `cli.gateway_failed` and `cli.gateway_unexpected`.
 */
export async function requestTokens(
  server: AuthorizationServer,
  grant: Readonly<Record<string, string>>,
  key: JsonWebKey | undefined,
  now: () => number,
): Promise<Tokens | TokenError> {
  const response = await post(server.tokenEndpoint, grant, key, now)
  const answer = jsonOf(response)
  if (response.status >= 500)
    throw new UserError('cli.gateway_failed', { sentence: `The gateway failed (${response.status}).` })
  if (response.status !== 200) return { error: typeof answer.error === 'string' ? answer.error : 'invalid_request' }
  const { access_token, refresh_token = grant.refresh_token, expires_in } = answer
  if (typeof access_token !== 'string' || typeof refresh_token !== 'string')
    throw new UserError('cli.gateway_unexpected', { sentence: 'The gateway issued no usable tokens.' })
  const seconds = typeof expires_in === 'number' ? expires_in : 60
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    accessExpiresAt: now() + seconds * 1000,
    ...(key !== undefined && { key }),
  }
}

/** Ends the login's tokens at the gateway. Throws UserError `cli.unreachable`. RFC 7009 2 */
export async function revoke(server: AuthorizationServer, { refreshToken }: Tokens): Promise<void> {
  if (server.revocationEndpoint === undefined) return
  const { status } = await send(server.revocationEndpoint, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT_ID, token: refreshToken, token_type_hint: 'refresh_token' }),
  })
  if (status !== 200)
    throw new UserError('cli.gateway_failed', { sentence: `The gateway did not end the session (${status}).` })
}

/** Once more with a nonce where the server asks for one. RFC 9449 8 */
async function post(
  url: string,
  grant: Readonly<Record<string, string>>,
  key: JsonWebKey | undefined,
  now: () => number,
): Promise<HttpResponse> {
  const ask = (nonce?: string): Promise<HttpResponse> =>
    send(url, {
      method: 'POST',
      body: new URLSearchParams({ client_id: CLIENT_ID, ...grant }),
      ...(key && { headers: { DPoP: proof(key, { method: 'POST', url, ...(nonce && { nonce }) }, now()) } }),
    })
  const response = await ask()
  const nonce = response.headers.get('dpop-nonce')
  return nonce !== null && jsonOf(response).error === 'use_dpop_nonce' ? ask(nonce) : response
}
