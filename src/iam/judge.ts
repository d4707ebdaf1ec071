/** Whether a statement is about a request: plainly, and part by part with what is not certain about it. */

import { alternativeInterpretations, contextsOf } from './alternative-interpretations.ts'
import type { RequestContext } from './condition-keys/context.ts'
import type { Condition, Effect } from './conditions.ts'
import { elementMatches, type NamesElement } from './elements.ts'
import type { Statement } from './policy.ts'
import { type Principal, principalMatches } from './principals.ts'
import type { PolicyRequest } from './request.ts'
import { type UnverifiedAssumption, unverifiedAssumptions } from './unverified-assumptions.ts'

/** A part of a statement holds, or it does not, or that rests on an unconfirmed fact. */
export type Truth = boolean | UnverifiedAssumption

export interface Evaluation {
  readonly principal: Truth
  readonly action: Truth
  readonly resource: Truth
  /** In the order of the statement's conditions. */
  readonly conditions: readonly Truth[]
}

const ISSUER = /^arn:[^:]+:iam::\d{12}:oidc-provider\/(.+)$/

/** A list without a set operator reads the other way in the other effect's statements (conditions.ts). */
const otherEffect = { Allow: 'Deny', Deny: 'Allow' } as const satisfies Record<Effect, Effect>

/** Whether the statement is about the request, everything unconfirmed taken as applied. `action` in lower case. */
export function applies(statement: Statement, request: PolicyRequest, action: string): boolean {
  const { principal, actions, resources, conditions, effect } = statement
  const { context } = request
  if (!principalMatches(principal, request.principal) || !elementMatches(actions, action, context)) return false
  if (resources !== undefined && !resourceMatches(resources, request)) return false
  for (const condition of conditions) if (!condition.holds(context, effect)) return false
  return true
}

/** A call about nothing in particular is about `*` only. */
function resourceMatches(resources: NamesElement, { resource = '*', context }: PolicyRequest): boolean {
  return elementMatches(resources, resource, context)
}

/** Every part of the statement, everything unconfirmed taken as applied. */
export function evaluateStatements(statement: Statement, request: PolicyRequest): Evaluation {
  const { principal, actions, resources, conditions, effect } = statement
  return {
    principal: principalMatches(principal, request.principal),
    action: elementMatches(actions, request.action.toLowerCase(), request.context),
    resource: resources === undefined || resourceMatches(resources, request),
    conditions: conditions.map((condition) => condition.holds(request.context, effect)),
  }
}

/** Every part of the statement, with the fact it rests on where the other reading of that fact would turn it round. */
export function evaluateWithUnknowns(statement: Statement, request: PolicyRequest): Evaluation {
  const { conditions, effect } = statement
  return {
    ...evaluateStatements(statement, request),
    principal: principalTruth(statement, request),
    conditions: conditions.map((condition) => conditionTruth(condition, request, effect)),
  }
}

function principalTruth({ principal: element }: Statement, { principal, context }: PolicyRequest): Truth {
  const applied = principalMatches(element, principal)
  if ('federated' in principal && principalMatches({ ...element, anyone: false }, principal) !== applied)
    return unverifiedAssumptions.anyoneFederated
  if (
    mayKeepSlash(principal, context) &&
    principalMatches(element, { federated: `${principal.federated}/` }) !== applied
  )
    return unverifiedAssumptions.issuerSlash
  return applied
}

/** The context has its issuer's keys with the slash too. */
function mayKeepSlash(principal: Principal, context: RequestContext): principal is { federated: string } {
  const [, issuer] = ('federated' in principal && ISSUER.exec(principal.federated)) || []
  return issuer !== undefined && [...context.keys()].some((name) => name.startsWith(`${issuer.toLowerCase()}/:`))
}

/** Tried are all readings of the keys, of a list without a set operator, and of the operator, with each other. */
function conditionTruth(condition: Condition, request: PolicyRequest, effect: Effect): Truth {
  const applied = condition.holds(request.context, effect)
  for (const { context, fact } of contextsOf(alternativeInterpretations(condition, request), request.context)) {
    if (condition.holds(context, effect) !== applied) return fact ?? unverifiedAssumptions.listWithoutSetOperator
    if (condition.holds(context, otherEffect[effect]) !== applied)
      return fact ?? unverifiedAssumptions.listWithoutSetOperator
    for (const other of condition.otherwise) if (other.holds(context, effect) !== applied) return fact ?? other.fact
  }
  return applied
}

/** Kleene's "and": a part that surely fails decides, then a doubtful one. */
export function truthOf({ principal, action, resource, conditions }: Evaluation): Truth {
  const parts = [principal, action, resource, ...conditions]
  return !parts.includes(false) && (parts.find((part) => part !== true) ?? true)
}
