/** What a signed call may do: the caller's own policies, narrowed by those of the session, before anybody else's. */
import { firstFailure } from '../core/verdict.ts'
import type { RequestContext } from '../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../iam/evaluate.ts'
import type { Policy } from '../iam/policy.ts'
import type { RoleSession, Session } from './sessions.ts'
import type { IamStore, Role, User } from './state.ts'

/** Everybody whose signature can be verified. */
export type SignedCaller = User | Session

/** What is asked of policies. */
export interface Attempt {
  /** `sts:AssumeRole` */
  readonly action: string
  /** The ARN of what it is done to, or `*`. */
  readonly resource: string
  /** How AWS's message names it; its ARN where it is undefined. */
  readonly shownAs?: string | undefined
  readonly context: RequestContext
}

/** Why something is not allowed. */
export interface Refusal {
  readonly isExplicit: boolean
  /** Whose word it is, as AWS's messages name it; undefined where the credentials are not for such calls at all. */
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
  if (caller.kind === 'root') return undefined
  const identity = refusalOf(identityPolicies(iam, caller), 'identity-based policy', caller, attempt)
  const session = sessionRefusal(caller, attempt)
  return [identity, session].find((refusal) => refusal?.isExplicit) ?? identity ?? session
}

/** The credentials of GetFederationToken and GetSessionToken are not for all calls (aws-facts A.5). */
function isForCallsOf(caller: SignedCaller, action: string): boolean {
  if (caller.temporary === undefined || caller.kind === 'role-session') return true
  if (caller.kind === 'federated-user') return !/^(?:iam|sts):/.test(action)
  if (action.startsWith('iam:')) return 'mfaAt' in caller && caller.mfaAt !== undefined
  return !action.startsWith('sts:') || ASSUMING.has(action)
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

/** Only what denies: where a resource's policy names the caller, silence of the caller's own policies is no refusal. */
export function identityPolicyDeny(iam: IamStore, caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  const refusal = identityPolicyRefusal(iam, caller, attempt)
  return refusal === NOT_FOR_SUCH_CALLS || refusal?.isExplicit ? refusal : undefined
}

/** Why the session's policies, where it has any, do not allow it. */
export function sessionRefusal(caller: SignedCaller, attempt: Attempt): Refusal | undefined {
  if (caller.kind === 'federated-user')
    return refusalOf(caller.sessionPolicies ?? [], 'session policy', caller, attempt)
  return caller.kind === 'role-session' && caller.sessionPolicies
    ? refusalOf(caller.sessionPolicies, 'session policy', caller, attempt)
    : undefined
}

/** The role of a session, as it is now; undefined where it was deleted, also if another took its name. */
export function roleOf(iam: IamStore, { roleArn, userId }: RoleSession): Role | undefined {
  const role = iam.role(roleArn)
  return role && userId.startsWith(`${role.id}:`) ? role : undefined
}

/** As AWS says it to the caller: with the kind of policy that decided, and in another account's case without. */
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
