import type { Identity } from '../../core/identity.ts'
import { fingerprint, newToken, sameText } from '../../core/ids.ts'
import type { LogoutResponse } from '../../saml/logout.ts'
import { expiryOf } from '../define-record.ts'
import type { Clock, Store } from '../ports.ts'
import { logoutOutcomes, sentLogoutRequests } from '../store-records.ts'

/** How long a user may take at the identity provider, and how long its response is shown. */
export const LOGOUT_SECONDS = logoutOutcomes.lifetime.seconds

/**
 * What is known of a logout that began here: the identity provider's word, or `unheard` while there is none. Less than
 * its word is that the browser came back from there with our state (`returned`), or with an answer that is not signed.
 */
export interface LogoutOutcome {
  readonly provider: string
  readonly outcome: LogoutResponse['outcome'] | 'unheard' | 'returned' | 'unsigned'
}

/** What the browser brings along to the signed-out page, in the address: anybody can write that. */
export interface BroughtBack {
  readonly state?: unknown
  readonly answer?: unknown
}

/** The provider of a sign-in, and its issuer: with discovery, one provider stands for many. */
export type SignedInFrom = Pick<Identity, 'provider' | 'issuer'>

/** A LogoutRequest of ours that waits for its answer. */
interface PendingLogout extends SignedInFrom {
  /** Of the browser that began it. */
  readonly handle: string
}

type Kept = { readonly store: Store; readonly now: Clock }

/** The signed-out page, for who comes with that answer. */
export function signedOutPath(answer: 'unsigned'): string {
  return `/logout?${new URLSearchParams({ answer })}`
}

/** The `state` of that browser's logout at an OpenID provider. RP-Initiated Logout 1.0, 2 */
export function logoutState(handle: string): string {
  return fingerprint(handle)
}

/** A logout begins; the handle is for the browser that began it, and shows it alone what came of it. */
export async function beginLogout(kept: Kept, provider: string): Promise<string> {
  const handle = newToken()
  await rememberOutcome(kept, handle, { provider, outcome: 'unheard' })
  return handle
}

function rememberOutcome({ store, now }: Kept, handle: string, outcome: LogoutOutcome): Promise<void> {
  return logoutOutcomes.put(store, handle, outcome, expiryOf(logoutOutcomes, now()))
}

export function awaitAnswer({ store, now }: Kept, requestId: string, pending: PendingLogout): Promise<void> {
  return sentLogoutRequests.put(store, requestId, pending, expiryOf(sentLogoutRequests, now()))
}

/**
 * Takes down what that provider answered to that request; false where it was not asked, or has answered already. Another
 * one's word uses nothing up.
 */
export async function recordAnswer(
  kept: Kept,
  { provider, issuer }: SignedInFrom,
  { inResponseTo, outcome }: LogoutResponse,
): Promise<boolean> {
  const pending = await sentLogoutRequests.get(kept.store, inResponseTo)
  if (!pending) return false
  if (pending.provider !== provider || pending.issuer !== issuer) return false
  if ((await sentLogoutRequests.take(kept.store, inResponseTo)) === undefined) return false
  await rememberOutcome(kept, pending.handle, { provider, outcome })
  return true
}

/** The result of the logout that this browser began; undefined when it began none recently. */
export async function outcomeOf(
  { store }: Pick<Kept, 'store'>,
  handle: string | undefined,
  broughtBack: BroughtBack = {},
): Promise<LogoutOutcome | undefined> {
  if (handle === undefined || handle === '') return undefined
  const known = await logoutOutcomes.get(store, handle)
  if (!known) return undefined
  const { provider, outcome } = known
  return { provider, outcome: outcome === 'unheard' ? unheardBut(handle, broughtBack) : outcome }
}

/** The address is used only where nothing better is known. */
function unheardBut(handle: string, { state, answer }: BroughtBack): LogoutOutcome['outcome'] {
  if (typeof state === 'string' && sameText(state, logoutState(handle))) return 'returned'
  return answer === 'unsigned' ? 'unsigned' : 'unheard'
}
