/**
 * Will AWS say yes, and if not, why: AWS's own list of causes, each asked before AWS is, because AWS answers all of
 * them with one word. Pure: what AWS will see comes as PreflightFacts. Denied where a check fails; unknown where the
 * role's trust policy is not known, or the answer hangs on something that AWS has not confirmed or nobody foresees.
 * Start at preflight; preflight/facts.ts says what has to be known, and the checks lie beside it.
 */
import { type Finding, outcomeOf, type Verdict } from '../core/verdict.ts'
import { sessionContext, unsignedCallContext } from '../iam/condition-keys.ts'
import { type ContextValue, requestContext } from '../iam/context.ts'
import type { FactsCheck } from './preflight/answer.ts'
import { evidenceChecks } from './preflight/evidence-checks.ts'
import type { ForeseenCall, PreflightFacts } from './preflight/facts.ts'
import { requestChecks, sessionChecks } from './preflight/session-checks.ts'
import { judgeTrust } from './preflight/trust-checks.ts'
import { isUnforeseen } from './preflight/unforeseen.ts'

export interface Preflight {
  readonly outcome: 'allowed' | 'denied' | 'unknown'
  /** The named checks, then the trust policy's statements part by part. */
  readonly verdict: Verdict
  /** What it hangs on, as exactly as can be said; undefined where it is allowed. */
  readonly decidedBy?: Finding
  /** The condition keys that AWS will see. */
  readonly context: readonly ContextValue[]
}

const callContext = (call: ForeseenCall): readonly ContextValue[] =>
  unsignedCallContext({ ...call, sourceIp: '', userAgent: undefined }).filter(({ key }) => !isUnforeseen(key))

const run = (checks: Readonly<Record<string, FactsCheck>>, facts: PreflightFacts): Verdict =>
  Object.entries(checks).flatMap(([name, check]) => {
    const answer = check(facts)
    return answer ? [{ name, ...answer }] : []
  })

const outcomes = { pass: 'allowed', fail: 'denied', unknown: 'unknown', 'not-run': 'unknown' } as const

/** In AWS's order (aws-sts-semantics A.1). Everything is asked, so that a verdict tells all that is wrong. */
export const preflight = (facts: PreflightFacts): Preflight => {
  const context = requestContext([
    ...facts.shown.identity,
    ...sessionContext(facts.session),
    ...callContext(facts.call),
  ])
  const trust = judgeTrust(facts, context)
  const { sessionTagsFit, ...legal } = sessionChecks
  const checks = [
    ...run(requestChecks, facts),
    ...run(evidenceChecks, facts),
    ...run(legal, facts),
    ...trust.findings,
    ...run({ sessionTagsFit }, facts),
  ]
  const outcome = outcomeOf(checks)
  const deciding = outcome === 'pass' ? undefined : checks.find((finding) => finding.outcome === outcome)
  const decidedBy = deciding && (trust.parts.get(deciding.name) ?? deciding)
  return {
    outcome: outcomes[outcome],
    verdict: [...checks, ...trust.derivation],
    ...(decidedBy ? { decidedBy } : {}),
    context: [...context.values()].filter(({ values }) => values.length > 0),
  }
}
