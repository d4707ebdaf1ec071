/**
 * logout owns ending logins: by the user (here), by SAML identity providers (single-logout.ts) and by OpenID providers
 * (oidc-logout.ts), and the identity providers' responses to logouts that began here (pending-logouts.ts). It reads no
 * cookie: browsers bring a handle.
 */
import { FedgateError } from '../../core/errors.ts'
import { auditingRefusedLogouts, auditLogout } from '../audit-lines.ts'
import type { Caller } from '../gateway.ts'
import { endLoginsOfUser } from '../login/login-index.ts'
import { endLogin, type Login } from '../login/logins.ts'
import type { IdpRedirect } from '../login/start-login.ts'
import { type EndSessionPorts, endSessionAtProvider, type ReceiveLogoutPorts } from './oidc-logout.ts'
import { beginLogout } from './pending-logouts.ts'
import { type SendLogoutPorts, sendLogoutRequest } from './single-logout-messages.ts'

export interface SignedOut {
  /** Stored in the browser: the outcome at the identity provider is found by it. */
  readonly handle: string
  /** On to the identity provider, to sign the user out there as well; undefined if that is not possible. */
  readonly departure: IdpRedirect | undefined
}

/** Ends logins, records that and asks the provider. */
export type SignOutPorts = ReceiveLogoutPorts & EndSessionPorts & SendLogoutPorts

/**
 * Ends the login, and with it every session that depends on it; only then asks the identity provider to do the same.
 * The login here ends even if the provider cannot be reached or the audit log cannot be written.
 */
export function signOut(gateway: SignOutPorts, login: Login, caller: Caller): Promise<SignedOut> {
  return auditingFailures(gateway, login, caller, async () => {
    const ended = await endLogin(gateway, login)
    if (ended) await auditLogout(gateway, ended, 'person', caller)
    return leave(gateway, ended, login)
  })
}

/** If the store's answer is lost, it is unknown whether the login has ended: that is recorded too. */
function auditingFailures(
  gateway: SignOutPorts,
  { signIn: { identity } }: Login,
  caller: Caller,
  step: () => Promise<SignedOut>,
): Promise<SignedOut> {
  const { provider, subject } = identity
  return auditingRefusedLogouts(gateway, { provider, subject }, caller, step)
}

async function leave(gateway: SignOutPorts, login: Login | undefined, { signIn }: Login): Promise<SignedOut> {
  const handle = await beginLogout(gateway, signIn.identity.provider)
  if (!login) return { handle, departure: undefined }
  const departure = await askProvider(gateway, login, handle).catch((error: unknown) => {
    if (error instanceof FedgateError) return undefined
    throw error
  })
  return { handle, departure }
}

function askProvider(gateway: SignOutPorts, login: Login, handle: string): Promise<IdpRedirect | undefined> {
  return login.signIn.identity.protocol === 'saml'
    ? sendLogoutRequest(gateway, login, handle)
    : endSessionAtProvider(gateway, login, handle)
}

/** The same for every login of this user, in any browser. The identity provider is only asked about this one. */
export function signOutEverywhere(gateway: SignOutPorts, login: Login, caller: Caller): Promise<SignedOut> {
  return auditingFailures(gateway, login, caller, async () => {
    const ended = await endLoginsOfUser(gateway, login.signIn.identity, (one) =>
      auditLogout(gateway, one, 'person', caller),
    )
    const own = ended.find(({ id }) => id === login.id)
    return leave(gateway, own, login)
  })
}
