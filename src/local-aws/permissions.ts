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

type DecidingPolicy =
  | 'identity-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'resource-based policy'
  | 'role trust policy'

/** Why something is not allowed. */
export interface Refusal {
  readonly isExplicit: boolean
  /**
   * The kind of policy, as AWS's messages name it; undefined if the credentials are not valid for such calls at all.
   */
  readonly by: DecidingPolicy | undefined
  readonly decision: Decision | undefined
}

const NOT_FOR_SUCH_CALLS: Refusal = { isExplicit: false, by: undefined, decision: undefined }

/** No call of STS: a permission that other services ask for. */
const BEARER_TOKEN = 'sts:GetServiceBearerToken'

const ASSUMING: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
])

/**
 * Why the caller's own policies do not allow it; undefined: they do. The root user needs no permission. Identity-based
 * policies, the permissions boundary and session policies must all allow it, and a Deny in any of them decides (A.5).
 */
export function identityPolicyRefusal(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  if (!isForCallsOf(caller, attempt.action)) return NOT_FOR_SUCH_CALLS
  if (caller.kind === 'root') return taskRefusal(caller, attempt)
  const refusals = [
    refusalOf(identityPolicies(iam, caller), 'identity-based policy', caller, attempt),
    boundaryRefusal(iam, caller, attempt),
    sessionRefusal(caller, attempt),
  ]
  return refusals.find((refusal) => refusal?.isExplicit) ?? refusals.find((refusal) => refusal !== undefined)
}

/**
 * Why the limits of a role's session do not allow what a resource's policy gives the role: its boundary, and the
 * session's policies. A user who is named by such a policy is not limited by the boundary.
 */
export function limitsRefusal(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  const boundary = caller.kind === 'role-session' ? boundaryRefusal(iam, caller, attempt) : undefined
  return boundary ?? sessionRefusal(caller, attempt)
}

/** Why the permissions boundary of the user or the role, if there is one, does not allow it. */
function boundaryRefusal(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  if (caller.kind === 'root') return undefined
  const arn = holderOf(iam, caller)?.permissionsBoundary
  return arn === undefined ? undefined : refusalOf([iam.managedPolicy(arn)], 'permissions boundary', caller, attempt)
}

/** The credentials of GetFederationToken and GetSessionToken are not valid for all calls (aws-facts A.5). */
function isForCallsOf(caller: SignedCaller, action: string): boolean {
  if (caller.temporary === undefined || caller.kind === 'role-session' || action === BEARER_TOKEN) return true
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

export function refusalOf(
  policies: readonly Policy[],
  by: NonNullable<Refusal['by']>,
  { arn }: SignedCaller,
  { action, resource, context }: Attempt,
): Refusal | undefined {
  // Policies of several kinds, but each statement has its own principals.
  const together: Policy = { kind: 'identity', statements: policies.flatMap(({ statements }) => statements) }
  const decision = evaluate(together, { principal: { aws: arn }, action, resource, context })
  return decision.effect === 'allow' ? undefined : { isExplicit: decision.effect === 'explicit-deny', by, decision }
}

function identityPolicies(iam: IamStore, caller: Exclude<SignedCaller, { kind: 'root' }>): readonly Policy[] {
  const holder = holderOf(iam, caller)
  const attached = holder && 'attachedPolicies' in holder ? holder.attachedPolicies : []
  return [...(holder?.policies ?? []).map(({ policy }) => policy), ...attached.map(iam.managedPolicy)]
}

/** The user or role whose policies apply. */
function holderOf(iam: IamStore, caller: Exclude<SignedCaller, { kind: 'root' }>): User | Role | undefined {
  return caller.kind === 'role-session'
    ? roleOf(iam, caller)
    : iam.userByArn('principalArn' in caller ? caller.principalArn : caller.arn)
}

/** Only explicit denials: if a resource's policy names the caller, the caller's own policies need not allow it. */
export function identityPolicyDeny(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  const refusal = identityPolicyRefusal(iam, caller, attempt)
  return refusal === NOT_FOR_SUCH_CALLS || refusal?.isExplicit ? refusal : undefined
}

/** Why the session's policies, if any, do not allow it. */
function sessionRefusal(caller: SignedCaller, attempt: Attempt): Refusal | undefined {
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

const articles = {
  'role trust policy': 'the',
  'session policy': 'a',
  'identity-based policy': 'an',
  'permissions boundary': 'a',
  'resource-based policy': 'a',
} as const satisfies Record<DecidingPolicy, string>

/**
 * AWS's message to the caller: with the kind of policy that decided, or without it across accounts. `shownAs` is empty
 * for actions that have no resource, where some services name none.
 */
export function deniedText(caller: SignedCaller, { action, resource, shownAs }: Attempt, refusal: Refusal): string {
  const named = shownAs ?? resource
  const where = named === '' ? '' : ` on resource: ${named}`
  const text = `User: ${caller.arn} is not authorized to perform: ${action}${where}`
  if (refusal.by === undefined) return text
  const article = articles[refusal.by]
  return refusal.isExplicit
    ? `${text} with an explicit deny in ${article} ${refusal.by}`
    : `${text} because no ${refusal.by} allows the ${action} action`
}

/** The first finding that failed, in a line for the log. */
export function denialReason({ verdict }: Decision): string {
  const failure = firstFailure(verdict)
  return failure ? `${failure.name}: expected ${failure.expected}, found ${failure.found}` : 'no statement'
}
