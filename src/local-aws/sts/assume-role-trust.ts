/**
 * Whether this caller may assume this role: the role's trust policy decides, and if that only names the account, or the
 * role is in another account, the caller's own policies too (aws-facts A.5, D.3).
 */
import { resourceContext, sessionContext } from '../../iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext, single } from '../../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../iam/evaluate.ts'
import { accessDenied } from '../authorize.ts'
import type { AwsError } from '../aws-errors.ts'
import { callerContext, overridden } from '../caller-context.ts'
import {
  type Attempt,
  identityPolicyDeny,
  identityPolicyRefusal,
  limitsRefusal,
  type Refusal,
  roleOf,
  type SignedCaller,
} from '../permissions.ts'
import type { IamStore, Role } from '../state.ts'
import type { Call, Sts } from './call.ts'
import type { SessionTags } from './session-tags.ts'

export interface AssumeQuestion {
  readonly caller: SignedCaller
  readonly sessionName: string
  readonly externalId: string | undefined
  readonly sourceIdentity: string | undefined
  /** What the call passes. */
  readonly passed: SessionTags
  /** What the caller's session passes on. */
  readonly inherited: SessionTags
  readonly mfaAt: Date | undefined
  /** Whether the call contains contexts of another identity service. */
  readonly hasContexts: boolean
  /** The keys that these fill, and the ARNs of their providers. */
  readonly contextKeys: readonly ContextValue[]
}

/** Throws AccessDenied with AWS's message for the first of the actions that is not allowed. */
export function requireAssumeRole(sts: Sts, call: Call, role: Role, question: AssumeQuestion): void {
  const { caller, passed, inherited, sourceIdentity, hasContexts } = question
  const context = requestContext(keysOf(sts.iam, call, role, question))
  const actions = [
    'sts:AssumeRole',
    ...(passed.tags.size + inherited.tags.size > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(hasContexts ? ['sts:SetContext'] : []),
  ]
  for (const action of actions) {
    const attempt = { action, resource: role.arn, context }
    const refusal = refusalOf(sts.iam, caller, role, attempt)
    if (!refusal) continue
    throw isForeign(caller, role, refusal)
      ? refuseAssumeRole(sts, call, caller, action, role.arn)
      : accessDenied(sts, call, caller, attempt, refusal)
  }
}

function keysOf(iam: IamStore, call: Call, role: Role, question: AssumeQuestion): readonly ContextValue[] {
  const { caller, sessionName, externalId, sourceIdentity, passed, inherited, mfaAt, contextKeys } = question
  return [
    ...sessionContext({
      roleSessionName: sessionName,
      sourceIdentity,
      externalId,
      tags: passed.tags,
      transitiveTagKeys: [...inherited.transitiveKeys, ...passed.transitiveKeys],
    }),
    ...contextKeys,
    ...resourceContext(overridden(role.tags, inherited.tags)),
    ...(mfaAt === undefined
      ? []
      : [single('aws:MultiFactorAuthPresent', 'true'), single('aws:MultiFactorAuthAge', '0')]),
    ...callerContext(iam, caller, call),
  ]
}

function refusalOf(iam: IamStore, caller: SignedCaller, role: Role, attempt: Attempt): Refusal | undefined {
  const { action, context } = attempt
  if (isOfDeletedRole(iam, caller)) return { isExplicit: false, by: undefined, decision: undefined }
  const trust = evaluate(role.trustPolicy, { principal: { aws: caller.arn }, action, context })
  if (trust.effect === 'explicit-deny') return byTrust(trust)
  if (trust.effect !== 'allow') return identityPolicyDeny(iam, caller, attempt) ?? byTrust(trust)
  if (needsOwnPermission(caller, role, action, trust)) return identityPolicyRefusal(iam, caller, attempt)
  return (
    identityPolicyDeny(iam, caller, attempt) ??
    (isNamedItself(caller, trust) ? undefined : limitsRefusal(iam, caller, attempt))
  )
}

/** No policy can name a session whose role was deleted, even if another role has its name now. */
function isOfDeletedRole(iam: IamStore, caller: SignedCaller): boolean {
  return caller.temporary !== undefined && caller.kind === 'role-session' && roleOf(iam, caller) === undefined
}

function byTrust(decision: Decision): Refusal {
  return {
    isExplicit: decision.effect === 'explicit-deny',
    by: 'role trust policy',
    decision,
  }
}

/**
 * Across accounts both sides must allow it, and also for a source identity in a chain; naming an account delegates.
 */
function needsOwnPermission(caller: SignedCaller, role: Role, action: string, { namedAs }: Decision): boolean {
  return (
    caller.account !== role.account ||
    namedAs === 'account' ||
    (action === 'sts:SetSourceIdentity' && caller.kind === 'role-session')
  )
}

/** A session named by its own ARN needs no permission in its policies; one whose role is named is limited by them. */
function isNamedItself({ arn }: SignedCaller, { namedAs, statement }: Decision): boolean {
  return namedAs === 'anyone' || statement?.principal.arns.has(arn) === true
}

function isForeign(caller: SignedCaller, role: Role, { by }: Refusal): boolean {
  return by === 'role trust policy' && caller.account !== role.account
}

/**
 * Without naming the policy: for a role that does not exist, and for one of another account, whose trust policy and
 * tags the caller must not learn. The two cases look the same, in the encoded message too.
 */
export function refuseAssumeRole(sts: Sts, call: Call, caller: SignedCaller, action: string, arn: string): AwsError {
  const attempt = { action, resource: arn, context: requestContext(callerContext(sts.iam, caller, call)) }
  return accessDenied(sts, call, caller, attempt, { isExplicit: false, by: undefined, decision: undefined })
}
