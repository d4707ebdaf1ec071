/**
 * Finds problems in a trust policy that IAM accepts: rules by name, each with what to do about it. Pure; independent of
 * requests. Start at lintTrustPolicy; the rules are in lint/rules/, shared questions about a statement in
 * lint/statement-queries.ts.
 */
import type { LintFacts } from './lint/facts.ts'
import type { LintFinding, LintRule } from './lint/finding.ts'
import { audienceRules } from './lint/rules/audience.ts'
import { keyRules } from './lint/rules/keys.ts'
import { operatorRules } from './lint/rules/operators.ts'
import { principalRules } from './lint/rules/principals.ts'
import { sessionRules } from './lint/rules/session.ts'
import { subjectRules } from './lint/rules/subjects.ts'
import type { Policy } from './policy.ts'

/** Every rule by its code, in the order in which findings are shown. */
export const lintRules: Readonly<Record<string, LintRule>> = {
  ...principalRules,
  ...audienceRules,
  ...subjectRules,
  ...sessionRules,
  ...keyRules,
  ...operatorRules,
}

/** Every problem of the policy, in the order of the rules. */
export function lintTrustPolicy(policy: Policy, facts: LintFacts): readonly LintFinding[] {
  return Object.entries(lintRules).flatMap(([code, { severity, sentence, hint, find }]) =>
    find(policy, facts).map((match) => ({ code, severity, sentence, hint, ...match })),
  )
}
