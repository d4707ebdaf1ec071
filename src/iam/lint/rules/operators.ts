/** Conditions that do not mean what they look like (aws-facts E.4). */
import type { Condition } from '../../conditions.ts'
import type { Policy, Statement } from '../../policy.ts'
import type { LintMatch, LintRule } from '../finding.ts'
import { isListKey } from '../keys.ts'
import { allowsOf, callOf, covers, operatorParts } from '../statement-queries.ts'

interface Placed {
  readonly statement: Statement
  readonly condition: Condition
}

export const operatorRules = {
  'trust.for_all_of_none': {
    severity: 'error',
    sentence: 'ForAllValues holds where the key is absent.',
    hint: 'Use ForAnyValue, or ask with Null that the key is there.',
    find: forAllOfNone,
  },
  'trust.if_exists': {
    severity: 'error',
    sentence: 'A condition with IfExists holds where the key is absent.',
    hint: 'Leave IfExists away.',
    find: ifExists,
  },
  'trust.list_without_set_operator': {
    severity: 'error',
    sentence: 'The key can have several values, and the operator is for one.',
    hint: 'Write ForAnyValue: before the operator.',
    find: listsWithoutSet,
  },
  'trust.set_operator_on_single': {
    severity: 'warning',
    sentence: 'The key has one value, and the operator is for lists.',
    hint: 'Leave ForAnyValue or ForAllValues away.',
    find: setOnSingle,
  },
  'trust.wildcard_taken_literally': {
    severity: 'error',
    sentence: 'StringEquals takes an asterisk for itself.',
    hint: 'Write StringLike.',
    find: literalWildcards,
  },
} as const satisfies Readonly<Record<string, LintRule>>

function forAllOfNone(policy: Policy): readonly LintMatch[] {
  return conditionsOf(allowsOf(policy))
    .filter(({ condition }) => operatorParts(condition).set === 'ForAllValues')
    .filter((placed) => !isRequired(placed.statement, placed.condition.name) && !isLimitOfTags(placed))
    .map(({ condition: { path, key } }) => ({
      path,
      sentence: `ForAllValues holds where there is no ${key} at all.`,
      hint: `Use ForAnyValue, or add "Null": {"${key}": "false"}.`,
    }))
}

function conditionsOf(statements: readonly Statement[]): readonly Placed[] {
  return statements.flatMap((statement) => statement.conditions.map((condition) => ({ statement, condition })))
}

/** Null with false: the key must be present. */
function isRequired({ conditions }: Statement, name: string): boolean {
  return conditions.some(
    (one) => isNull(one) && one.name === name && one.values.every((value) => /^false$/i.test(value)),
  )
}

function isNull({ operator }: Condition): boolean {
  return operator === 'Null'
}

/** About a session's tags, and checked only if there are tags: having none counts as having the right ones. */
function isLimitOfTags({ statement, condition: { name } }: Placed): boolean {
  return (
    /^(?:aws:tagkeys|sts:transitivetagkeys)$/.test(name) &&
    !Object.values(callOf).some((call) => covers(statement, call))
  )
}

function ifExists(policy: Policy): readonly LintMatch[] {
  return conditionsOf(allowsOf(policy))
    .filter(({ condition }) => operatorParts(condition).ifExists && isIdentity(condition))
    .map(({ condition: { path, operator, key } }) => ({
      path,
      sentence: `${operator} holds where there is no ${key}.`,
    }))
}

function isIdentity({ name }: Condition): boolean {
  return !/^(?:aws|iam|sts):/.test(name)
}

function listsWithoutSet({ statements }: Policy): readonly LintMatch[] {
  return conditionsOf(statements)
    .filter(({ condition }) => !isNull(condition) && isListKey(condition.name) === true)
    .filter(({ condition }) => operatorParts(condition).set === undefined)
    .map(({ condition: { path, key, operator } }) => ({
      path,
      sentence: `${key} can have several values, and ${operator} is for one.`,
      hint: `Write ForAnyValue:${operator}.`,
    }))
}

function setOnSingle({ statements }: Policy): readonly LintMatch[] {
  return conditionsOf(statements)
    .filter(({ condition }) => operatorParts(condition).set !== undefined && isListKey(condition.name) === false)
    .map(({ condition: { path, key, operator } }) => ({
      path,
      sentence: `${key} has one value, and ${operator} is for lists.`,
    }))
}

function literalWildcards({ statements }: Policy): readonly LintMatch[] {
  return conditionsOf(statements)
    .filter(({ condition }) => /^String(?:Not)?Equals/.test(operatorParts(condition).base))
    .filter(({ condition }) => condition.values.some(hasAsterisk))
    .map(({ condition: { path, operator, values } }) => ({
      path,
      sentence: `${operator} takes the asterisk in ${values.filter(hasAsterisk).join(' and ')} for itself.`,
      hint: `Write ${operator.replace('Equals', 'Like')}.`,
    }))
}

/** `${*}` is the way to write a literal asterisk that could be mistaken for a wildcard. */
function hasAsterisk(value: string): boolean {
  return value.replaceAll(/\$\{.*?\}/g, '').includes('*')
}
