/** Which of the provider's users are admitted. */
import type { Condition } from '../../conditions.ts'
import type { Policy, Statement } from '../../policy.ts'
import type { LintMatch, LintRule } from '../finding.ts'
import { isAudience, isSubjectOfShared, sharedIssuerOf } from '../shared-issuers.ts'
import {
  admittedProviders,
  allowsOf,
  excludesOtherValues,
  isOn,
  operatorParts,
  requiresNamedValues,
} from '../statement-queries.ts'

/** `repo:octo-org/*` names its owner in full, `repo:octo-org*` also matches octo-org-evil. */
const NAMES_AN_OWNER = /^[^*?:/]+[:/][^*?:/]+[:/]/

export const subjectRules = {
  'trust.no_subject': {
    severity: 'error',
    sentence: 'The issuer is shared by all its customers, and no condition requires a subject.',
    hint: 'Add a condition on <issuer>:sub that names yours only. IAM refuses new policies without one.',
    find: noSubject,
  },
  'trust.subject_too_wide': {
    severity: 'error',
    sentence: 'The condition on the subject also matches users of other owners.',
    hint: 'Name the owner in full, with the separator after it, before the first wildcard: repo:octo-org/*.',
    find: tooWide,
  },
  'trust.negated_alone': {
    severity: 'error',
    sentence: 'A negated operator alone only excludes some users: all others are admitted.',
    hint: 'Add a condition with StringEquals or StringLike on the same key, or turn the statement into a Deny.',
    find: onlyNegated,
  },
} as const satisfies Readonly<Record<string, LintRule>>

function noSubject(policy: Policy): readonly LintMatch[] {
  return admittedProviders(policy).flatMap((provider) => {
    const { issuer = '', statement } = provider
    const shared = sharedIssuerOf(issuer)
    // The audience is checked by trust.no_audience.
    if (shared === undefined || isAudience(shared) || requiresNamedValues(policy, provider, shared.key)) return []
    const { key } = shared
    const asked = statement.conditions.find((condition) => isOn(condition, key.toLowerCase()))
    if (asked && operatorParts(asked).negated) return []
    return [
      {
        path: asked?.path ?? `${statement.path}.Condition`,
        severity: shared.isRequired ? 'error' : 'warning',
        sentence: shared.isRequired
          ? `${issuer} is shared by all its customers, and nothing asks for ${key}.`
          : `Anyone can have an account at ${issuer}, and no condition requires ${key}.`,
        hint: `Add a condition on ${key} that names yours only.`,
      } as const,
    ]
  })
}

function tooWide(policy: Policy): readonly LintMatch[] {
  return allowsOf(policy).flatMap(({ conditions }) =>
    conditions
      .filter((condition) => isSubjectOfShared(condition) && excludesOtherValues(condition))
      .filter((condition) => /Like$/.test(operatorParts(condition).base) && condition.values.some(isTooWide))
      .map(({ path, key, values }) => ({
        path,
        sentence: `${key} may be ${values.filter(isTooWide).join(' or ')}: that also matches users of other owners.`,
      })),
  )
}

function isTooWide(value: string): boolean {
  return /[*?]/.test(value) && !NAMES_AN_OWNER.test(value)
}

function onlyNegated(policy: Policy): readonly LintMatch[] {
  return allowsOf(policy)
    .flatMap(negatedAlone)
    .map(({ path, operator, key }) => ({
      path,
      sentence: `${operator} alone only excludes some users: all others are admitted, even without ${key}.`,
    }))
}

function negatedAlone({ conditions }: Statement): readonly Condition[] {
  return conditions.filter(
    (condition) =>
      isIdentity(condition) &&
      operatorParts(condition).negated &&
      !conditions.some((other) => other.name === condition.name && excludesOtherValues(other)),
  )
}

function isIdentity({ name }: Condition): boolean {
  return !/^(?:aws|sts|iam):/.test(name)
}
