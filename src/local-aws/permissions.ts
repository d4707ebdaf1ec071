/** What a signed call may do: the caller's own policies, limited by those of the session, then the resource's. */
import { firstFailure } from '../core/verdict.ts'
import type { RequestContext } from '../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../iam/evaluate.ts'
import type { Policy } from '../iam/policy.ts'
import type { RoleSession, Session } from './sessions.ts'
import type { IamStore, Role, User } from './state.ts'

/** Every caller with a verifiable signature. */
export type SignedCaller = User | Session

/** The request that policies are evaluated for. */
export interface Attempt {
  /** `sts:AssumeRole` */
  readonly action: string
  /** The ARN of the resource, or `*`. */
  readonly resource: string
  /** How AWS's message names it. Default: its ARN. */
  readonly shownAs?: string | undefined
  readonly context: RequestContext
}

/** Why something is not allowed. */
export interface Refusal {
  readonly isExplicit: boolean
  /**
   * The kind of policy, as AWS's messages name it; undefined if the credentials are not valid for such calls at all.
   */
  readonly by: 'identity-based policy' | 'session policy' | 'role trust policy' | undefined
  readonly decision: Decision | undefined
}

const NOT_FOR_SUCH_CALLS: Refusal = { isExplicit: false, by: undefined, decision: undefined }

const ASSUMING: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
])

/** Why the caller's own policies do not allow it; undefined: they do. The root user needs no permission. */
export function identityPolicyRefusal(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  if (!isForCallsOf(caller, attempt.action)) return NOT_FOR_SUCH_CALLS
  if (caller.kind === 'root') return taskRefusal(caller, attempt)
  const identity = refusalOf(identityPolicies(iam, caller), 'identity-based policy', caller, attempt)
  const session = sessionRefusal(caller, attempt)
  return [identity, session].find((refusal) => refusal?.isExplicit) ?? identity ?? session
}

/** The credentials of GetFederationToken and GetSessionToken are not valid for all calls (aws-facts A.5). */
function isForCallsOf(caller: SignedCaller, action: string): boolean {
  if (caller.temporary === undefined || caller.kind === 'role-session') return true
  if (caller.kind === 'federated-user') return !/^(?:iam|sts):/.test(action)
  if (caller.taskPolicy !== undefined || caller.delegated !== undefined) return true
  if (action.startsWith('iam:')) return 'mfaAt' in caller && caller.mfaAt !== undefined
  return !action.startsWith('sts:') || ASSUMING.has(action)
}

/** What the task of AssumeRoot excludes; everything else a root user may do. */
function taskRefusal(caller: Extract<SignedCaller, { kind: 'root' | 'user' }>, attempt: Attempt): Refusal | undefined {
  if (caller.temporary === undefined || caller.taskPolicy === undefined) return undefined
  const refusal = refusalOf([caller.taskPolicy], 'session policy', caller, attempt)
  return refusal?.isExplicit ? refusal : undefined
}

function refusalOf(
  policies: readonly Policy[],
  by: NonNullable<Refusal['by']>,
  { arn }: SignedCaller,
  { action, resource, context }: Attempt,
): Refusal | undefined {
  const together: Policy = { kind: 'identity', statements: policies.flatMap(({ statements }) => statements) }
  const decision = evaluate(together, { principal: { aws: arn }, action, resource, context })
  return decision.effect === 'allow' ? undefined : { isExplicit: decision.effect === 'explicit-deny', by, decision }
}

function identityPolicies(iam: IamStore, caller: Exclude<SignedCaller, { kind: 'root' }>): readonly Policy[] {
  const holder =
    caller.kind === 'role-session'
      ? roleOf(iam, caller)
      : iam.userByArn('principalArn' in caller ? caller.principalArn : caller.arn)
  return (holder?.policies ?? []).map(({ policy }) => policy)
}

/** Only explicit denials: if a resource's policy names the caller, the caller's own policies need not allow it. */
export function identityPolicyDeny(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  const refusal = identityPolicyRefusal(iam, caller, attempt)
  return refusal === NOT_FOR_SUCH_CALLS || refusal?.isExplicit ? refusal : undefined
}

/** Why the session's policies, if any, do not allow it. */
export function sessionRefusal(caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  if (caller.kind === 'federated-user')
    return refusalOf(caller.sessionPolicies ?? [], 'session policy', caller, attempt)
  const policies =
    caller.kind === 'role-session' ? caller.sessionPolicies : caller.temporary && caller.delegated?.sessionPolicies
  return policies && refusalOf(policies, 'session policy', caller, attempt)
}

/** The role of a session, as it is now; undefined if it was deleted, even if another role has its name. */
export function roleOf(iam: IamStore, { roleArn, userId }: RoleSession): Role | undefined {
  const role = iam.role(roleArn)
  return role && userId.startsWith(`${role.id}:`) ? role : undefined
}

/** AWS's message to the caller: with the kind of policy that decided, or without it across accounts. */
export function deniedText(caller: SignedCaller, { action, resource, shownAs }: Attempt, refusal: Refusal): string {
  const text = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${shownAs ?? resource}`
  if (refusal.by === undefined) return text
  const article = { 'role trust policy': 'the', 'session policy': 'a', 'identity-based policy': 'an' }[refusal.by]
  return refusal.isExplicit
    ? `${text} with an explicit deny in ${article} ${refusal.by}`
    : `${text} because no ${refusal.by} allows the ${action} action`
}

/** The first finding that failed, in a line for the log. */
export function denialReason({ verdict }: Decision): string {
  const failure = firstFailure(verdict)
  return failure ? `${failure.name}: expected ${failure.expected}, found ${failure.found}` : 'no statement'
}
