import type { SignIn } from '../../core/identity.ts'
import { OidcError } from '../../oidc/errors.ts'
import { auditingRefusals } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import { type Caller, type Providers, providerOf } from '../gateway.ts'
import type { OidcProvider, SamlProvider } from '../providers.ts'
import type { Recording } from '../record.ts'
import { addToIndex, type LoginIndex, refuseSignedOut } from './login-index.ts'
import { deleteSignIn, type Login, readLogin, renewLogin, storeSignIn } from './logins.ts'
import { isEvidenceExpiring } from './reauthentication.ts'

/** What renews a login's evidence, records refusals and updates the index. */
export type FreshEvidencePorts = Recording & LoginIndex & Providers<RefreshingProvider>

type RefreshingOidcProvider = Pick<OidcProvider, 'protocol' | 'settings'> & {
  readonly relyingParty: Pick<OidcProvider['relyingParty'], 'refresh'>
}

type RefreshingProvider = Pick<SamlProvider, 'protocol' | 'settings'> | RefreshingOidcProvider

/** Errors after which this refresh token gives no more ID tokens: the user can still sign in again. */
const SPENT: ReadonlySet<string> = new Set(['oidc.refresh_refused', 'oidc.id_token_missing'])

/**
 * The login with evidence that AWS accepts, renewed by its refresh token without the user if there is one: for the same
 * subject or not at all. Unchanged if the user must sign in again. Throws OidcError, or GatewayError `session.required`
 * if it has ended meanwhile.
 */
export async function withFreshEvidence(gateway: FreshEvidencePorts, login: Login, caller: Caller): Promise<Login> {
  const { identity, renewal } = login.signIn
  const provider = providerOf<RefreshingProvider>(gateway, identity.provider)
  if (provider.protocol !== 'oidc' || !renewal || !isEvidenceExpiring(gateway, login)) return login
  return auditingRefusals(gateway, { provider: identity.provider, subject: identity.subject }, caller, async () => {
    const begunAt = gateway.now()
    const fresh = await storeSignIn(gateway.store, await refreshed(gateway, provider, login), login.expiresAt)
    await addToIndex(gateway, { ...login, signIn: fresh.signIn })
    const renewed = await renewLogin(gateway.store, login, fresh)
    if (renewed) {
      await refuseSignedOut(gateway, renewed, begunAt, begunAt)
      return renewed
    }
    await deleteSignIn(gateway.store, fresh.id)
    throw new GatewayError('session.required')
  })
}

async function refreshed(
  gateway: FreshEvidencePorts,
  { relyingParty }: RefreshingOidcProvider,
  login: Login,
): Promise<SignIn> {
  try {
    return await relyingParty.refresh(login.signIn, gateway.now())
  } catch (error) {
    if (!isSpent(error)) throw error
    const { renewal: _, ...signIn } = login.signIn
    // Another request may have used the token and stored the result.
    const current = await readLogin(gateway.store, login.id)
    return current && !isEvidenceExpiring(gateway, current) ? current.signIn : signIn
  }
}

function isSpent(error: unknown): boolean {
  return error instanceof OidcError && SPENT.has(error.code)
}
