/**
 * The policy language of IAM as far as role trust policies go, pure: documents in, decisions with their reasons out.
 * Knows no network, no clock, no SAML and no tokens: what a request carries comes as a RequestContext.
 * Start here; policy.ts reads documents, conditions.ts and operators.ts hold the rules of Condition blocks,
 * condition-keys.ts makes contexts from what an identity provider said, generate.ts writes policies.
 */
import type { Finding, Verdict } from '../core/verdict.ts'
import type { Condition } from './conditions.ts'
import type { RequestContext } from './context.ts'
import { matches } from './patterns.ts'
import type { ActionElement, Policy, Statement } from './policy.ts'
import { type Principal, principalMatches } from './principals.ts'

export interface PolicyRequest {
  readonly principal: Principal
  /** Such as `sts:AssumeRoleWithSAML`. */
  readonly action: string
  readonly context: RequestContext
}

export interface Decision {
  readonly effect: 'allow' | 'explicit-deny' | 'implicit-deny'
  /**
   * Why: after an allow the findings of the statement that allowed it; after an explicit deny those of the statement
   * that denied it; else those of every Allow statement, the one that came nearest first.
   */
  readonly verdict: Verdict
  /** The statement that decided; none for an implicit deny. */
  readonly statement: Statement | undefined
}

/** Deny wins, the order of statements is irrelevant, and what no statement allows is denied (E.2). */
export const evaluate = (policy: Policy, request: PolicyRequest): Decision => {
  let allowing: Statement | undefined
  for (const statement of policy.statements) {
    if (!applies(statement, request)) continue
    if (statement.effect === 'Deny') return explicitDeny(statement, request)
    allowing ??= statement
  }
  return allowing
    ? { effect: 'allow', verdict: findings(allowing, request), statement: allowing }
    : { effect: 'implicit-deny', verdict: nearestFirst(policy, request), statement: undefined }
}

const applies = (statement: Statement, { principal, action, context }: PolicyRequest): boolean =>
  principalMatches(statement.principal, principal) &&
  actionMatches(statement.actions, action) &&
  statement.conditions.every((condition) => condition.holds(context, statement.effect))

const EMPTY: RequestContext = new Map()

/** Names of actions are case-insensitive; the patterns are in lower case already. */
const actionMatches = ({ negated, patterns }: ActionElement, action: string): boolean => {
  const name = action.toLowerCase()
  return patterns.some((wanted) => matches(wanted, name, EMPTY)) !== negated
}

const explicitDeny = (statement: Statement, request: PolicyRequest): Decision => ({
  effect: 'explicit-deny',
  verdict: [
    {
      name: nameOf(statement),
      outcome: 'fail',
      expected: 'no Deny that applies',
      found: 'a Deny whose every part matches',
    },
    ...findings(statement, request),
  ],
  statement,
})

/** `Statement[0]`, with its Sid where it has one. */
const nameOf = ({ path, sid }: Statement): string => (sid === undefined ? path : `${path} (${sid})`)

const nearestFirst = (policy: Policy, request: PolicyRequest): Verdict => {
  const judged = policy.statements.flatMap((statement) =>
    statement.effect === 'Allow' ? [findings(statement, request)] : [],
  )
  if (judged.length === 0)
    return [
      {
        name: 'Statement',
        outcome: 'fail',
        expected: 'a statement that allows',
        found: 'none',
        source: 'trust policy',
      },
    ]
  return judged.toSorted((a, b) => distance(a) - distance(b)).flat()
}

/** A wrong principal or action is farther away than any number of wrong conditions. */
const distance = (verdict: Verdict): number =>
  verdict.reduce((sum, { outcome }, n) => sum + (outcome === 'pass' ? 0 : n < 2 ? 1000 : 1), 0)

const findings = (statement: Statement, request: PolicyRequest): Finding[] => {
  const name = nameOf(statement)
  const { principal, actions, conditions, effect } = statement
  return [
    {
      name: `${name}.${principal.negated ? 'NotPrincipal' : 'Principal'}`,
      outcome: principalMatches(principal, request.principal) ? 'pass' : 'fail',
      expected: principal.text,
      found: request.principal.federated,
      source: 'the provider that vouches',
    },
    {
      name: `${name}.${actions.negated ? 'NotAction' : 'Action'}`,
      outcome: actionMatches(actions, request.action) ? 'pass' : 'fail',
      expected: actions.patterns.map(({ text }) => text).join(' or '),
      found: request.action,
      source: 'the call',
    },
    ...conditions.map((condition) => conditionFinding(name, condition, request.context, effect)),
  ]
}

const conditionFinding = (
  statement: string,
  condition: Condition,
  context: RequestContext,
  effect: Statement['effect'],
): Finding => {
  const { operator, key } = condition
  const found = context.get(condition.name)
  return {
    name: `${statement}.Condition.${operator}.${key}`,
    outcome: condition.holds(context, effect) ? 'pass' : 'fail',
    expected: condition.wanted,
    found: found === undefined ? 'no such key in the request' : found.values.join(', '),
    source: found?.source ?? key,
  }
}
