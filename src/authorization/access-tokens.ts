/** Access tokens at the gateway's API. RFC 6750, RFC 9449 7 */
import type { Provider } from 'oidc-provider'
import { GatewayError } from '../gateway/errors.ts'
import type { Caller } from '../gateway/gateway.ts'
import { type Login, readLogin } from '../gateway/login/logins.ts'
import { type Device, readDevice, useDevice } from '../gateway/user/devices.ts'
import { checkProof } from './dpop-proof.ts'
import type { AuthorizationPorts } from './provider.ts'

export interface ApiRequest {
  readonly method: string
  /** Without the query, as it was sent. */
  readonly path: string
  /** The header of that name; undefined where there is none. */
  readonly authorization: string | undefined
  readonly proof: string | undefined
  readonly caller: Caller
}

export interface AuthorizedDevice {
  readonly login: Login
  readonly device: Device
}

const AUTHORIZATION = /^(Bearer|DPoP) +([\w-]{20,200})$/i

/**
 * A token counts while its device and its login are live. One that is bound to a key counts only with a proof of that key.
 * Throws GatewayError `session.required` or OAuthError `oauth.proof_invalid`.
 */
export async function authorizedDevice(
  ports: AuthorizationPorts,
  provider: Provider,
  { authorization, ...request }: ApiRequest,
): Promise<AuthorizedDevice> {
  const [, scheme = '', value = ''] = AUTHORIZATION.exec(authorization ?? '') ?? []
  const token = value === '' ? undefined : await provider.AccessToken.find(value)
  const device = token && (await readDevice(ports.store, token.grantId))
  const login = device && (await readLogin(ports.store, device.loginId))
  if (!token || !login || token.accountId !== login.id) throw new GatewayError('session.required')
  // RFC 9449 7.2: a bound token is no bearer token.
  if (scheme.toLowerCase() !== token.tokenType.toLowerCase())
    throw new GatewayError('session.required', { expected: token.tokenType, found: scheme, source: 'Authorization' })
  if (token.jkt !== undefined) {
    const { method, path, proof } = request
    await checkProof(ports, {
      proof,
      method,
      url: `${ports.settings.baseUrl}${path}`,
      token: value,
      thumbprint: token.jkt,
    })
  }
  const { sourceIp, userAgent } = request.caller
  await useDevice(ports, device, login, { sourceIp, userAgent })
  return { login, device }
}
