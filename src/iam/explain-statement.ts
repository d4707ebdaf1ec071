/** A statement's parts as findings: expected value, actual value, and the source of the latter. */
import type { Finding, Outcome } from '../core/verdict.ts'
import { entryOf, type RequestContext } from './condition-keys/context.ts'
import type { Condition } from './conditions.ts'
import type { Evaluation, Truth } from './evaluate-statement.ts'
import { matcher, pattern } from './patterns.ts'
import type { Statement } from './policy.ts'
import { principalText } from './principals.ts'
import type { PolicyRequest } from './request.ts'

const GITHUB_SUBJECT = 'token.actions.githubusercontent.com:sub'

const CASE = 'only case differs'

const NO_CONTEXT: RequestContext = new Map()

const differences: readonly (readonly [string, (text: string) => string])[] = [
  [CASE, (text) => text.toLowerCase()],
  ['only a trailing slash differs', (text) => text.replace(/\/$/, '')],
  ['only spaces differ', (text) => text.replace(/\s/g, '')],
]

/** Every part of the statement, in its order. Without an evaluation all of them hold. */
export function explainStatement(statement: Statement, request: PolicyRequest, evaluation?: Evaluation): Finding[] {
  const { name, principal, actions, resources, conditions } = statement
  const all: Finding[] = []
  if (resources === undefined)
    all.push(
      part(
        `${name}.Principal`,
        evaluation?.principal ?? true,
        principal.text,
        principalText(request.principal),
        'federated' in request.principal ? 'the provider that vouches' : 'the caller',
      ),
    )
  all.push(
    part(
      `${name}.${actions.negated ? 'NotAction' : 'Action'}`,
      evaluation?.action ?? true,
      actions.text,
      request.action,
      'the call',
    ),
  )
  if (resources !== undefined)
    all.push(
      part(
        `${name}.${resources.negated ? 'NotResource' : 'Resource'}`,
        evaluation?.resource ?? true,
        resources.text,
        request.resource ?? 'none',
        'the call',
      ),
    )
  conditions.forEach((condition, n) => {
    all.push(conditionFinding(condition, request.context, evaluation?.conditions[n] ?? true))
  })
  return all
}

function part(name: string, truth: Truth, expected: string, found: string, source: string): Finding {
  return {
    name,
    outcome: outcomeOfTruth(truth),
    expected,
    found: typeof truth === 'boolean' ? found : `${found}; AWS does not say ${truth.what}`,
    source,
  }
}

function outcomeOfTruth(truth: Truth): Outcome {
  return truth === true ? 'pass' : truth === false ? 'fail' : 'unknown'
}

function conditionFinding(condition: Condition, context: RequestContext, truth: Truth): Finding {
  const found = entryOf(context, condition.name)
  const text = found === undefined ? 'no such key in the request' : found.values.join(', ')
  const remark = truth === false ? remarkOn(condition, context) : undefined
  return part(
    condition.label,
    truth,
    condition.wanted,
    remark === undefined ? text : `${text}; ${remark}`,
    found?.source ?? condition.key,
  )
}

/** Why a condition fails that looks as if it should hold. */
function remarkOn(condition: Condition, context: RequestContext): string | undefined {
  const { values = [] } = entryOf(context, condition.name) ?? {}
  if (condition.set === undefined && values.length > 1) return 'a list needs ForAnyValue or ForAllValues'
  const missing = condition.variables.find((variable) => entryOf(context, variable) === undefined)
  if (missing !== undefined) return `nothing to put in for ${missing}`
  const github = condition.name === GITHUB_SUBJECT ? githubRemark(values[0] ?? '') : undefined
  if (github !== undefined) return github
  if (condition.base === 'StringLike') return likeMiss(condition.values, values)
  return condition.base === 'StringEquals' ? nearMiss(condition.values, values) : undefined
}

/** The sub of a GitHub job names its environment or pull request instead of its branch: the most common mistake. */
function githubRemark(subject: string): string | undefined {
  const [, repository, environment] = /^(repo:[^:]+):environment:(.+)$/s.exec(subject) ?? []
  if (environment !== undefined)
    return `the job runs in the environment ${environment}, so its sub is ${repository}:environment:${environment} and names no branch`
  return /^repo:[^:]+:pull_request$/.test(subject)
    ? `the job was started by a pull request, so its sub is ${subject} and names no branch`
    : undefined
}

function likeMiss(wanted: readonly string[], found: readonly string[]): string | undefined {
  const lower = wanted.map((text) => matcher(pattern(text.toLowerCase(), { wildcards: true, variables: false })))
  return found.some((text) => lower.some((matches) => matches(text.toLowerCase(), NO_CONTEXT))) ? CASE : undefined
}

/** AWS compares byte for byte; readers overlook such differences. */
function nearMiss(wanted: readonly string[], found: readonly string[]): string | undefined {
  return differences.find(([, fold]) => wanted.some((text) => found.some((other) => fold(text) === fold(other))))?.[0]
}
