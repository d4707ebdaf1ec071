/**
 * What becomes of a person's deeds beside the audit log: their own list of activity, and what they are used to. A note
 * that cannot be made undoes nothing of what it is about.
 */
import { FedgateError } from '../core/errors.ts'
import { type Activity, addActivity } from './activity.ts'
import type { Caller } from './gateway.ts'
import type { Login } from './logins.ts'
import type { Keeping } from './person-record.ts'
import { rememberTaken } from './preferences.ts'
import type { TakenRole, WantedRole } from './taken-role.ts'

const attempt = async (notes: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(notes)
}

const occurrence = ({ now }: Keeping, { reference, sourceIp, userAgent }: Caller) => ({
  at: now(),
  reference,
  sourceIp,
  userAgent,
})

export const rememberSignIn = (
  keeping: Keeping,
  login: Login,
  kind: 'sign-in' | 'renewal' | 'sign-out',
  caller: Caller,
): Promise<void> => attempt([addActivity(keeping, login, { kind, ...occurrence(keeping, caller) })])

const exchanged = (keeping: Keeping, taken: TakenRole, caller: Caller, destination: string | undefined): Activity => ({
  kind: 'exchange',
  ...occurrence(keeping, caller),
  role: taken.role.role.arn,
  sessionName: taken.session.roleSessionName,
  accessKeyId: taken.credentials.accessKeyId,
  expiresAt: taken.credentials.expiration,
  region: taken.role.region,
  ...(destination === undefined ? {} : { destination }),
})

/** What AWS does not allow is not worth being offered again. */
const habit = ({ shortenedFromSeconds, durationSeconds }: TakenRole, chosen: string | undefined) =>
  chosen === undefined || shortenedFromSeconds === undefined ? chosen : String(durationSeconds)

/** The role is what the person took last, and for how long they chose to. */
export const rememberExchange = (
  keeping: Keeping,
  login: Login,
  { taken, chosen }: { readonly taken: TakenRole; readonly chosen: string | undefined },
  caller: Caller,
): Promise<void> =>
  attempt([
    addActivity(keeping, login, exchanged(keeping, taken, caller, undefined)),
    rememberTaken(keeping, login, { arn: taken.role.role.arn, chosen: habit(taken, chosen) }),
  ])

export const rememberConsole = (
  keeping: Keeping,
  login: Login,
  taken: TakenRole,
  destination: string,
  caller: Caller,
): Promise<void> => attempt([addActivity(keeping, login, exchanged(keeping, taken, caller, destination))])

export const rememberDenied = async (
  keeping: Keeping,
  login: Login,
  { role }: WantedRole,
  caller: Caller,
  error: unknown,
): Promise<void> => {
  if (!(error instanceof FedgateError)) return
  const { code, message: sentence } = error
  await attempt([addActivity(keeping, login, { kind: 'denied', ...occurrence(keeping, caller), role, code, sentence })])
}
