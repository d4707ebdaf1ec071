import { FedgateError } from '../core/errors.ts'
import { auditLogout } from './audit-lines.ts'
import type { Caller, Gateway } from './gateway.ts'
import { endLogin, type Login } from './logins.ts'
import { endSessionAtProvider } from './oidc-logout.ts'
import { beginLogout } from './pending-logouts.ts'
import { sendLogoutRequest } from './single-logout-messages.ts'
import type { Departure } from './start-login.ts'

export interface SignedOut {
  /** For the browser to keep: under it, what the identity provider makes of it is known. */
  readonly handle: string
  /** On to the identity provider, so that it signs the person out as well; undefined where it cannot be asked. */
  readonly departure: Departure | undefined
}

const askProvider = (gateway: Gateway, login: Login, handle: string): Promise<Departure | undefined> =>
  login.signIn.identity.protocol === 'saml'
    ? sendLogoutRequest(gateway, login, handle)
    : endSessionAtProvider(gateway, login)

/**
 * Ends the login, and with it every session that hangs on it; only then the identity provider is asked to do the same.
 * That nobody there can be asked keeps nobody signed in here.
 */
export const signOut = async (gateway: Gateway, { id, signIn }: Login, caller: Caller): Promise<SignedOut> => {
  const login = await endLogin(gateway, id)
  if (login) auditLogout(gateway, login, 'person', caller)
  const handle = await beginLogout(gateway, signIn.identity.provider)
  if (!login) return { handle, departure: undefined }
  const departure = await askProvider(gateway, login, handle).catch((error: unknown) => {
    if (error instanceof FedgateError) return undefined
    throw error
  })
  return { handle, departure }
}
