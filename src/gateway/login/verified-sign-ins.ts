import type { SignIn } from '../../core/identity.ts'
import { newId } from '../../core/ids.ts'
import { expiryOf } from '../define-record.ts'
import type { Gateway } from '../gateway.ts'
import { unfinishedLogins } from '../store-records.ts'
import { deleteSignIn, putSignIn, readSignIn, type StoredSignIn } from './logins.ts'

/** How long a verified sign-in waits for the browser that started it: far longer than a redirect takes. */
export interface VerifiedSignIn extends StoredSignIn {
  /** When the browser was sent to the provider; undefined if it was not sent from here. */
  readonly begunAt?: Date
  /** When it was stored: a later logout applies to it too. */
  readonly arrivedAt: Date
  readonly returnTo: string
  /**
   * The fingerprint of the binding cookie of the browser that started the sign-in; undefined if it was not started
   * here: then the user must confirm it.
   */
  readonly binding?: string
  /** The login whose evidence this renews, if it is the same user's. */
  readonly renews?: string
}

export type Arrived = Omit<VerifiedSignIn, 'id' | 'arrivedAt'> & { readonly signIn: SignIn }

/** Stores it, not bound to a login yet, and returns the handle. */
export async function keepVerifiedSignIn(
  { store, now }: Pick<Gateway, 'store' | 'now'>,
  { signIn, begunAt, returnTo, binding, renews }: Arrived,
): Promise<string> {
  const handle = newId()
  const arrivedAt = now()
  const expiresAt = expiryOf(unfinishedLogins, arrivedAt)
  const fresh = { id: newId(), signIn }
  const record = {
    signInId: fresh.id,
    ...(begunAt === undefined ? {} : { begunAt }),
    arrivedAt,
    returnTo,
    ...(binding === undefined ? {} : { binding }),
    ...(renews === undefined ? {} : { renews }),
  }
  await Promise.all([putSignIn(store, fresh, expiresAt), unfinishedLogins.put(store, handle, record, expiresAt)])
  return handle
}

/** Reads it without removing it; undefined if it is gone. */
export async function readVerifiedSignIn(
  { store }: Pick<Gateway, 'store'>,
  handle: string,
): Promise<VerifiedSignIn | undefined> {
  const record = await unfinishedLogins.get(store, handle)
  const signIn = record && (await readSignIn(store, record.signInId))
  if (!signIn) return undefined
  const { signInId: id, ...same } = record
  return { id, signIn, ...same }
}

/** Uses the handle up: true for the first caller only. */
export async function useHandle({ store }: Pick<Gateway, 'store'>, handle: string): Promise<boolean> {
  return (await unfinishedLogins.take(store, handle)) !== undefined
}

/** Deletes what was stored under a handle that nobody got. */
export async function forgetVerifiedSignIn({ store }: Pick<Gateway, 'store'>, handle: string): Promise<void> {
  const record = await unfinishedLogins.take(store, handle)
  if (record) await deleteSignIn(store, record.signInId)
}
