import { FedgateError } from '../../core/errors.ts'
import { auditLogout } from '../audit-lines.ts'
import type { Caller, Gateway } from '../gateway.ts'
import { endLoginsOfPerson } from '../login/login-index.ts'
import { endLogin, type Login } from '../login/logins.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { endSessionAtProvider } from './oidc-logout.ts'
import { beginLogout } from './pending-logouts.ts'
import { sendLogoutRequest } from './single-logout-messages.ts'

export interface SignedOut {
  /** For the browser to keep: under it, what the identity provider makes of it is known. */
  readonly handle: string
  /** On to the identity provider, so that it signs the person out as well; undefined where it cannot be asked. */
  readonly departure: IdpRedirect | undefined
}

/**
 * Ends the login, and with it every session that hangs on it; only then the identity provider is asked to do the same.
 * That nobody there can be asked keeps nobody signed in here, nor does an audit log that cannot be written.
 */
export async function signOut(gateway: Gateway, login: Login, caller: Caller): Promise<SignedOut> {
  const ended = await endLogin(gateway, login.id)
  if (ended) await auditLogout(gateway, ended, 'person', caller)
  return leave(gateway, ended, login)
}

async function leave(gateway: Gateway, login: Login | undefined, { signIn }: Login): Promise<SignedOut> {
  const handle = await beginLogout(gateway, signIn.identity.provider)
  if (!login) return { handle, departure: undefined }
  const departure = await askProvider(gateway, login, handle).catch((error: unknown) => {
    if (error instanceof FedgateError) return undefined
    throw error
  })
  return { handle, departure }
}

function askProvider(gateway: Gateway, login: Login, handle: string): Promise<IdpRedirect | undefined> {
  return login.signIn.identity.protocol === 'saml'
    ? sendLogoutRequest(gateway, login, handle)
    : endSessionAtProvider(gateway, login, handle)
}

/** The same for every login of this person, wherever it is. The identity provider is asked about this one. */
export async function signOutEverywhere(gateway: Gateway, login: Login, caller: Caller): Promise<SignedOut> {
  const ended = await endLoginsOfPerson(gateway, login)
  for (const one of ended) await auditLogout(gateway, one, 'person', caller)
  return leave(
    gateway,
    ended.find(({ id }) => id === login.id),
    login,
  )
}
