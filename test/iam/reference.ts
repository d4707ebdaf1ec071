/**
 * A second evaluator of trust policies, naive and independent: it shares no line with src/iam, and was written from
 * aws-facts D.6 and E.1 to E.4 alone. Regular expressions and loops over everything; only for small inputs.
 */
export interface ReferencePolicy {
  readonly Version?: string
  readonly Statement: readonly ReferenceStatement[]
}

export interface ReferenceStatement {
  readonly Effect: string
  readonly Principal: unknown
  readonly Action: string | readonly string[]
  readonly Condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface ReferenceRequest {
  readonly federated: string
  readonly action: string
  /** By key, as it is written. */
  readonly context: Readonly<Record<string, { readonly values: readonly string[]; readonly isList: boolean }>>
}

export type ReferenceEffect = 'allow' | 'explicit-deny' | 'implicit-deny'

export function referenceDecision(policy: ReferencePolicy, request: ReferenceRequest): ReferenceEffect {
  let allowed = false
  let denied = false
  for (const statement of policy.Statement) {
    const isAbout = namesCaller(statement.Principal, request.federated) && namesAction(statement.Action, request.action)
    if (!isAbout || !allConditionsHold(statement, policy.Version === '2012-10-17', request)) continue
    if (statement.Effect === 'Deny') denied = true
    else allowed = true
  }
  if (denied) return 'explicit-deny'
  return allowed ? 'allow' : 'implicit-deny'
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const namesCaller = (principal: unknown, caller: string): boolean => {
  if (principal === '*') return true
  const { AWS, Federated } = principal as Readonly<Record<string, unknown>>
  return listOf(AWS).includes('*') || listOf(Federated).includes(caller)
}

const wildcards = (text: string): string =>
  text
    .replaceAll(/[\\^$+.()|[\]{}/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')

const namesAction = (actions: string | readonly string[], action: string): boolean =>
  [actions].flat().some((each) => new RegExp(`^${wildcards(each)}$`, 'i').test(action))

const find = (request: ReferenceRequest, key: string) => {
  const name = Object.keys(request.context).find((each) => each.toLowerCase() === key.toLowerCase())
  const found = name === undefined ? undefined : request.context[name]
  return found === undefined || found.values.length === 0 ? undefined : found
}

const allConditionsHold = (
  statement: ReferenceStatement,
  hasVariables: boolean,
  request: ReferenceRequest,
): boolean => {
  for (const [operator, keys] of Object.entries(statement.Condition))
    for (const [key, wanted] of Object.entries(keys))
      if (!conditionHolds(operator, key, listOf(wanted).map(String), statement.Effect, hasVariables, request))
        return false
  return true
}

const conditionHolds = (
  operator: string,
  key: string,
  wanted: readonly string[],
  effect: string,
  hasVariables: boolean,
  request: ReferenceRequest,
): boolean => {
  const found = find(request, key)
  const isEmpty = found?.values.every((value) => value === '') ?? true
  if (operator === 'Null') return wanted.some((each) => (each.toLowerCase() === 'true') === isEmpty)
  const prefix = operator.includes(':') ? operator.slice(0, operator.indexOf(':')) : ''
  const rest = operator.slice(prefix === '' ? 0 : prefix.length + 1)
  const ifExists = rest.endsWith('IfExists')
  const name = ifExists ? rest.slice(0, -'IfExists'.length) : rest
  const isNegated = name.includes('Not')
  const one = (value: string): boolean => {
    const met = wanted.map((each) => isMet(name.replace('Not', ''), each, value, hasVariables, request))
    if (met.includes(undefined)) return false
    return met.includes(true) !== isNegated
  }
  if (prefix === 'ForAllValues') return isEmpty || (found?.values.every(one) ?? true)
  if (prefix === 'ForAnyValue') return !isEmpty && (found?.values.some(one) ?? false)
  if (found === undefined) return ifExists || isNegated
  if (found.isList && effect === 'Deny') return found.values.some(one)
  return found.values.length === 1 && one(found.values[0] ?? '')
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Numbers and booleans; undefined where the value is none, and so fits neither the operator nor its opposite. */
const typedMet = (name: string, wanted: string, value: string): boolean | undefined => {
  if (name === 'Bool')
    return ['true', 'false'].includes(value.toLowerCase()) ? value.toLowerCase() === wanted.toLowerCase() : undefined
  if (!NUMBER.test(value)) return undefined
  const [left, right] = [Number.parseFloat(value), Number.parseFloat(wanted)]
  if (name === 'NumericEquals') return left === right
  if (name === 'NumericLessThan') return left < right
  if (name === 'NumericLessThanEquals') return left <= right
  if (name === 'NumericGreaterThan') return left > right
  return left >= right
}

/** Six parts, compared one by one; an asterisk stays within its part, except in the last. */
const arnMet = (wanted: string, value: string): boolean => {
  if (wanted === '*') return true
  const parts = (arn: string): readonly string[] => {
    const all = arn.split(':')
    return [...all.slice(0, 5), all.slice(5).join(':')]
  }
  const [theirs, ours] = [parts(value), parts(wanted)]
  if (value.split(':').length < 6) return false
  return ours.every((part, n) => new RegExp(`^${wildcards(part)}$`, 's').test(theirs[n] ?? ''))
}

/** Of a positive operator: whether the value is the wanted one. */
const isMet = (
  name: string,
  wanted: string,
  value: string,
  hasVariables: boolean,
  request: ReferenceRequest,
): boolean | undefined => {
  if (name === 'Bool' || name.startsWith('Numeric')) return typedMet(name, wanted, value)
  if (name.startsWith('Arn')) return arnMet(wanted, value)
  const isLike = name === 'StringLike'
  let source = ''
  for (const [piece, variable] of wanted.matchAll(hasVariables ? /\$\{([^{}]*)\}|./gsu : /./gsu)) {
    const text = variable === undefined ? undefined : variableText(variable, request)
    if (variable !== undefined && text === undefined) return false
    const literal = text === undefined ? piece : text
    source += text === undefined && isLike ? wildcards(literal) : literal.replaceAll(/[\\^$*?+.()|[\]{}/]/g, '\\$&')
  }
  return new RegExp(`^${source}$`, name === 'StringEqualsIgnoreCase' ? 'isu' : 'su').test(value)
}

const variableText = (body: string, request: ReferenceRequest): string | undefined => {
  if (body === '*' || body === '?' || body === '$') return body
  const [, key = body, fallback] = /^([^,]*),\s*'([^']*)'$/.exec(body) ?? []
  const found = find(request, key.trim())
  if (found === undefined) return fallback
  return found.isList ? undefined : found.values[0]
}
