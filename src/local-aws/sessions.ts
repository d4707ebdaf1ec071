import type { AccessKey } from './sigv4/verify.ts'

/** Who an access key stands for, as GetCallerIdentity tells it. */
export interface Caller extends AccessKey {
  readonly accessKeyId: string
  readonly account: string
  readonly arn: string
  readonly userId: string
}

/** A session of a role. */
export interface RoleSession extends Caller {
  readonly temporary: NonNullable<AccessKey['temporary']>
  readonly roleArn: string
  readonly roleName: string
  readonly sessionName: string
  readonly provider: string
  readonly sourceIdentity: string | undefined
  readonly tags: ReadonlyMap<string, string>
}

/** Sessions in memory, also for a while after their end, so that a late call hears "expired" and not "unknown". */
export interface Sessions {
  add(session: RoleSession, now: Date): void
  find(accessKeyId: string): RoleSession | undefined
}

const REMEMBERED_SECONDS = 3600

export const createSessions = (): Sessions => {
  const sessions = new Map<string, RoleSession>()
  let sweepAt = 1000
  const sweep = (now: Date): void => {
    const oldest = now.getTime() - REMEMBERED_SECONDS * 1000
    for (const [id, { temporary }] of sessions) if (temporary.expiration.getTime() < oldest) sessions.delete(id)
    sweepAt = Math.max(1000, sessions.size * 2)
  }
  return {
    add: (session, now) => {
      sessions.set(session.accessKeyId, session)
      if (sessions.size >= sweepAt) sweep(now)
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
  }
}
