import type { Finding } from '../../core/verdict.ts'
import type { PreflightFacts } from './facts.ts'

/** What a check says: a finding before it has its name; undefined: there is nothing to ask. */
export type Answer = Omit<Finding, 'name'> | undefined

export type FactsCheck = (facts: PreflightFacts) => Answer

/** All is well; what was found is shown. */
export const right = (found: string, source?: string): Answer => ({
  outcome: 'pass',
  found,
  ...(source === undefined ? {} : { source }),
})

const doubtful =
  (outcome: 'fail' | 'unknown') =>
  (expected: string, found: string, source: string): Answer => ({ outcome, expected, found, source })

/** AWS will refuse it. */
export const wrong = doubtful('fail')

/** AWS may refuse it: the facts at hand do not say. */
export const open = doubtful('unknown')
