import type { SignIn } from '../core/identity.ts'
import { newToken } from '../core/ids.ts'
import type { Gateway } from './gateway.ts'
import { fromRecord, toRecord } from './sign-in-record.ts'

/** Verified, and waiting for the browser that started it to fetch it: the time of a redirect, with patience. */
const PARKED_SECONDS = 5 * 60

export interface ParkedSignIn {
  readonly signIn: SignIn
  readonly returnTo: string
  /** The fingerprint of the binding cookie of the browser that started. */
  readonly binding: string
}

interface ParkedRecord {
  readonly signIn: string
  readonly returnTo: string
  readonly binding: string
}

const keyOf = (handle: string): string => `parked:${handle}`

/** Parks it and returns the handle. */
export const parkSignIn = async (
  { store, now }: Pick<Gateway, 'store' | 'now'>,
  signIn: SignIn,
  { returnTo, binding }: Pick<ParkedSignIn, 'returnTo' | 'binding'>,
): Promise<string> => {
  const handle = newToken()
  const record: ParkedRecord = { signIn: toRecord(signIn), returnTo, binding }
  await store.put(keyOf(handle), JSON.stringify(record), new Date(now().getTime() + PARKED_SECONDS * 1000))
  return handle
}

/** Gives it to one caller only; undefined when it is gone. */
export const takeParked = async (
  { store }: Pick<Gateway, 'store'>,
  handle: string,
): Promise<ParkedSignIn | undefined> => {
  const text = await store.take(keyOf(handle))
  if (text === undefined) return undefined
  const { signIn, returnTo, binding } = JSON.parse(text) as ParkedRecord
  return { signIn: fromRecord(signIn), returnTo, binding }
}
