import type { SignIn } from '../../core/identity.ts'
import { newToken } from '../../core/ids.ts'
import type { Caller, Gateway } from '../gateway.ts'
import type { Clock, Store } from '../ports.ts'
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
  /** Where it began, for the person to know it by. */
  readonly from?: Pick<Caller, 'sourceIp' | 'userAgent'>
}

interface LoginRecord {
  readonly signIn: string
  readonly startedAt: string
  readonly expiresAt: string
  readonly from?: Login['from']
}

/** Begins a login that ends after `lifetimeSeconds`, or earlier where the provider said so. */
export async function beginLogin(
  store: Store,
  now: Clock,
  signIn: SignIn,
  lifetimeSeconds: number,
  from?: Login['from'],
): Promise<Login> {
  const startedAt = now()
  const end = Math.min(startedAt.getTime() + lifetimeSeconds * 1000, signIn.sessionEndsAt?.getTime() ?? Infinity)
  const login: Login = { id: newToken(), signIn, startedAt, expiresAt: new Date(end), ...(from && { from }) }
  await store.put(keyOf(login.id), toLoginRecord(login), login.expiresAt)
  return login
}

function keyOf(id: string): string {
  return `login:${id}`
}

function toLoginRecord({ signIn, startedAt, expiresAt, from }: Login): string {
  const record: LoginRecord = {
    signIn: toRecord(signIn),
    startedAt: startedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(from && { from }),
  }
  return JSON.stringify(record)
}

/** undefined when it has ended, or never was. */
export async function readLogin(store: Store, id: string | undefined): Promise<Login | undefined> {
  return id === undefined ? undefined : fromLoginRecord(id, await store.get(keyOf(id)))
}

function fromLoginRecord(id: string, text: string | undefined): Login | undefined {
  if (text === undefined) return undefined
  const record = JSON.parse(text) as LoginRecord
  return {
    id,
    signIn: fromRecord(record.signIn),
    startedAt: new Date(record.startedAt),
    expiresAt: new Date(record.expiresAt),
    ...(record.from && { from: record.from }),
  }
}

/**
 * The same login with a fresh sign-in, ending no later than before; undefined when it has ended meanwhile, as this must
 * not bring it back.
 */
export async function renewLogin(store: Store, login: Login, signIn: SignIn): Promise<Login | undefined> {
  const end = Math.min(login.expiresAt.getTime(), signIn.sessionEndsAt?.getTime() ?? Infinity)
  const renewed: Login = { ...login, signIn, expiresAt: new Date(end) }
  return (await store.replace(keyOf(login.id), toLoginRecord(renewed), renewed.expiresAt)) ? renewed : undefined
}

/** Ends it for good; of several at once, one is given what it ended. undefined when it had ended already. */
export async function endLogin(
  { store, loginEnded }: Pick<Gateway, 'store' | 'loginEnded'>,
  id: string,
): Promise<Login | undefined> {
  const login = fromLoginRecord(id, await store.take(keyOf(id)))
  for (const tell of loginEnded) await tell(id)
  return login
}
