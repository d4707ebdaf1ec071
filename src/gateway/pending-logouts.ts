import type { Identity } from '../core/identity.ts'
import { newToken } from '../core/ids.ts'
import type { LogoutResponse } from '../saml/logout.ts'
import type { Clock, Store } from './ports.ts'

/** How long a person may take at the identity provider, and how long its answer is told. */
export const LOGOUT_SECONDS = 15 * 60

/** What is known of a logout that began here: the identity provider's word, or `unheard` while there is none. */
export interface LogoutOutcome {
  readonly provider: string
  readonly outcome: LogoutResponse['outcome'] | 'unheard'
}

/** Whom somebody is signed in from: with discovery, a provider stands for many. */
export type SignedInFrom = Pick<Identity, 'provider' | 'issuer'>

/** A LogoutRequest of ours that waits for its answer. */
interface PendingLogout extends SignedInFrom {
  /** Of the browser that began it. */
  readonly handle: string
}

type Kept = { readonly store: Store; readonly now: Clock }

const outcomeKey = (handle: string): string => `logout:${handle}`
const requestKey = (requestId: string): string => `logout-request:${requestId}`
const later = (now: Clock): Date => new Date(now().getTime() + LOGOUT_SECONDS * 1000)

const rememberOutcome = ({ store, now }: Kept, handle: string, outcome: LogoutOutcome): Promise<void> =>
  store.put(outcomeKey(handle), JSON.stringify(outcome), later(now))

/** A logout begins; the handle is for the browser that began it, and shows it alone what came of it. */
export const beginLogout = async (kept: Kept, provider: string): Promise<string> => {
  const handle = newToken()
  await rememberOutcome(kept, handle, { provider, outcome: 'unheard' })
  return handle
}

export const awaitAnswer = ({ store, now }: Kept, requestId: string, pending: PendingLogout): Promise<void> =>
  store.put(requestKey(requestId), JSON.stringify(pending), later(now))

/**
 * Takes down what that provider answered to that request; false where it was not asked, or has answered already. Another
 * one's word uses nothing up.
 */
export const recordAnswer = async (
  kept: Kept,
  { provider, issuer }: SignedInFrom,
  { inResponseTo, outcome }: LogoutResponse,
): Promise<boolean> => {
  const key = requestKey(inResponseTo)
  const text = await kept.store.get(key)
  if (text === undefined) return false
  const pending = JSON.parse(text) as PendingLogout
  if (pending.provider !== provider || pending.issuer !== issuer) return false
  if ((await kept.store.take(key)) === undefined) return false
  await rememberOutcome(kept, pending.handle, { provider, outcome })
  return true
}

/** What came of the logout that this browser began; undefined when it began none of late. */
export const outcomeOf = async (
  { store }: Pick<Kept, 'store'>,
  handle: string | undefined,
): Promise<LogoutOutcome | undefined> => {
  const text = handle === undefined || handle === '' ? undefined : await store.get(outcomeKey(handle))
  return text === undefined ? undefined : (JSON.parse(text) as LogoutOutcome)
}
