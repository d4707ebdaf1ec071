/**
 * What the gateway keeps of a person beyond a sign-in: one small document for each kind (preferences.ts, activity.ts),
 * under a keyed hash, so that no key of the store names anybody. Several tabs and processes may change it at once: a
 * change is made again where another came between.
 */
import { createHmac } from 'node:crypto'
import { nameIdFormats } from '../../core/identity.ts'
import type { Gateway } from '../gateway.ts'
import type { Login } from '../login/logins.ts'

export type UserStore = Pick<Gateway, 'settings' | 'store' | 'now'>

/** A kind of document, and how it is written down. */
export interface RecordKind<Value> {
  readonly name: string
  readonly keptSeconds: number
  /** undefined: nothing is known of the person. */
  read(text: string | undefined): Value
  write(value: Value): string
}

/** Each try that fails is one that let another through: fifty at once need fifty. */
const MOST_TRIES = 200

/** The keyed hash of the name, with each secret: what was kept under an older one is found as well. */
export function keyedHashes(
  { settings }: Pick<Gateway, 'settings'>,
  purpose: string,
  name: readonly string[],
): readonly [string, ...string[]] {
  const [first, ...older] = settings.session.secrets
  const hash = (secret: typeof first): string =>
    createHmac('sha256', secret.reveal())
      .update(`${purpose}:${JSON.stringify(name)}`)
      .digest('base64url')
  return [hash(first), ...older.map(hash)]
}

/** Whether the person is the same the next time: a transient NameID is another one at each sign-in. Core 8.3.8 */
export function hasPersistentSubject({ signIn: { identity } }: Login): boolean {
  return identity.subjectFormat !== nameIdFormats.transient
}

export async function readRecord<Value>(keeping: UserStore, kind: RecordKind<Value>, login: Login): Promise<Value> {
  return kind.read(await olderText(keeping, keysOf(keeping, kind.name, login)))
}

/** As it was kept under an older secret. */
async function olderText({ store }: UserStore, keys: readonly string[]): Promise<string | undefined> {
  for (const key of keys) {
    const text = await store.get(key)
    if (text !== undefined) return text
  }
  return undefined
}

function keysOf(keeping: UserStore, kind: string, { signIn: { identity } }: Login): readonly [string, ...string[]] {
  const { provider, issuer, subject } = identity
  const [first, ...older] = keyedHashes(keeping, kind, [provider, issuer, subject])
  return [`${kind}:${first}`, ...older.map((hash) => `${kind}:${hash}`)]
}

/** Changes it and moves its end. `change` may be called more than once. */
export async function updateRecord<Value>(
  keeping: UserStore,
  kind: RecordKind<Value>,
  login: Login,
  change: (value: Value) => Value,
): Promise<void> {
  const [key, ...olderKeys] = keysOf(keeping, kind.name, login)
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const current = await keeping.store.get(key)
    const before = kind.read(current ?? (await olderText(keeping, olderKeys)))
    const after = kind.write(change(before))
    if (await keeping.store.swap(key, current, after, endOf(keeping, kind, login))) return
  }
  throw new Error(`${kind.name}: changed by others ${MOST_TRIES} times in a row`)
}

/** Who is another person the next time is remembered no longer than the login. */
function endOf<Value>({ now }: UserStore, { keptSeconds }: RecordKind<Value>, login: Login): Date {
  return hasPersistentSubject(login) ? new Date(now().getTime() + keptSeconds * 1000) : login.expiresAt
}
