/**
 * A user's pins, recent roles and durations. Preferences of a machine (the format of credentials, the last provider)
 * are kept in the browser.
 */
import type { AuditEvent } from '../../audit/events.ts'
import { GatewayError } from '../errors.ts'
import type { Login } from '../login/logins.ts'
import { type EntitlementPorts, grantedRole } from '../roles/list-roles.ts'
import { preferences } from '../store-records.ts'
import { hasPersistentSubject, readRecord, type UserRecord, type UserStore, updateRecord } from './user-record.ts'

export interface Preferences {
  /** ARNs, in the order in which they were pinned. Some may no longer be granted. */
  readonly pins: readonly string[]
  /** Latest first, each role once. */
  readonly recent: readonly RecentRole[]
  /** The duration last chosen for each role, as the user chose it (`1h`, `until 18:00`), by ARN. */
  readonly durations: ReadonlyMap<string, string>
  /** False for a user with a new ID at each sign-in: then nothing outlives the login. */
  readonly isKept: boolean
}

export interface RecentRole {
  readonly arn: string
  readonly takenAt: Date
}

export type StoredPreferences = Omit<Preferences, 'isKept'>

const MOST_PINS = 500
const MOST_RECENT = 20
const MOST_DURATIONS = 200

const habits: UserRecord<StoredPreferences> = {
  kind: preferences,
  none: { pins: [], recent: [], durations: new Map() },
}

export interface Taken {
  readonly arn: string
  /** As the user chose it; undefined if they chose none. */
  readonly chosen: string | undefined
}

export async function preferencesOf(keeping: UserStore, login: Login): Promise<Preferences> {
  return {
    ...(await readRecord(keeping, habits, login.signIn.identity)),
    isKept: hasPersistentSubject(login),
  }
}

/**
 * Pins a role, or unpins it. Throws GatewayError `role.not_granted` for pinning a role that the user may not assume,
 * and `role.too_many_pins`.
 */
export async function pinRole(
  gateway: UserStore & EntitlementPorts,
  login: Login,
  arn: string,
  isPinned: boolean,
): Promise<void> {
  if (isPinned) grantedRole(gateway, login.signIn.identity, arn)
  await updateRecord(gateway, habits, login, (before) => {
    const others = before.pins.filter((pin) => pin !== arn)
    if (!isPinned) return { ...before, pins: others }
    if (others.length >= MOST_PINS) throw new GatewayError('role.too_many_pins', { expected: `at most ${MOST_PINS}` })
    return before.pins.includes(arn) ? before : { ...before, pins: [...before.pins, arn] }
  })
}

/** Makes the role the most recently used one. */
export function rememberTaken(keeping: UserStore, login: Login, { arn, chosen }: Taken): Promise<void> {
  return updateRecord(keeping, habits, login, (before) => {
    const earlier = before.recent.filter((recent) => recent.arn !== arn)
    const others = [...before.durations].filter(([role]) => role !== arn)
    return {
      ...before,
      recent: [{ arn, takenAt: keeping.now() }, ...earlier].slice(0, MOST_RECENT),
      durations:
        chosen === undefined ? before.durations : new Map([...others, [arn, chosen] as const].slice(-MOST_DURATIONS)),
    }
  })
}

/** The same from an event that says that a role was assumed; other events change no preferences. */
export async function learnHabit(
  keeping: UserStore,
  { event, login, chosen }: { readonly event: AuditEvent; readonly login: Login; readonly chosen?: string | undefined },
): Promise<void> {
  if (event.eventName === 'exchange')
    await rememberTaken(keeping, login, { arn: event.requestParameters.roleArn, chosen })
}
