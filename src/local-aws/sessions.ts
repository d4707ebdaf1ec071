import type { ContextValue } from '../iam/condition-keys/context.ts'
import type { Policy } from '../iam/policy.ts'
import type { Endpoint } from './regions.ts'
import type { AccessKey } from './sigv4/verify.ts'

/** The owner of an access key, as GetCallerIdentity returns it. */
export interface Caller extends AccessKey {
  readonly kind: 'root' | 'user' | 'role-session' | 'federated-user'
  readonly accessKeyId: string
  readonly partition: string
  readonly account: string
  readonly arn: string
  readonly userId: string
}

/** Temporary credentials, with everything that applies to later calls with them. */
interface TemporaryCaller extends Caller {
  readonly temporary: NonNullable<AccessKey['temporary']>
  readonly issuedAt: Date
  /** By the endpoint that issued it (F.2). */
  readonly tokensFor: Endpoint['tokensFor']
  /** The user, role or root user whose permissions the session starts from. */
  readonly principalArn: string
  /** When the call that created the session contained an MFA code. */
  readonly mfaAt: Date | undefined
  readonly tags: ReadonlyMap<string, string>
}

/** What limits a session's permissions: nothing, or at least one of the policies must allow a call. */
export type SessionPolicies = readonly Policy[] | undefined

/** A session of a role. */
export interface RoleSession extends TemporaryCaller {
  readonly kind: 'role-session'
  /** Assumed with the credentials of a session, so for an hour at most (role chaining). */
  readonly chained: boolean
  readonly roleArn: string
  readonly roleName: string
  readonly sessionName: string
  /**
   * The provider that vouched for the user in the first call of the chain; undefined if a user or root user assumed the
   * role.
   */
  readonly provider: string | undefined
  readonly sourceIdentity: string | undefined
  readonly transitiveTagKeys: readonly string[]
  readonly sessionPolicies: SessionPolicies
  /**
   * The identity provider's keys that remain in the session (aws-facts B.1, C.1), as JSON: one text for each of the many
   * sessions, most of which call nothing here.
   */
  readonly identity: string
}

/** A session of GetFederationToken. Without session policies it may do nothing. */
export interface FederatedUserSession extends TemporaryCaller {
  readonly kind: 'federated-user'
  /** `Name` of the call. */
  readonly sessionName: string
  readonly sessionPolicies: SessionPolicies
}

/** A session of GetSessionToken, AssumeRoot or GetDelegatedAccessToken: the user, or the root user. */
export interface UserSession extends TemporaryCaller {
  readonly kind: 'user' | 'root'
  /** Of AssumeRoot: the policy of its task, which only denies. */
  readonly taskPolicy?: Policy
  /** Of AssumeRoot: the source identity of its caller. */
  readonly sourceIdentity?: string | undefined
  /** Of GetDelegatedAccessToken, which has not the limits of GetSessionToken. */
  readonly delegated?: { readonly sessionPolicies: SessionPolicies }
}

export type Session = RoleSession | FederatedUserSession | UserSession

/** Sessions in memory, kept for a while after they expire, so a late call gets "expired" and not "unknown". */
export interface Sessions {
  add(session: Session, now: Date): void
  find(accessKeyId: string): Session | undefined
}

/** The keys that remain in the session. */
export function carriedBy({ identity }: RoleSession): readonly ContextValue[] {
  return JSON.parse(identity) as readonly ContextValue[]
}

const REMEMBERED_SECONDS = 3600

export function createSessions(): Sessions {
  const sessions = new Map<string, Session>()
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
