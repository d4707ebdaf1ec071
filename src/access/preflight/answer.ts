import type { Finding, Verdict } from '../../core/verdict.ts'
import type { PreflightFacts, PreflightInput } from './facts.ts'

/** What a check says: a finding before it has its name; undefined: there is nothing to ask. */
export type PreflightResult = Omit<Finding, 'name'> | undefined

/** Of one role. */
export type RoleCheck = (facts: PreflightFacts) => PreflightResult

/** Of whatever is the same for all roles of an account. */
export type CommonCheck = (circumstances: PreflightInput) => PreflightResult

/** AWS will refuse it. */
export const failed = doubtful('fail')

/** AWS may refuse it: the facts at hand do not say. */
export const unknown = doubtful('unknown')

/** The findings of those checks that have something to ask, in their order. */
export function runPreflightChecks<Subject>(
  checks: Readonly<Record<string, (subject: Subject) => PreflightResult>>,
  subject: Subject,
): Verdict {
  const findings: Finding[] = []
  // A loop, as this runs for each of hundreds of roles.
  for (const name in checks) {
    const answer = checks[name]?.(subject)
    if (answer) findings.push({ name, ...answer })
  }
  return findings
}

/** All is well; what was found is shown. */
export function passed(found: string, source?: string): PreflightResult {
  return {
    outcome: 'pass',
    found,
    ...(source === undefined ? {} : { source }),
  }
}

function doubtful(outcome: 'fail' | 'unknown') {
  return (expected: string, found: string, source: string): PreflightResult => ({ outcome, expected, found, source })
}
