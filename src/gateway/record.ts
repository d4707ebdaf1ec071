/**
 * The one place that distributes an event: first to the audit log and its counters, then to the user's list of activity
 * and their preferences. Listeners are added here, and no use-case calls two of them.
 */
import type { Audit, AuditEvent } from '../audit/events.ts'
import type { Login } from './login/logins.ts'
import { addActivity } from './user/activity.ts'
import { learnHabit } from './user/preferences.ts'
import type { UserStore } from './user/user-record.ts'

/** An audit log that can be asked whether an event that gives access could be recorded. */
export interface WritableAudit {
  readonly audit: Pick<Audit, 'record' | 'mustBeWritable'>
}

/** An event, as in the audit log. */
export interface Happening {
  readonly event: AuditEvent
  /** The login it belongs to, if any: its user's activity and preferences are updated. */
  readonly login?: Login | undefined
  /** The duration that the user chose, to be offered next time. */
  readonly chosen?: string | undefined
  /** What may happen only once it is recorded: at the same time as the listeners, whose writes need not come first. */
  readonly afterwards?: (() => Promise<void>) | undefined
}

/** What every use-case that records an event needs. */
export type Recording = UserStore & { readonly audit: Pick<Audit, 'record'> }

/** The listener for the user's records; `reference` is the one under which the log has the event. */
type Listener = (
  recording: Recording,
  happening: Happening & { readonly login: Login },
  reference: string,
) => Promise<void>

const listeners: readonly Listener[] = [addActivity, learnHabit]

/**
 * Records it and resolves with the reference under which the log has it. Rejects with AuditError `audit.unavailable` if
 * it gives access and cannot be recorded: then nothing else is called. A failed write of the user's records never fails
 * the operation; what `afterwards` rejects with is passed on.
 */
export async function record(recording: Recording, happening: Happening): Promise<string> {
  const reference = await recording.audit.record(happening.event)
  const { login, afterwards } = happening
  const following = afterwards?.()
  const listening = login ? listeners.map((listen) => listen(recording, { ...happening, login }, reference)) : []
  const [followed] = await Promise.allSettled([following, ...listening])
  if (followed.status === 'rejected') throw followed.reason
  return reference
}
