/** A statement's parts as findings: what each wanted, what the request had, and where that came from. */
import type { Finding, Outcome } from '../core/verdict.ts'
import type { Condition } from './conditions.ts'
import { entryOf, type RequestContext } from './context.ts'
import type { Judgement, Truth } from './judge.ts'
import type { Statement } from './policy.ts'
import { principalText } from './principals.ts'
import type { PolicyRequest } from './request.ts'

/** Every part of the statement, in its order. */
export const findings = (statement: Statement, request: PolicyRequest, judgement: Judgement): Finding[] => {
  const { name, principal, actions, resources, conditions } = statement
  const all: Finding[] = []
  if (resources === undefined)
    all.push(
      part(
        `${name}.${principal.negated ? 'NotPrincipal' : 'Principal'}`,
        judgement.principal,
        principal.text,
        principalText(request.principal),
        'federated' in request.principal ? 'the provider that vouches' : 'the caller',
      ),
    )
  all.push(
    part(
      `${name}.${actions.negated ? 'NotAction' : 'Action'}`,
      judgement.action,
      actions.text,
      request.action,
      'the call',
    ),
  )
  if (resources !== undefined)
    all.push(
      part(
        `${name}.${resources.negated ? 'NotResource' : 'Resource'}`,
        judgement.resource,
        resources.text,
        request.resource ?? 'none',
        'the call',
      ),
    )
  conditions.forEach((condition, n) => {
    all.push(conditionFinding(name, condition, request.context, judgement.conditions[n] ?? false))
  })
  return all
}

const outcomeOf = (truth: Truth): Outcome => (truth === true ? 'pass' : truth === false ? 'fail' : 'unknown')

const part = (name: string, truth: Truth, expected: string, found: string, source: string): Finding => ({
  name,
  outcome: outcomeOf(truth),
  expected,
  found: typeof truth === 'boolean' ? found : `${found}; AWS does not say ${truth.what}`,
  source,
})

const conditionFinding = (statement: string, condition: Condition, context: RequestContext, truth: Truth): Finding => {
  const { operator, key } = condition
  const found = entryOf(context, condition.name)
  return part(
    `${statement}.Condition.${operator}.${key}`,
    truth,
    condition.wanted,
    found === undefined ? 'no such key in the request' : found.values.join(', '),
    found?.source ?? key,
  )
}
