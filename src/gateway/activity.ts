/**
 * What a person did here of late, for themselves to look through: the audit log is the operator's, and has it all.
 * remember.ts writes it, in the places where the audit log is written.
 */

import type { Login } from './logins.ts'
import { type Keeping, type RecordKind, readRecord, updateRecord } from './person-record.ts'

interface Occurrence {
  readonly at: Date
  /** As in the audit log. */
  readonly reference: string
  readonly sourceIp: string
  readonly userAgent: string
}

/** `renewal`: proved anew who they are, for a login that went on. */
export interface SignInActivity extends Occurrence {
  readonly kind: 'sign-in' | 'renewal' | 'sign-out'
}

export interface ExchangeActivity extends Occurrence {
  readonly kind: 'exchange'
  readonly role: string
  readonly sessionName: string
  /** What CloudTrail knows the credentials by. */
  readonly accessKeyId: string
  readonly expiresAt: Date
  /** The role's, where its events are likely to be. */
  readonly region: string
  /** The page of the console that was opened; undefined: the credentials themselves were taken. */
  readonly destination?: string
}

export interface DeniedActivity extends Occurrence {
  readonly kind: 'denied'
  readonly role: string
  readonly code: string
  readonly sentence: string
}

export type Activity = SignInActivity | ExchangeActivity | DeniedActivity

const MOST_KEPT = 100

/** As long as CloudTrail's event history. */
const KEPT_SECONDS = 90 * 24 * 60 * 60

/** Texts that come from outside: a role that was asked for, a browser's name for itself. */
const LONGEST_TEXT = 300

const cut = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value

const revived = (key: string, value: unknown): unknown =>
  key === 'at' || key === 'expiresAt' ? new Date(String(value)) : value

const activities: RecordKind<readonly Activity[]> = {
  name: 'activity',
  keptSeconds: KEPT_SECONDS,
  read: (text) => (text === undefined ? [] : (JSON.parse(text, revived) as readonly Activity[])),
  write: (entries) => JSON.stringify(entries, cut),
}

/** Latest first, at most a hundred of the last ninety days. */
export const activityOf = (keeping: Keeping, login: Login): Promise<readonly Activity[]> =>
  readRecord(keeping, activities, login)

/** A console is opened with credentials that were taken for it: one thing that the person did. */
const isOpenedWith = (activity: Activity, earlier: Activity): boolean =>
  activity.kind === 'exchange' && earlier.kind === 'exchange' && activity.accessKeyId === earlier.accessKeyId

export const addActivity = (keeping: Keeping, login: Login, activity: Activity): Promise<void> =>
  updateRecord(keeping, activities, login, (before) =>
    [activity, ...before.filter((earlier) => !isOpenedWith(activity, earlier))].slice(0, MOST_KEPT),
  )
