import type { Provider } from 'oidc-provider'
import type { Login } from '../gateway/login/logins.ts'
import { type Device, enterDevice } from '../gateway/user/devices.ts'
import { type AuthorizationPorts, CLIENT_ID, SCOPE } from './provider.ts'

/** Gives a device what it asked for, for as long as the login lasts. Returns the id of the grant. */
export async function allowDevice(
  ports: AuthorizationPorts,
  provider: Provider,
  login: Login,
  device: Pick<Device, 'name' | 'from'>,
): Promise<string> {
  const expiresIn = Math.max(1, Math.floor((login.expiresAt.getTime() - ports.now().getTime()) / 1000))
  const properties = { accountId: login.id, clientId: CLIENT_ID, expiresIn }
  const grant = new provider.Grant(properties)
  grant.addOIDCScope(SCOPE)
  const id = await grant.save()
  await enterDevice(ports, login, { id, ...device })
  return id
}

/** As it calls itself, without what would change how a line of text is read; empty where it has no name. */
export function deviceNameOf(params: Readonly<Record<string, unknown>> | undefined): string {
  const name = params?.device_name
  return typeof name === 'string' ? name.replace(/\s+/g, ' ').trim() : ''
}
