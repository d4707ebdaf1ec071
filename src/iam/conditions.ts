/** The Condition block of a statement: operators with their prefixes and suffix, lists of values, and absent keys. */
import type { ContextValue, RequestContext } from './context.ts'
import type { PolicyProblem } from './errors.ts'
import { type Comparison, compilePattern, type Operator, operators } from './operators.ts'
import type { Pattern } from './patterns.ts'

export type Effect = 'Allow' | 'Deny'

export interface Condition {
  /** Such as `Statement[0].Condition.StringEquals.saml:aud`. */
  readonly path: string
  /** As written, prefix and suffix included. */
  readonly operator: string
  /** The condition key as written; compared without regard to case. */
  readonly key: string
  /** The key in lower case: how a context knows it. */
  readonly name: string
  /** The policy's values, as text. */
  readonly values: readonly string[]
  /** The same for people. */
  readonly wanted: string
  /** Whether an absent key or a wrong value makes it fail: what a condition needs to be relied upon. */
  readonly restricts: boolean
  /** A key with a list under an operator without ForAnyValue or ForAllValues is judged against the statement's effect. */
  holds(context: RequestContext, effect: Effect): boolean
}

type SetOperator = 'ForAllValues' | 'ForAnyValue' | undefined

const NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/

/** Every condition of a block must hold. Appends to `problems` what IAM would refuse. */
export const parseConditions = (
  block: unknown,
  path: string,
  versionHasVariables: boolean,
  problems: PolicyProblem[],
): Condition[] => {
  if (block === undefined) return []
  return entriesOf(block, path, problems).flatMap(([operator, keys]) =>
    entriesOf(keys, `${path}.${operator}`, problems).flatMap(([key, value]) => {
      const at = { path: `${path}.${operator}.${key}`, operator, key }
      const values = valuesOf(value, at.path, problems)
      return values ? condition(at, values, versionHasVariables, problems) : []
    }),
  )
}

const malformed = (path: string, expected: string, found: string): PolicyProblem => ({
  path,
  expected,
  found,
  iamMessage: 'Syntax errors in policy.',
})

const entriesOf = (value: unknown, path: string, problems: PolicyProblem[]): [string, unknown][] => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value)
  problems.push(malformed(path, 'an object', describe(value)))
  return []
}

/** What a value is, in a word, for the message. */
export const describe = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object'
          ? 'an object'
          : JSON.stringify(value)

/** Numbers and booleans are compared as text. An empty list is allowed and meets nothing. */
const valuesOf = (value: unknown, path: string, problems: PolicyProblem[]): string[] | undefined => {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const wrong = list.find((item) => !['string', 'number', 'boolean'].includes(typeof item))
  if (list.length === 0 || (wrong === undefined && list.every((item) => item !== undefined))) return list.map(String)
  problems.push(malformed(path, 'a text or a list of texts', describe(wrong)))
  return undefined
}

interface At {
  readonly path: string
  readonly operator: string
  readonly key: string
}

const condition = (
  at: At,
  values: readonly string[],
  versionHasVariables: boolean,
  problems: PolicyProblem[],
): Condition[] => {
  const [, set, base = '', ifExists] = NAME.exec(at.operator) ?? []
  if (at.operator === 'Null') return nullCondition(at, values, problems)
  const operator = operators.get(base)
  if (!operator) {
    problems.push(malformed(at.path, 'a condition operator of IAM', at.operator))
    return []
  }
  const patterns = values.map((value) => compilePattern(value, operator, versionHasVariables))
  const compiled = patterns.map((value) => operator.compile(value))
  const bad = compiled.indexOf(undefined)
  if (bad >= 0) problems.push(malformed(at.path, operator.wants ?? 'a text', JSON.stringify(values[bad])))
  const rule = { set: set as SetOperator, ifExists: ifExists !== undefined, operator }
  const comparisons = compiled.filter((comparison) => comparison !== undefined)
  return [valueCondition(at, values, rule, comparisons, variablesOf(patterns))]
}

interface Rule {
  readonly set: SetOperator
  readonly ifExists: boolean
  readonly operator: Operator
}

const valueCondition = (
  at: At,
  values: readonly string[],
  rule: Rule,
  comparisons: readonly Comparison[],
  variables: readonly string[],
): Condition => {
  const name = at.key.toLowerCase()
  const { negated } = rule.operator
  const meets = (value: string, context: RequestContext): boolean => {
    let met = false
    for (const comparison of comparisons) {
      const answer = comparison(value, context)
      if (answer === undefined) return false
      met ||= answer
    }
    return met !== negated
  }
  const absent = rule.ifExists || rule.set === 'ForAllValues' || (negated && rule.set === undefined)
  return {
    ...at,
    name,
    values,
    wanted: values.join(' or '),
    restricts: !absent && !negated,
    holds: (context, effect) => {
      if (variables.some((variable) => !isSingle(context.get(variable)))) return false
      const found = context.get(name)
      return found === undefined ? absent : valuesHold(found, rule.set, effect, (value) => meets(value, context))
    },
  }
}

const isSingle = (value: ContextValue | undefined): boolean => value !== undefined && !value.multi

/** The variables that must have a value for the statement to match at all (D.6). */
const variablesOf = (patterns: readonly Pattern[]): string[] =>
  patterns.flatMap(({ parts }) =>
    parts.flatMap((part) => (typeof part === 'object' && part.fallback === undefined ? [part.name] : [])),
  )

/**
 * A list without a set operator is undefined at AWS (E.4), so it is read against the author: an Allow needs exactly
 * one value and that one right, a Deny applies when any value is met.
 */
const valuesHold = (
  { values, multi }: ContextValue,
  set: SetOperator,
  effect: Effect,
  meets: (value: string) => boolean,
): boolean => {
  if (set === 'ForAllValues') return values.every(meets)
  if (set === 'ForAnyValue' || (multi && effect === 'Deny')) return values.some(meets)
  return values.length === 1 && values.every(meets)
}

const nullCondition = (at: At, values: readonly string[], problems: PolicyProblem[]): Condition[] => {
  const wrong = values.find((value) => !/^(true|false)$/i.test(value))
  if (wrong !== undefined) problems.push(malformed(at.path, 'true or false', JSON.stringify(wrong)))
  const name = at.key.toLowerCase()
  const wanted = values.map((value) => value.toLowerCase() === 'true')
  return [
    {
      ...at,
      name,
      values,
      wanted: values.join(' or '),
      restricts: false,
      holds: (context) => wanted.includes(!context.has(name)),
    },
  ]
}
