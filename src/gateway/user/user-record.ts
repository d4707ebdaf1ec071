/**
 * user owns the records of a user that outlive a login: one small document for each kind (preferences.ts, activity.ts),
 * under a keyed hash, so no key of the store names a user. Several tabs and processes may change it concurrently: a
 * change is repeated if another came between.
 */
import { createHmac } from 'node:crypto'
import { type Identity, nameIdFormats } from '../../core/identity.ts'
import type { Secret } from '../../core/secret.ts'
import { createRecent, type Recent } from '../../core/text/recent.ts'
import { expiryOf, type RecordKind } from '../define-record.ts'
import type { Gateway, GatewaySettings } from '../gateway.ts'
import type { Login } from '../login/logins.ts'

/** `settings`: the secrets that key the hashes. */
export type UserStore = Pick<Gateway, 'store' | 'now'> & { readonly settings: Pick<GatewaySettings, 'session'> }

/** What a record is kept under. */
export type RecordedUser = Pick<Identity, 'provider' | 'issuer' | 'subject'>

export interface UserRecord<Value> {
  readonly kind: RecordKind<Value, { readonly seconds: number }>
  /** The value for a user without a record. */
  readonly none: Value
}

type Hashes = readonly [string, ...string[]]

/** In characters, of each of two halves. A name is hashed several times in one sign-in, and again for each page. */
const MOST_KNOWN = 256 * 1024
const known = new WeakMap<readonly Secret[], Recent<Hashes>>()

function recentOf(secrets: readonly Secret[]): Recent<Hashes> {
  const before = known.get(secrets)
  if (before !== undefined) return before
  const recent = createRecent<Hashes>(MOST_KNOWN)
  known.set(secrets, recent)
  return recent
}

/** The keyed hash of the name, with each secret: records stored under an older secret are found as well. */
export function keyedHashes(
  { settings }: Pick<UserStore, 'settings'>,
  purpose: string,
  name: readonly string[],
): Hashes {
  const { secrets } = settings.session
  const recent = recentOf(secrets)
  const text = `${purpose}:${JSON.stringify(name)}`
  const before = recent.get(text)
  if (before !== undefined) return before
  const [first, ...older] = secrets
  const hash = (secret: Secret): string => createHmac('sha256', secret.reveal()).update(text).digest('base64url')
  const hashes: Hashes = [hash(first), ...older.map(hash)]
  recent.set(text, hashes, text.length)
  return hashes
}

/** Whether the user can be recognized at the next sign-in: a transient NameID is new each time. Core 8.3.8 */
export function hasPersistentSubject({ signIn: { identity } }: Login): boolean {
  return identity.subjectFormat !== nameIdFormats.transient
}

export async function readRecord<Value>(
  keeping: UserStore,
  { kind, none }: UserRecord<Value>,
  user: RecordedUser,
): Promise<Value> {
  return (await firstOf(keeping, kind, idsOf(keeping, kind, user))) ?? none
}

/** The record stored under the first of these IDs that has one. */
async function firstOf<Value>(
  { store }: UserStore,
  kind: RecordKind<Value>,
  ids: readonly string[],
): Promise<Value | undefined> {
  for (const id of ids) {
    const value = await kind.get(store, id)
    if (value !== undefined) return value
  }
  return undefined
}

function idsOf(
  keeping: UserStore,
  { prefix }: Pick<RecordKind<unknown>, 'prefix'>,
  { provider, issuer, subject }: RecordedUser,
): readonly [string, ...string[]] {
  return keyedHashes(keeping, prefix, [provider, issuer, subject])
}

/** Changes it and extends its lifetime. `change` may be called more than once. */
export async function updateRecord<Value>(
  keeping: UserStore,
  { kind, none }: UserRecord<Value>,
  login: Login,
  change: (value: Value) => Value,
): Promise<void> {
  const [id, ...olderIds] = idsOf(keeping, kind, login.signIn.identity)
  await kind.change(
    keeping.store,
    id,
    async (current) => change(current ?? (await firstOf(keeping, kind, olderIds)) ?? none),
    () => endOf(keeping, kind, login),
  )
}

/** The records of a user with a transient NameID end with the login. */
function endOf<Value>({ now }: UserStore, kind: UserRecord<Value>['kind'], login: Login): Date {
  return hasPersistentSubject(login) ? expiryOf(kind, now()) : login.expiresAt
}
