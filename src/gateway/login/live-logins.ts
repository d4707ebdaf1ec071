/**
 * The list of who is signed in, for operators: the index of login-index.ts only finds a user whose name is known. Its
 * keys name nobody, and its values are sealed like all others. A member outlives a login that was ended early, so each
 * login is read before it is shown.
 */
import { type Identity, nameOf } from '../../core/identity.ts'
import type { Store } from '../ports.ts'
import { liveLogins } from '../store-records.ts'
import type { Login } from './logins.ts'

/** Enough to find the logins of a user, without reading what their providers asserted. */
export interface LiveLogin extends Pick<Identity, 'provider' | 'issuer' | 'subject'> {
  readonly id: string
  /** The display name, or the subject. */
  readonly name: string
  readonly startedAt: Date
}

/** What every id of a login ends with: a character of base64url. */
const PARTS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']

/** Adds it, until it ends. A renewed login is entered again. */
export async function enterLiveLogins(store: Store, login: Omit<Login, 'from'>): Promise<void> {
  const { id, startedAt, expiresAt, signIn } = login
  const { provider, issuer, subject } = signIn.identity
  const member = { id, provider, issuer, subject, name: nameOf(signIn.identity), startedAt }
  await liveLogins.add(store, id.slice(-1), member, expiresAt)
}

/** Newest first, each login once; some may have ended since. */
export async function listLiveLogins(store: Store): Promise<readonly LiveLogin[]> {
  const parts = await Promise.all(PARTS.map((part) => liveLogins.members(store, part)))
  const byId = new Map(parts.flat().map((login) => [login.id, login]))
  return [...byId.values()].toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
}
