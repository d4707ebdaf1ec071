import type { Policy } from '../policy.ts'
import type { LintFacts } from './facts.ts'

/** `error`: unintended callers are admitted, or intended ones are not. `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info'

/** One doubt about a trust policy. */
export interface LintFinding {
  /** Stable, such as `trust.no_audience`. */
  readonly code: string
  readonly severity: Severity
  /** Such as `Statement[0].Condition.StringEquals.saml:aud`. */
  readonly path: string
  readonly sentence: string
  readonly hint: string
}

/** Where a rule found something; what it says there instead of the rule's own words. */
export interface Hit extends Partial<Pick<LintFinding, 'severity' | 'sentence' | 'hint'>> {
  readonly path: string
}

export interface LintRule {
  readonly severity: Severity
  readonly sentence: string
  readonly hint: string
  find(policy: Policy, facts: LintFacts): readonly Hit[]
}
