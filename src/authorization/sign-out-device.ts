import { auditRevokedTokens } from '../gateway/audit-lines.ts'
import type { Caller } from '../gateway/gateway.ts'
import type { LoginIndex } from '../gateway/login/login-index.ts'
import type { Login } from '../gateway/login/logins.ts'
import type { Recording } from '../gateway/record.ts'
import { devicesOfUser, endDevice } from '../gateway/user/devices.ts'
import { OAuthError } from './errors.ts'

/**
 * Ends one device of the user whose login this is, whichever of their logins it hangs on. Throws OAuthError
 * `oauth.device_unknown` for every other.
 */
export async function signOutDevice(
  ports: LoginIndex & Recording,
  login: Login,
  id: string,
  caller: Caller,
): Promise<void> {
  const devices = await devicesOfUser(ports, login)
  const device = devices.some((one) => one.id === id) ? await endDevice(ports, id) : undefined
  if (!device) throw new OAuthError('oauth.device_unknown')
  await auditRevokedTokens(ports, login, 'person', { ...caller, device: device.name })
}
