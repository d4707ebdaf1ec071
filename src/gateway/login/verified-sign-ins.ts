import type { SignIn } from '../../core/identity.ts'
import { newToken } from '../../core/ids.ts'
import type { Gateway } from '../gateway.ts'
import { fromRecord, toRecord } from './sign-in-record.ts'

/** Verified, and waiting for the browser that started it to fetch it: the time of a redirect, with patience. */
const PARKED_SECONDS = 5 * 60

export interface VerifiedSignIn {
  readonly signIn: SignIn
  /** When the browser was sent for it; undefined where nobody here did. */
  readonly begunAt?: Date
  /** When it was parked: a logout that comes later is for it too. */
  readonly arrivedAt: Date
  readonly returnTo: string
  /**
   * The fingerprint of the binding cookie of the browser that started; undefined where nobody here did: then it is for
   * the person to confirm.
   */
  readonly binding?: string
  /** The login whose evidence this renews, should it be the same person's. */
  readonly renews?: string
}

interface ParkedRecord extends Omit<VerifiedSignIn, 'signIn' | 'begunAt' | 'arrivedAt'> {
  readonly signIn: string
  readonly begunAt?: string
  readonly arrivedAt: string
}

/** Parks it and returns the handle. */
export async function keepVerifiedSignIn(
  { store, now }: Pick<Gateway, 'store' | 'now'>,
  { signIn, begunAt, returnTo, binding, renews }: Omit<VerifiedSignIn, 'arrivedAt'>,
): Promise<string> {
  const handle = newToken()
  const arrivedAt = now()
  const record: ParkedRecord = {
    signIn: toRecord(signIn),
    ...(begunAt === undefined ? {} : { begunAt: begunAt.toISOString() }),
    arrivedAt: arrivedAt.toISOString(),
    returnTo,
    ...(binding === undefined ? {} : { binding }),
    ...(renews === undefined ? {} : { renews }),
  }
  await store.put(keyOf(handle), JSON.stringify(record), new Date(arrivedAt.getTime() + PARKED_SECONDS * 1000))
  return handle
}

function keyOf(handle: string): string {
  return `parked:${handle}`
}

/** Looks at it and leaves it there; undefined when it is gone. */
export async function readVerifiedSignIn(
  { store }: Pick<Gateway, 'store'>,
  handle: string,
): Promise<VerifiedSignIn | undefined> {
  return parkedIn(await store.get(keyOf(handle)))
}

function parkedIn(text: string | undefined): VerifiedSignIn | undefined {
  if (text === undefined) return undefined
  const { signIn, begunAt, arrivedAt, ...parked } = JSON.parse(text) as ParkedRecord
  return {
    ...parked,
    signIn: fromRecord(signIn),
    ...(begunAt === undefined ? {} : { begunAt: new Date(begunAt) }),
    arrivedAt: new Date(arrivedAt),
  }
}

/** Gives it to one caller only; undefined when it is gone. */
export async function takeVerifiedSignIn(
  { store }: Pick<Gateway, 'store'>,
  handle: string,
): Promise<VerifiedSignIn | undefined> {
  return parkedIn(await store.take(keyOf(handle)))
}
