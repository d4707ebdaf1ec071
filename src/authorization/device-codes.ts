/** What the user decides about a device that cannot open a browser. RFC 8628 */
import type { DeviceCode, Provider } from 'oidc-provider'
import { fingerprint } from '../core/ids.ts'
import { expiryOf } from '../gateway/define-record.ts'
import type { Login } from '../gateway/login/logins.ts'
import { decidedDeviceCodes, userCodeTries } from '../gateway/store-records.ts'
import type { Device } from '../gateway/user/devices.ts'
import { keyedHashes } from '../gateway/user/user-record.ts'
import { allowDevice, deviceNameOf } from './allow-device.ts'
import type { Decision } from './authorization-requests.ts'
import { OAuthError } from './errors.ts'
import { type AuthorizationPorts, SCOPE } from './provider.ts'

export interface WaitingDevice {
  /** As the device shows it, for the user to compare. */
  readonly userCode: string
  /** As it calls itself: untrusted text. */
  readonly name: string
  /** Where the request came from. */
  readonly from: Device['from']
}

/** A user types a code in, and sends it again with their decision. */
const MOST_TRIES = 20

const HALF = 4

/** Counts the try. Throws OAuthError `oauth.code_unknown` or `oauth.too_many_codes`. */
export async function deviceOfCode(
  ports: AuthorizationPorts,
  provider: Provider,
  login: Login,
  userCode: string,
): Promise<WaitingDevice> {
  return waiting(await codeOf(ports, provider, login, userCode))
}

async function codeOf(
  ports: AuthorizationPorts,
  provider: Provider,
  login: Login,
  userCode: string,
): Promise<DeviceCode> {
  await countTry(ports, login)
  const code = await provider.DeviceCode.findByUserCode(normal(userCode), { ignoreExpiration: true })
  if (code && !code.isExpired && code.accountId === undefined && code.error === undefined) return code
  throw new OAuthError('oauth.code_unknown', { source: 'user_code' })
}

/** Of the user, so that signing in again gives no more tries. */
async function countTry(ports: AuthorizationPorts, { signIn: { identity } }: Login): Promise<void> {
  const { provider, issuer, subject } = identity
  const [user] = keyedHashes(ports, userCodeTries.prefix, [provider, issuer, subject])
  const tries = await userCodeTries.count(ports.store, user, expiryOf(userCodeTries, ports.now()))
  if (tries > MOST_TRIES) throw new OAuthError('oauth.too_many_codes', { expected: `at most ${MOST_TRIES}` })
}

/** Without the hyphen and spaces, in upper case. */
function normal(userCode: string): string {
  return userCode.replace(/\W/g, '').toUpperCase()
}

function waiting({ userCode, params, deviceInfo }: DeviceCode): WaitingDevice {
  const { sourceIp = '', userAgent = '' } = (deviceInfo ?? {}) as Partial<Device['from']>
  return {
    userCode: `${userCode.slice(0, HALF)}-${userCode.slice(HALF)}`,
    name: deviceNameOf(params),
    from: { sourceIp, userAgent },
  }
}

/** Of several decisions the first counts. Throws as deviceOfCode. */
export async function decideDeviceCode(
  ports: AuthorizationPorts,
  provider: Provider,
  login: Login,
  userCode: string,
  decision: Decision,
): Promise<WaitingDevice> {
  const code = await codeOf(ports, provider, login, userCode)
  const id = fingerprint(code.jti)
  const isFirst = await decidedDeviceCodes.claim(ports.store, id, expiryOf(decidedDeviceCodes, ports.now()))
  if (!isFirst) throw new OAuthError('oauth.code_unknown', { source: 'user_code' })
  const device = waiting(code)
  if (decision === 'allow')
    Object.assign(code, {
      accountId: login.id,
      grantId: await allowDevice(ports, provider, login, device),
      scope: SCOPE,
      authTime: Math.floor(login.signIn.identity.authenticatedAt.getTime() / 1000),
    })
  else Object.assign(code, { error: 'access_denied', errorDescription: 'The user refused' })
  await code.save()
  return device
}
