/**
 * The one place where an event is told: the audit log and its counters hear it first, then the user's own list of
 * activity and what they are used to. A listener is added here, and no use-case calls two of them.
 */
import type { Audit, AuditEvent } from '../audit/events.ts'
import type { Login } from './login/logins.ts'
import { addActivity } from './user/activity.ts'
import { learnHabit } from './user/preferences.ts'
import type { UserStore } from './user/user-record.ts'

/** An audit log that is asked before something is given that has to be recorded. */
export interface WritableAudit {
  readonly audit: Pick<Audit, 'record' | 'mustBeWritable'>
}

/** Something that happened, as the audit log has it. */
export interface Happening {
  readonly event: AuditEvent
  /** Whose login it was, where there is one: their activity and preferences hear of it. */
  readonly login?: Login | undefined
  /** For how long they chose to take a role, as it is to be offered the next time. */
  readonly chosen?: string | undefined
}

/** What every use-case needs that records an event. */
export type Recording = UserStore & { readonly audit: Pick<Audit, 'record'> }

/** What the user hears of: `reference` is the one under which the log has the event. */
type Listener = (
  recording: Recording,
  happening: Happening & { readonly login: Login },
  reference: string,
) => Promise<void>

const listeners: readonly Listener[] = [addActivity, learnHabit]

/**
 * Records it and resolves with the reference under which the log has it. Rejects with AuditError `audit.unavailable`
 * where it gives access and cannot be recorded: then nobody has heard of it. A note that cannot be made for the user
 * undoes nothing of what it is about.
 */
export async function record(recording: Recording, happening: Happening): Promise<string> {
  const reference = await recording.audit.record(happening.event)
  const { login } = happening
  if (login) await Promise.allSettled(listeners.map((listen) => listen(recording, { ...happening, login }, reference)))
  return reference
}
