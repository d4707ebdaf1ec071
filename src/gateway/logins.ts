import type { SignIn } from '../core/identity.ts'
import { newToken } from '../core/ids.ts'
import type { Clock, Store } from './ports.ts'
import { fromRecord, toRecord } from './sign-in-record.ts'

/**
 * Someone is signed in. Browser sessions only carry a login's id, so that ending the login ends every session that
 * hangs on it, at once and for good: a session saved late points at nothing.
 */
export interface Login {
  readonly id: string
  readonly signIn: SignIn
  readonly startedAt: Date
  readonly expiresAt: Date
}

const keyOf = (id: string): string => `login:${id}`

interface LoginRecord {
  readonly signIn: string
  readonly startedAt: string
  readonly expiresAt: string
}

/** Begins a login that ends after `lifetimeSeconds`, or earlier where the provider said so. */
export const beginLogin = async (store: Store, now: Clock, signIn: SignIn, lifetimeSeconds: number): Promise<Login> => {
  const startedAt = now()
  const end = Math.min(startedAt.getTime() + lifetimeSeconds * 1000, signIn.sessionEndsAt?.getTime() ?? Infinity)
  const login: Login = { id: newToken(), signIn, startedAt, expiresAt: new Date(end) }
  const record: LoginRecord = {
    signIn: toRecord(signIn),
    startedAt: startedAt.toISOString(),
    expiresAt: login.expiresAt.toISOString(),
  }
  await store.put(keyOf(login.id), JSON.stringify(record), login.expiresAt)
  return login
}

/** undefined when it has ended, or never was. */
export const readLogin = async (store: Store, id: string | undefined): Promise<Login | undefined> => {
  const text = id === undefined ? undefined : await store.get(keyOf(id))
  if (id === undefined || text === undefined) return undefined
  const record = JSON.parse(text) as LoginRecord
  return {
    id,
    signIn: fromRecord(record.signIn),
    startedAt: new Date(record.startedAt),
    expiresAt: new Date(record.expiresAt),
  }
}

export const endLogin = (store: Store, id: string): Promise<void> => store.delete(keyOf(id))
