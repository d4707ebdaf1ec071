import type { SignIn } from '../../core/identity.ts'
import { newId } from '../../core/ids.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway } from '../gateway.ts'
import type { Store } from '../ports.ts'
import { logins, signIns } from '../store-records.ts'

/**
 * The logins of signed-in users. Browser sessions only contain a login's ID, so ending the login ends every session of
 * it immediately and for good, including a session that is saved later. The login itself only contains the ID of its
 * sign-in, which has the tokens and the evidence and is written once, before the login begins.
 */
export interface Login {
  readonly id: string
  readonly signIn: SignIn
  readonly startedAt: Date
  readonly expiresAt: Date
  /** Where it began, so the user can recognize it. */
  readonly from?: Pick<Caller, 'sourceIp' | 'userAgent'>
}

/** A verified sign-in that is stored. */
export interface StoredSignIn {
  readonly id: string
  readonly signIn: SignIn
}

/** As it is stored. */
export interface LoginRecord extends Omit<Login, 'id' | 'signIn'> {
  readonly signInId: string
  /** Of sign-ins that were replaced. */
  readonly earlierSessionIndexes?: readonly string[]
}

/** Stores it until then. A login that begins with it, or is renewed by it, keeps it longer. */
export async function storeSignIn(store: Store, signIn: SignIn, expiresAt: Date): Promise<StoredSignIn> {
  const fresh = { id: newId(), signIn }
  await putSignIn(store, fresh, expiresAt)
  return fresh
}

/** The same where its new id was needed before. */
export function putSignIn(store: Store, { id, signIn }: StoredSignIn, expiresAt: Date): Promise<void> {
  return signIns.put(store, id, signIn, expiresAt)
}

/** undefined when it has expired, or was deleted. */
export function readSignIn(store: Store, id: string): Promise<SignIn | undefined> {
  return signIns.get(store, id)
}

export function deleteSignIn(store: Store, id: string): Promise<void> {
  return signIns.delete(store, id)
}

/** A login that ends after `lifetimeSeconds`, or earlier if the provider said so. Nothing is stored yet. */
export function newLogin(
  startedAt: Date,
  { signIn }: Pick<StoredSignIn, 'signIn'>,
  lifetimeSeconds: number,
  from?: Login['from'],
): Login {
  const end = Math.min(startedAt.getTime() + lifetimeSeconds * 1000, signIn.sessionEndsAt?.getTime() ?? Infinity)
  return { id: newId(), signIn, startedAt, expiresAt: new Date(end), ...(from && { from }) }
}

/** Stores a new login. It ends with its sign-in, within minutes, unless it is settled. */
export function putLogin(
  store: Store,
  { id, signIn: _, ...login }: Login,
  { id: signInId }: Pick<StoredSignIn, 'id'>,
): Promise<void> {
  return logins.put(store, id, { signInId, ...login }, login.expiresAt)
}

/** Deletes a login that has not begun, and leaves its sign-in. */
export function deleteLogin(store: Store, { id }: Pick<Login, 'id'>): Promise<void> {
  return logins.delete(store, id)
}

/**
 * Keeps the sign-in as long as the login that began with it: once that is recorded, so that a login whose beginning was
 * interrupted does not live on. Throws GatewayError `login.expired` if the sign-in has just expired.
 */
export async function settleLogin(
  store: Store,
  { expiresAt }: Pick<Login, 'expiresAt'>,
  { id: signInId }: Pick<StoredSignIn, 'id'>,
): Promise<void> {
  if (!(await signIns.extend(store, signInId, expiresAt))) throw new GatewayError('login.expired')
}

function loginOf(id: string, { signInId: _, earlierSessionIndexes = [], ...same }: LoginRecord, signIn: SignIn): Login {
  return { id, ...same, signIn: withSessionIndexes(signIn, earlierSessionIndexes) }
}

/** undefined if it has ended or never existed. */
export async function readLogin(store: Store, id: string | undefined): Promise<Login | undefined> {
  if (id === undefined) return undefined
  const record = await logins.get(store, id)
  if (!record) return undefined
  const signIn = await signIns.get(store, record.signInId)
  if (signIn) return loginOf(id, record, signIn)
  // Another request may have renewed the login in between: then it has another sign-in.
  const current = await logins.get(store, id)
  return current === undefined || current.signInId === record.signInId ? undefined : readLogin(store, id)
}

/**
 * The same login with a fresh sign-in, ending no later than before; undefined if it has ended meanwhile, as this must
 * not restore it.
 */
export async function renewLogin(store: Store, login: Login, fresh: StoredSignIn): Promise<Login | undefined> {
  const end = Math.min(login.expiresAt.getTime(), fresh.signIn.sessionEndsAt?.getTime() ?? Infinity)
  const renewed = { signInId: fresh.id, expiresAt: new Date(end), ...earlierIndexesOf(login) }
  if (!(await signIns.extend(store, fresh.id, renewed.expiresAt))) return undefined
  const changed = await logins.change(
    store,
    login.id,
    (before) => before && { ...before, ...renewed },
    ({ expiresAt }) => expiresAt,
  )
  if (!changed) return undefined
  // The renewal has happened, so it must not fail: what cannot be deleted expires.
  if (changed.before) await signIns.delete(store, changed.before.signInId).catch(() => undefined)
  return loginOf(login.id, changed.after, fresh.signIn)
}

/** A provider may give each response its own session index, and request a logout by any of them. */
function earlierIndexesOf({ signIn: { logoutRef } }: Login): Pick<LoginRecord, 'earlierSessionIndexes'> {
  return logoutRef.kind === 'saml' ? { earlierSessionIndexes: indexesOf(logoutRef) } : {}
}

function indexesOf({ sessionIndex, furtherSessionIndexes = [] }: SamlLogoutRef): string[] {
  return sessionIndex === undefined ? [...furtherSessionIndexes] : [sessionIndex, ...furtherSessionIndexes]
}

type SamlLogoutRef = Extract<SignIn['logoutRef'], { kind: 'saml' }>

function withSessionIndexes(signIn: SignIn, earlier: readonly string[]): SignIn {
  const { logoutRef } = signIn
  if (logoutRef.kind !== 'saml' || earlier.length === 0) return signIn
  const all = new Set([...earlier, ...indexesOf(logoutRef)])
  if (logoutRef.sessionIndex !== undefined) all.delete(logoutRef.sessionIndex)
  return { ...signIn, logoutRef: { ...logoutRef, furtherSessionIndexes: [...all] } }
}

/**
 * Ends it for good; of several concurrent callers, one gets the ended login, as it was last. undefined if it had already
 * ended.
 */
export async function endLogin(
  { store, loginEnded }: Pick<Gateway, 'store' | 'loginEnded'>,
  { id, signIn }: Pick<Login, 'id' | 'signIn'>,
): Promise<Login | undefined> {
  const record = await logins.take(store, id)
  // From here on it has ended, which must be recorded: what cannot be deleted now expires.
  const last = record && (await signIns.take(store, record.signInId).catch(() => signIn))
  // Nor may this fail: whatever hangs on the login asks for it, and finds none.
  for (const tell of loginEnded) await tell(id).catch(() => undefined)
  return record && last && loginOf(id, record, last)
}
