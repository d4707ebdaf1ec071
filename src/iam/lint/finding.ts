import { type CheckResult, passed } from '../../core/verdict.ts'
import type { Policy } from '../policy.ts'
import type { LintFacts } from './facts.ts'

/** `error`: the policy admits unintended users, or refuses intended ones. `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info'

/** One problem of a trust policy. */
export interface LintFinding {
  /** Stable, such as `trust.no_audience`. */
  readonly code: string
  readonly severity: Severity
  /** Such as `Statement[0].Condition.StringEquals.saml:aud`. */
  readonly path: string
  readonly sentence: string
  readonly hint: string
}

/** Where a rule found a problem, with a severity, sentence or hint that replaces the rule's own. */
export interface LintMatch extends Partial<Pick<LintFinding, 'severity' | 'sentence' | 'hint'>> {
  readonly path: string
}

export interface LintRule {
  readonly severity: Severity
  readonly sentence: string
  readonly hint: string
  find(policy: Policy, facts: LintFacts): readonly LintMatch[]
}

/** The finding in the vocabulary of checks: an error fails, a warning passes with a warning, information passes. */
export function lintResult({ severity, path, sentence, hint }: LintFinding): CheckResult {
  const text = `${sentence} ${hint}`
  if (severity === 'error') return { outcome: 'fail', found: text, source: path }
  return severity === 'warning' ? { ...passed(undefined, path), warning: text } : passed(text, path)
}
