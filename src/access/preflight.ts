/**
 * Will AWS say yes, and if not, why: AWS's own list of causes, each asked before AWS is, because AWS answers all of
 * them with one word. Pure: what AWS will see comes as PreflightFacts. Denied where a check fails; unknown where the
 * role's trust policy is not known, or the answer hangs on something that AWS has not confirmed or nobody foresees.
 * Start at preflight; preflight/facts.ts says what must be known, and the checks lie beside it.
 */
import { type Finding, outcomeOf, type Verdict } from '../core/verdict.ts'
import { sessionContext, unsignedCallContext } from '../iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../iam/condition-keys/context.ts'
import type { Policy } from '../iam/policy.ts'
import { runPreflightChecks } from './preflight/answer.ts'
import { evidenceChecks, pairChecks, registrationChecks } from './preflight/evidence-checks.ts'
import type { PredictedCall, PreflightFacts, PreflightInput, RoleToCheck } from './preflight/facts.ts'
import { requestChecks, sessionChecks, sizeChecks } from './preflight/session-checks.ts'
import { evaluateTrust, type TrustEvaluation } from './preflight/trust-checks.ts'
import { isUnknownAtPreflight } from './preflight/unknown-at-preflight.ts'

export interface Preflight {
  readonly outcome: 'allowed' | 'denied' | 'unknown'
  /** The named checks, then the trust policy's statements part by part. */
  readonly verdict: Verdict
  /** What it hangs on, as exactly as can be said; undefined where it is allowed. */
  readonly decidedBy?: Finding
  /** The condition keys that AWS will see. */
  readonly context: readonly ContextValue[]
}

const outcomes = { pass: 'allowed', fail: 'denied', unknown: 'unknown', 'not-run': 'unknown' } as const

const firstChecks = { ...requestChecks, ...registrationChecks }

/**
 * For all roles of an account. The checks run in AWS's order (aws-facts A.1), and all of them, so that a verdict
 * tells everything that is wrong.
 */
export function preflightIn(circumstances: PreflightInput): (role: RoleToCheck) => Preflight {
  const { shown, session, call } = circumstances
  const context = requestContext([...shown.identity, ...sessionContext(session), ...callContext(call)])
  const seen = [...context.values()].filter(({ values }) => values.length > 0)
  const evidence = runPreflightChecks(evidenceChecks, circumstances)
  const legal = runPreflightChecks(sessionChecks, circumstances)
  const size = runPreflightChecks(sizeChecks, circumstances)
  const trustOf = remembering((policy) => evaluateTrust(policy, circumstances, context))
  return ({ role, durationSeconds, maxSessionSeconds, trustPolicy }) => {
    // Named one by one: a second spread makes an object that is slow to make and to read.
    const facts = { ...circumstances, role, durationSeconds, maxSessionSeconds, trustPolicy }
    const trust = trustOf(trustPolicy)
    const checks = [
      ...runPreflightChecks(firstChecks, facts),
      ...evidence,
      ...runPreflightChecks(pairChecks, facts),
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

/** The same trust policy is asked once, however many roles have it. */
function remembering(judge: (policy: Policy | undefined) => TrustEvaluation): typeof judge {
  const known = new WeakMap<Policy, TrustEvaluation>()
  return (policy) => {
    const judged = (policy && known.get(policy)) ?? judge(policy)
    if (policy) known.set(policy, judged)
    return judged
  }
}

/** One role. */
export function preflight(facts: PreflightFacts): Preflight {
  return preflightIn(facts)(facts)
}
