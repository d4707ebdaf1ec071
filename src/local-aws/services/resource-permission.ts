/**
 * Whether a call is allowed where the resource may have a policy of its own, in AWS's order (aws-facts A.5): a Deny
 * anywhere decides; then the resource's policy may allow by itself; then the caller's policies must.
 */
import { type Decision, evaluate } from '../../iam/evaluate.ts'
import type { Policy } from '../../iam/policy.ts'
import { type Attempt, identityPolicyRefusal, limitsRefusal, type Refusal, type SignedCaller } from '../permissions.ts'
import type { IamStore } from '../state.ts'

/** What the call is about. */
export interface Resource {
  /** The account that owns it. */
  readonly account: string
  readonly policy?: Policy | undefined
}

/** undefined: it is allowed. */
export function resourceRefusal(
  iam: IamStore,
  caller: SignedCaller,
  attempt: Attempt,
  { account, policy }: Resource,
): Refusal | undefined {
  const { action, resource, context } = attempt
  const own = identityPolicyRefusal(iam, caller, attempt)
  if (own?.isExplicit) return own
  const decision = policy && evaluate(policy, { principal: { aws: caller.arn }, action, resource, context })
  if (decision?.effect === 'explicit-deny') return { isExplicit: true, by: 'resource-based policy', decision }
  if (caller.account !== account) {
    if (decision?.effect === 'allow') return own
    return { isExplicit: false, by: 'resource-based policy', decision }
  }
  // `by` is missing for credentials that are not valid for such calls at all: no policy helps.
  const isAllowedThere = decision?.effect === 'allow' && decision.namedAs !== 'account'
  if (own?.by === undefined || !isAllowedThere) return own
  return isNamedItself(caller, decision) ? undefined : limitsRefusal(iam, caller, attempt)
}

/** A user or session that is named itself is not limited by a boundary or a session policy; a role's sessions are. */
function isNamedItself({ arn }: SignedCaller, { namedAs, statement }: Decision): boolean {
  return namedAs === 'anyone' || statement?.principal.arns.has(arn) === true
}
