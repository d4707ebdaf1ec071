import type { Identity } from '../../core/identity.ts'
import { fingerprint, newId, sameText } from '../../core/ids.ts'
import type { LogoutResponse } from '../../saml/logout.ts'
import { expiryOf } from '../define-record.ts'
import type { Clock, Store } from '../ports.ts'
import { logoutOutcomes, sentLogoutRequests } from '../store-records.ts'

/** How long a user may take at the identity provider, and how long its response is shown. */
export const LOGOUT_SECONDS = logoutOutcomes.lifetime.seconds

/**
 * What is known about a logout that began here: the identity provider's response, or `unheard` without one. Weaker than
 * a verified response: the browser came back with our state (`returned`), or with a response that is not signed.
 */
export interface LogoutOutcome {
  readonly provider: string
  readonly outcome: LogoutResponse['outcome'] | 'unheard' | 'returned' | 'unsigned'
}

/** What the URL of the signed-out page claims: anyone can write that. */
export interface BroughtBack {
  readonly state?: unknown
  readonly answer?: unknown
}

/** The provider of a sign-in, and its issuer: with discovery, one provider has many issuers. */
export type SignedInFrom = Pick<Identity, 'provider' | 'issuer'>

/** A logout of ours that awaits its response, or the provider's logout token. */
interface PendingLogout extends SignedInFrom {
  /** Of the browser that began it. */
  readonly handle: string
}

type Kept = { readonly store: Store; readonly now: Clock }

/** The signed-out page, for the browser that brings the response. */
export function signedOutPath(answer: 'unsigned'): string {
  return `/logout?${new URLSearchParams({ answer })}`
}

/** The `state` of that browser's logout at an OpenID provider. RP-Initiated Logout 1.0, 2 */
export function logoutState(handle: string): string {
  return fingerprint(handle)
}

/** Starts a logout; with the handle, only the browser that started it sees its outcome. */
export async function beginLogout(kept: Kept, provider: string): Promise<string> {
  const handle = newId()
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
 * Stores that provider's response to that request; false if it was not asked, or has already responded. A response of
 * another provider uses nothing up.
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

/** The result of the logout that this browser started; undefined if it started none recently. */
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

/** The URL is used only if nothing more reliable is known. */
function unheardBut(handle: string, { state, answer }: BroughtBack): LogoutOutcome['outcome'] {
  if (typeof state === 'string' && sameText(state, logoutState(handle))) return 'returned'
  return answer === 'unsigned' ? 'unsigned' : 'unheard'
}
