/** Rules about settings of roles. */

import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import { forEach, type Rule, type RuleContext } from '../partial-config.ts'
import { type PolicyKind, policyJson, stepsInto, type WrittenPolicy } from '../policies.ts'
import { durationWithin } from './deployment.ts'

const aliasesAreUnique: Rule = ({ roles }) => {
  const aliases = (roles ?? []).map((role) => role?.alias)
  return aliases.flatMap((alias, index) =>
    alias !== undefined && aliases.indexOf(alias) < index
      ? [{ path: ['roles', index, 'alias'], expected: 'an alias that no other entry has', found: showValue(alias) }]
      : [],
  )
}

const sessionDurationsFitIam: Rule = ({ roles }) =>
  forEach(roles, ({ maxSessionDuration }, index) =>
    maxSessionDuration === undefined
      ? []
      : durationWithin(['roles', index, 'maxSessionDuration'], maxSessionDuration, '1h', '12h'),
  )

const policiesAreWellFormed: Rule = ({ roles }, context) =>
  forEach(roles, ({ trustPolicy, sessionPolicy }, index) => [
    ...policyIssues('trust', ['roles', index, 'trustPolicy'], trustPolicy, context),
    ...policyIssues('session', ['roles', index, 'sessionPolicy'], sessionPolicy, context),
  ])

const MOST_CHARACTERS = 2048

/** AWS counts the inline policy and the ARNs together. */
const sessionPoliciesAreShort: Rule = ({ roles }, { readText }) =>
  forEach(roles, ({ sessionPolicy, sessionPolicyArns }, index) => {
    const read = sessionPolicy === undefined ? { json: '' } : policyJson(sessionPolicy, readText)
    const length = ('json' in read ? read.json.length : 0) + sessionPolicyArns.join('').length
    const path = ['roles', index, sessionPolicy === undefined ? 'sessionPolicyArns' : 'sessionPolicy']
    const expected = `at most ${MOST_CHARACTERS} characters as compact JSON, including the ARNs of sessionPolicyArns`
    return length > MOST_CHARACTERS ? [{ path, expected, found: `${length} characters` }] : []
  })

export const roleRules = {
  aliasesAreUnique,
  sessionDurationsFitIam,
  policiesAreWellFormed,
  sessionPoliciesAreShort,
} as const satisfies Readonly<Record<string, Rule>>

/**
 * Why a policy is invalid: no file, no JSON, or what AWS would refuse, with its place. A trust policy was already
 * accepted by AWS: if it cannot be read here, only its role is unknown, with a warning at startup.
 */
function policyIssues(
  kind: PolicyKind,
  path: Path,
  written: WrittenPolicy | undefined,
  { readText, aws }: RuleContext,
): readonly ConfigIssue[] {
  if (written === undefined) return []
  const read = policyJson(written, readText)
  if (!('json' in read)) return [{ path, ...read }]
  if (kind === 'trust') return []
  return aws
    .policyProblems(kind, read.json)
    .map(({ path: place, expected, found }) =>
      typeof written === 'string'
        ? { path, expected: `${expected} at ${place} of ${written}`, found }
        : { path: [...path, ...stepsInto(written, place)], expected: `${expected} at ${place}`, found },
    )
}
