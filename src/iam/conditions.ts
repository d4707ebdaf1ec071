/** The Condition block of a statement: operators with their prefixes and suffix, lists of values, and absent keys. */
import { isObject } from '../core/json.ts'
import { type ContextValue, entryOf, type RequestContext } from './condition-keys/context.ts'
import { describe, type PolicyProblem } from './errors.ts'
import { type Comparison, compilePattern, type Operator, operators } from './operators.ts'
import { variablesOf } from './patterns.ts'
import { type UnverifiedAssumption, unverifiedAssumptions } from './unverified-assumptions.ts'

export type Effect = 'Allow' | 'Deny'

export type SetOperator = 'ForAllValues' | 'ForAnyValue'

export interface Condition {
  /** Such as `Statement[0].Condition.StringEquals.saml:aud`. */
  readonly path: string
  /** The same with the Sid of its statement, for messages. */
  readonly label: string
  /** As written, prefix and suffix included. */
  readonly operator: string
  /** The operator without prefix and suffix, such as `StringEquals`. */
  readonly base: string
  readonly set: SetOperator | undefined
  readonly ifExists: boolean
  /** The condition key as written; compared without regard to case. */
  readonly key: string
  /** The key in lower case: how a context knows it. */
  readonly name: string
  /** The policy's values. */
  readonly values: readonly string[]
  /** The policy's values, for display. */
  readonly wanted: string
  /** Names of the keys that variables in its values refer to. */
  readonly variables: readonly string[]
  /** Whether it fails for an absent key or a wrong value: only then does the condition restrict anything. */
  readonly restricts: boolean
  /** What `holds` would be if an unconfirmed fact about its operator were the other way round. */
  readonly otherwise: readonly { readonly fact: UnverifiedAssumption; readonly holds: Holds }[]
  /** A list under an operator without ForAnyValue or ForAllValues is evaluated against the statement's effect. */
  readonly holds: Holds
}

type Holds = (context: RequestContext, effect: Effect) => boolean

const NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/

type Value = string | number | boolean

interface At {
  readonly path: string
  readonly label: string
  readonly operator: string
  readonly key: string
}

interface Rule {
  readonly base: string
  readonly set: SetOperator | undefined
  readonly ifExists: boolean
  readonly operator: Operator
  readonly versionHasVariables: boolean
}

type Meets = (value: string, context: RequestContext) => boolean

/** Every condition of a statement's block must hold. Appends to `problems` what IAM would refuse. */
export function parseConditions(
  block: unknown,
  { path, name }: { readonly path: string; readonly name: string },
  versionHasVariables: boolean,
  problems: PolicyProblem[],
): Condition[] {
  if (block === undefined) return []
  return entriesOf(block, `${path}.Condition`, problems).flatMap(([operator, keys]) =>
    entriesOf(keys, `${path}.Condition.${operator}`, problems).flatMap(([key, value]) => {
      const place = `Condition.${operator}.${key}`
      const at = { path: `${path}.${place}`, label: `${name}.${place}`, operator, key }
      const values = valuesOf(value, at.path, problems)
      return values ? condition(at, values, versionHasVariables, problems) : []
    }),
  )
}

function entriesOf(value: unknown, path: string, problems: PolicyProblem[]): [string, unknown][] {
  if (isObject(value)) return Object.entries(value)
  problems.push(malformed(path, 'an object', describe(value)))
  return []
}

function malformed(path: string, expected: string, found: string): PolicyProblem {
  return {
    path,
    expected,
    found,
    iamMessage: 'Syntax errors in policy.',
  }
}

/** An empty list is allowed and matches nothing. */
function valuesOf(value: unknown, path: string, problems: PolicyProblem[]): readonly Value[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.every(isValue)) return list
  const wrong = list.find((item) => !isValue(item))
  problems.push(malformed(path, 'a text or a list of texts', describe(wrong)))
  return undefined
}

function isValue(value: unknown): value is Value {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function condition(
  at: At,
  values: readonly Value[],
  versionHasVariables: boolean,
  problems: PolicyProblem[],
): Condition[] {
  if (at.operator === 'Null') return [nullCondition(at, values, problems)]
  const [, set, base = '', ifExists] = NAME.exec(at.operator) ?? []
  const operator = operators.get(base)
  if (!operator) {
    problems.push(malformed(at.path, 'a condition operator of IAM', at.operator))
    return []
  }
  const rule = { base, set: setOperatorOf(set), ifExists: ifExists !== undefined, operator, versionHasVariables }
  const bad = values.find((value) => comparisonOf(value, rule) === undefined)
  if (bad !== undefined) problems.push(malformed(at.path, operator.wants ?? 'a text', JSON.stringify(bad)))
  return [valueCondition(at, values, rule)]
}

function nullCondition(at: At, values: readonly Value[], problems: PolicyProblem[]): Condition {
  const wrong = values.find((value) => !/^(true|false)$/i.test(String(value)))
  if (wrong !== undefined) problems.push(malformed(at.path, 'true or false', JSON.stringify(wrong)))
  const name = at.key.toLowerCase()
  const wanted = values.map((value) => String(value).toLowerCase() === 'true')
  return {
    ...at,
    base: 'Null',
    set: undefined,
    ifExists: false,
    name,
    values: values.map(String),
    wanted: wanted.map((isAbsent) => (isAbsent ? 'no such key' : 'a value')).join(' or '),
    variables: [],
    restricts: false,
    otherwise: [
      {
        fact: unverifiedAssumptions.emptyIsNull,
        holds: (context) => wanted.includes(entryOf(context, name) === undefined),
      },
    ],
    holds: (context) => {
      const found = entryOf(context, name)
      return wanted.includes(found === undefined || isNullDataset(found))
    },
  }
}

/** "A null dataset, such as an empty string" (IAM User Guide, Multivalued context keys). */
function isNullDataset({ values }: ContextValue): boolean {
  return values.every((value) => value === '')
}

function setOperatorOf(text: string | undefined): SetOperator | undefined {
  return text === 'ForAllValues' || text === 'ForAnyValue' ? text : undefined
}

function comparisonOf(value: Value, rule: Rule): Comparison | undefined {
  return rule.operator.compile(patternOf(value, rule))
}

function patternOf(value: Value, { operator, versionHasVariables }: Rule) {
  return compilePattern(String(value), operator, versionHasVariables)
}

function valueCondition(at: At, values: readonly Value[], rule: Rule): Condition {
  const name = at.key.toLowerCase()
  const { base, set, ifExists } = rule
  const { negated } = rule.operator
  const comparisons = values.flatMap((value) => comparisonOf(value, rule) ?? [])
  const variables = values.flatMap((value) => variablesOf(patternOf(value, rule)))
  const required = variables.flatMap((variable) => (variable.isRequired ? [variable.name] : []))
  const absent = set === 'ForAllValues' || (set === undefined && (ifExists || negated))
  const meets = meetsAny(comparisons, negated)
  const holdsWith =
    (ifAbsent: boolean): Holds =>
    (context, effect) => {
      const found = entryOf(context, name)
      return found === undefined ? ifAbsent : valuesHold(found, set, effect, meets, context)
    }
  const holds = holdsWith(absent)
  const otherwise = [
    ...(set === 'ForAnyValue' && ifExists
      ? [{ fact: unverifiedAssumptions.forAnyValueIfExists, holds: holdsWith(true) } as const]
      : []),
    ...(!negated && required.length > 0 && values.length > 1
      ? [{ fact: unverifiedAssumptions.valueBesideNull, holds: holdsWithoutNulls(holds, name, required) } as const]
      : []),
  ]
  return {
    ...at,
    base,
    set,
    ifExists,
    name,
    values: values.map(String),
    wanted: wantedText(values, rule),
    variables: variables.map((variable) => variable.name),
    restricts: !ifExists && set !== 'ForAllValues' && !negated,
    otherwise,
    holds,
  }
}

function meetsAny(comparisons: readonly Comparison[], negated: boolean): Meets {
  return (value, context) => {
    let met = false
    for (const comparison of comparisons) {
      const answer = comparison(value, context)
      if (answer === undefined) return false
      met ||= answer
    }
    return met !== negated
  }
}

/**
 * A null dataset matches ForAllValues and never ForAnyValue. A list without a set operator is undefined at AWS (E.4),
 * so it is interpreted restrictively: an Allow needs exactly one value that matches, a Deny applies if any value
 * matches.
 */
function valuesHold(
  found: ContextValue,
  set: SetOperator | undefined,
  effect: Effect,
  meets: Meets,
  context: RequestContext,
): boolean {
  const { values, multi } = found
  if (set === 'ForAllValues') return isNullDataset(found) || values.every((value) => meets(value, context))
  if (set === 'ForAnyValue') return !isNullDataset(found) && values.some((value) => meets(value, context))
  if (multi && effect === 'Deny') return values.some((value) => meets(value, context))
  const [only] = values
  return values.length === 1 && only !== undefined && meets(only, context)
}

/**
 * Assumes that a variable without a value invalidates the whole list: the documentation leaves that open for positive
 * operators (D.6).
 */
function holdsWithoutNulls(holds: Holds, name: string, required: readonly string[]): Holds {
  return (context, effect) => {
    const isSpoilt = entryOf(context, name) !== undefined && required.some((each) => !isSingle(entryOf(context, each)))
    return !isSpoilt && holds(context, effect)
  }
}

function isSingle(value: ContextValue | undefined): boolean {
  return value !== undefined && !value.multi
}

function wantedText(values: readonly Value[], { set, operator }: Rule): string {
  const list = values.length === 0 ? 'nothing' : values.join(operator.negated ? ' nor ' : ' or ')
  const one = operator.negated ? `neither ${list}` : list
  const plain = operator.negated && values.length === 1 ? `not ${list}` : one
  return set === undefined ? plain : `${set === 'ForAllValues' ? 'every value' : 'some value'}: ${plain}`
}
