/** Whether a statement applies to a request: yes or no, and part by part with what is uncertain about it. */
import { alternativeInterpretations, contextsOf } from './alternative-interpretations.ts'
import type { RequestContext } from './condition-keys/context.ts'
import type { Condition, Effect } from './conditions.ts'
import { elementMatches, type NameListElement } from './elements.ts'
import type { Statement } from './policy.ts'
import { type Principal, principalMatches } from './principals.ts'
import type { PolicyRequest } from './request.ts'
import { type UnverifiedAssumption, unverifiedAssumptions } from './unverified-assumptions.ts'

/** A part of a statement holds, does not hold, or depends on an assumption that AWS has not confirmed. */
export type Truth = boolean | UnverifiedAssumption

export interface Evaluation {
  readonly principal: Truth
  readonly action: Truth
  readonly resource: Truth
  /** In the order of the statement's conditions. */
  readonly conditions: readonly Truth[]
}

const ISSUER = /^arn:[^:]+:iam::\d{12}:oidc-provider\/(.+)$/

/** A list without a set operator is interpreted the opposite way in statements of the other effect (conditions.ts). */
const otherEffect = { Allow: 'Deny', Deny: 'Allow' } as const satisfies Record<Effect, Effect>

/** Whether the statement applies to the request, under the assumptions in use. `action` in lower case. */
export function applies(statement: Statement, request: PolicyRequest, action: string): boolean {
  const { principal, actions, resources, conditions, effect } = statement
  const { context } = request
  if (!principalMatches(principal, request.principal) || !elementMatches(actions, action, context)) return false
  if (resources !== undefined && !resourceMatches(resources, request)) return false
  for (const condition of conditions) if (!condition.holds(context, effect)) return false
  return true
}

/** A call without a resource matches `*` only. */
function resourceMatches(resources: NameListElement, { resource = '*', context }: PolicyRequest): boolean {
  return elementMatches(resources, resource, context)
}

/** Every part of the statement, under the assumptions in use. */
export function evaluateStatement(statement: Statement, request: PolicyRequest): Evaluation {
  const { principal, actions, resources, conditions, effect } = statement
  return {
    principal: principalMatches(principal, request.principal),
    action: elementMatches(actions, request.action.toLowerCase(), request.context),
    resource: resources === undefined || resourceMatches(resources, request),
    conditions: conditions.map((condition) => condition.holds(request.context, effect)),
  }
}

/** Every part of the statement, with the assumption it depends on where the alternative would reverse the result. */
export function evaluateWithUnknowns(statement: Statement, request: PolicyRequest): Evaluation {
  const { conditions, effect } = statement
  return {
    ...evaluateStatement(statement, request),
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

/** Whether the context also has the issuer's keys with the trailing slash. */
function mayKeepSlash(principal: Principal, context: RequestContext): principal is { federated: string } {
  const [, issuer] = ('federated' in principal && ISSUER.exec(principal.federated)) || []
  return issuer !== undefined && [...context.keys()].some((name) => name.startsWith(`${issuer.toLowerCase()}/:`))
}

/** Tries all interpretations of the keys, of a list without a set operator, and of the operator, combined. */
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

/** Kleene's "and": a part that certainly fails decides, then an uncertain one. */
export function truthOf({ principal, action, resource, conditions }: Evaluation): Truth {
  const parts = [principal, action, resource, ...conditions]
  return !parts.includes(false) && (parts.find((part) => part !== true) ?? true)
}
