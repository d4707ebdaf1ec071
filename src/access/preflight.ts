/**
 * Predicts whether AWS will allow a role, and if not, why: AWS's own list of causes, checked before the call, because AWS
 * reports all of them with one word. Pure: what AWS will see comes as PreflightFacts. Denied where a check fails; unknown
 * where the role's trust policy is not known, or the decision depends on something that AWS has not confirmed or that is
 * not known before the call. Start at preflight; preflight/facts.ts has the inputs, and the checks are beside it.
 */
import { type Finding, outcomeOf, runChecks, type Verdict } from '../core/verdict.ts'
import { sessionContext, unsignedCallContext } from '../iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../iam/condition-keys/context.ts'
import type { Policy } from '../iam/policy.ts'
import { evidenceChecks, pairChecks, registrationChecks } from './preflight/evidence-checks.ts'
import type { PredictedCall, PreflightFacts, PreflightInput, RoleToCheck } from './preflight/facts.ts'
import { requestChecks, sessionChecks, sizeChecks } from './preflight/session-checks.ts'
import { evaluateTrust, type TrustEvaluation } from './preflight/trust-checks.ts'
import { isUnknownAtPreflight } from './preflight/unknown-at-preflight.ts'

export interface Preflight {
  readonly outcome: 'allowed' | 'denied' | 'unknown'
  /** The named checks, then the trust policy's statements part by part. */
  readonly verdict: Verdict
  /** The finding that decides, as exact as possible; undefined where it is allowed. */
  readonly decidedBy?: Finding
  /** The condition keys that AWS will see. */
  readonly context: readonly ContextValue[]
}

const outcomes = { pass: 'allowed', fail: 'denied', unknown: 'unknown', 'not-run': 'unknown' } as const

const firstChecks = { ...requestChecks, ...registrationChecks }

/**
 * For all roles of an account: what does not depend on the role is checked once, here, and the returned function is the
 * hot loop, run for each of hundreds of roles. All checks run, in AWS's order (aws-facts A.1), so a verdict names
 * everything that is wrong.
 */
export function preflightIn(circumstances: PreflightInput): (role: RoleToCheck) => Preflight {
  const { evidence, session, call } = circumstances
  const context = requestContext([...evidence.identity, ...sessionContext(session), ...callContext(call)])
  const seen = [...context.values()].filter(({ values }) => values.length > 0)
  const acceptance = runChecks(evidenceChecks, circumstances)
  const legal = runChecks(sessionChecks, circumstances)
  const size = runChecks(sizeChecks, circumstances)
  const trustOf = remembering((policy) => evaluateTrust(policy, circumstances, context))
  return ({ role, durationSeconds, maxSessionSeconds, trustPolicy }) => {
    // Named one by one: a spread makes an object that is slow to create and to read.
    const facts = { evidence, session, call, role, durationSeconds, maxSessionSeconds, trustPolicy }
    const trust = trustOf(trustPolicy)
    const checks = [
      ...runChecks(firstChecks, facts),
      ...acceptance,
      ...runChecks(pairChecks, facts),
      ...legal,
      ...trust.findings,
      ...size,
    ]
    const outcome = outcomeOf(checks)
    const deciding = outcome === 'pass' ? undefined : checks.find((finding) => finding.outcome === outcome)
    const decidedBy = deciding && (trust.parts.get(deciding.name) ?? deciding)
    const verdict = [...checks, ...trust.derivation]
    return { outcome: outcomes[outcome], verdict, ...(decidedBy ? { decidedBy } : {}), context: seen }
  }
}

function callContext(call: PredictedCall): readonly ContextValue[] {
  return unsignedCallContext({ ...call, sourceIp: '', userAgent: undefined }).filter(
    ({ key }) => !isUnknownAtPreflight(key),
  )
}

/** Each trust policy is evaluated once, however many roles have it. */
function remembering(evaluate: (policy: Policy | undefined) => TrustEvaluation): typeof evaluate {
  const known = new WeakMap<Policy, TrustEvaluation>()
  return (policy) => {
    const evaluation = (policy && known.get(policy)) ?? evaluate(policy)
    if (policy) known.set(policy, evaluation)
    return evaluation
  }
}

/** One role. */
export function preflight(facts: PreflightFacts): Preflight {
  return preflightIn(facts)(facts)
}
