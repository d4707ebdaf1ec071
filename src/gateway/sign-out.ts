import { auditLogout } from './audit-lines.ts'
import type { Caller, Gateway } from './gateway.ts'
import { endLogin, type Login } from './logins.ts'

/** Ends the login, and with it every session that hangs on it. */
export const signOut = async (gateway: Gateway, login: Login, caller: Caller): Promise<void> => {
  await endLogin(gateway, login.id)
  auditLogout(gateway, login, caller)
}
