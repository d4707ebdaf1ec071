/**
 * The policy language of IAM, pure: documents in, decisions with their reasons out. Knows no network, no clock, no SAML
 * and no tokens: a request's values are given as a RequestContext. Start here; policy.ts reads documents, conditions.ts
 * and operators.ts have the rules of Condition blocks, condition-keys/ creates contexts from the identity provider's
 * claims, unverified-assumptions.ts lists what AWS has not confirmed, generate.ts writes policies.
 */
import { type Finding, failed, type Verdict } from '../core/verdict.ts'
import { applies, type Evaluation, evaluateStatement, evaluateWithUnknowns, truthOf } from './evaluate-statement.ts'
import { explainStatement } from './explain-statement.ts'
import type { Policy, Statement } from './policy.ts'
import { type NamedAs, namedAs, principalMatches } from './principals.ts'
import type { PolicyRequest } from './request.ts'

export type { PolicyRequest } from './request.ts'

export interface Decision {
  /** `unknown` only with the option `unconfirmed: 'unknown'`. */
  readonly effect: 'allow' | 'explicit-deny' | 'implicit-deny' | 'unknown'
  /**
   * Why: after an allow the findings of the statement that allowed it; after an explicit deny those of the statement
   * that denied it; if unknown, of the uncertain statements; else of every Allow statement, the closest one first.
   */
  readonly verdict: Verdict
  /** The statement that decided, or that makes it unknown; none for an implicit deny. */
  readonly statement: Statement | undefined
  /**
   * How the statements that allow name the caller, the most specific way: naming an account leaves it to the callers'
   * own policies which of its principals are allowed (A.5). undefined unless it is allowed.
   */
  readonly namedAs: NamedAs | undefined
}

export interface EvaluateOptions {
  /**
   * How a part of a policy that depends on an unconfirmed fact counts: as unverified-assumptions.ts assumes, or as
   * `unknown` if the other value would give another outcome.
   */
  readonly unconfirmed?: 'apply' | 'unknown'
}

interface EvaluatedStatement {
  readonly statement: Statement
  readonly request: PolicyRequest
  /** None: every part holds. */
  readonly evaluation?: Evaluation
}

const closest: readonly NamedAs[] = ['exact', 'account', 'anyone']

const nothingAllows: Finding = { name: 'Statement', ...failed('a statement that allows', 'none', 'the policy') }

const FAR = 1000

/** Deny wins, the order of statements is irrelevant, and what no statement allows is denied (E.2). */
export function evaluate(policy: Policy, request: PolicyRequest, options: EvaluateOptions = {}): Decision {
  return options.unconfirmed === 'unknown' ? evaluateWithDoubt(policy, request) : evaluateAsApplied(policy, request)
}

/** Kleene's logic: an uncertain part matters only where no certain one decides. */
function evaluateWithDoubt(policy: Policy, request: PolicyRequest): Decision {
  const all = policy.statements.map((statement) => {
    const evaluation = evaluateWithUnknowns(statement, request)
    return { statement, request, evaluation, effect: statement.effect, truth: truthOf(evaluation) }
  })
  const allows = all.filter(({ effect }) => effect === 'Allow')
  const denies = all.filter(({ effect }) => effect === 'Deny')
  const denying = denies.find(({ truth }) => truth === true)
  if (denying) return explicitDeny(denying)
  const possible = allows.filter(({ truth }) => truth !== false)
  const shadowing = denies.find((deny) => possible.length > 0 && possible.every((each) => isShadowed(each, deny)))
  if (shadowing) return explicitDeny({ ...shadowing, evaluation: evaluateStatement(shadowing.statement, request) })
  const certain = allows.filter(({ truth }) => truth === true)
  const [best] = certain.length > 0 ? certain : possible
  if (!best) return implicitDeny(allows)
  const doubtfulDenies = denies.filter(({ truth }) => truth !== false)
  if (doubtfulDenies.length > 0) return unknown(doubtfulDenies)
  return best.truth === true
    ? allow(
        best,
        certain.map(({ statement }) => statement),
      )
    : unknown(possible)
}

function explicitDeny(by: EvaluatedStatement): Decision {
  return {
    effect: 'explicit-deny',
    verdict: [denial(by, 'fail', 'a Deny whose every part matches'), ...findingsOf(by)],
    statement: by.statement,
    namedAs: undefined,
  }
}

function denial({ statement }: EvaluatedStatement, outcome: 'fail' | 'unknown', found: string): Finding {
  return {
    name: statement.name,
    outcome,
    expected: 'no Deny that applies',
    found,
  }
}

function findingsOf({ statement, request, evaluation }: EvaluatedStatement): Finding[] {
  return explainStatement(statement, request, evaluation)
}

/**
 * Whether the Deny applies whenever the Allow does: both name the caller only under the same assumption, and nothing
 * else about the Deny is uncertain. Then it is denied in either case.
 */
function isShadowed(allow: Required<EvaluatedStatement>, deny: Required<EvaluatedStatement>): boolean {
  const { principal, action, resource, conditions } = deny.evaluation
  return (
    typeof principal === 'object' &&
    allow.evaluation.principal === principal &&
    principalMatches(allow.statement.principal, allow.request.principal) &&
    principalMatches(deny.statement.principal, deny.request.principal) &&
    [action, resource, ...conditions].every((part) => part === true)
  )
}

function allow(by: EvaluatedStatement, allowing: readonly Statement[]): Decision {
  const ways = allowing.map(({ principal }) => namedAs(principal, by.request.principal))
  return {
    effect: 'allow',
    verdict: findingsOf(by),
    statement: by.statement,
    namedAs: closest.find((way) => ways.includes(way)),
  }
}

function implicitDeny(allows: readonly EvaluatedStatement[]): Decision {
  return {
    effect: 'implicit-deny',
    verdict: allows.length === 0 ? [nothingAllows] : nearestFirst(allows),
    statement: undefined,
    namedAs: undefined,
  }
}

function nearestFirst(allows: readonly EvaluatedStatement[]): Verdict {
  const all: Finding[] = []
  const away = allows.map((each) => ({ each, distance: distance(each.evaluation) }))
  if (away.length > 1) away.sort((a, b) => a.distance - b.distance)
  for (const { each } of away) all.push(...findingsOf(each))
  return all
}

/** A wrong principal or action outweighs any number of wrong conditions; an uncertain part may be right. */
function distance(evaluation: Evaluation | undefined): number {
  if (evaluation === undefined) return 0
  const { principal, action, resource, conditions } = evaluation
  let sum = [principal, action, resource].includes(false) ? FAR : 0
  for (const condition of conditions) if (condition === false) sum++
  return sum
}

function unknown(doubtful: readonly EvaluatedStatement[]): Decision {
  return {
    effect: 'unknown',
    verdict: doubtful.flatMap((each) => [
      ...(each.statement.effect === 'Deny' ? [denial(each, 'unknown', 'a Deny that may apply')] : []),
      ...findingsOf(each),
    ]),
    statement: doubtful[0]?.statement,
    namedAs: undefined,
  }
}

function evaluateAsApplied(policy: Policy, request: PolicyRequest): Decision {
  const action = request.action.toLowerCase()
  const allowing: Statement[] = []
  for (const statement of policy.statements) {
    if (!applies(statement, request, action)) continue
    if (statement.effect === 'Deny') return explicitDeny({ statement, request })
    allowing.push(statement)
  }
  const [first] = allowing
  if (first) return allow({ statement: first, request }, allowing)
  const allows = policy.statements.filter(({ effect }) => effect === 'Allow')
  return implicitDeny(
    allows.map((statement) => ({ statement, request, evaluation: evaluateStatement(statement, request) })),
  )
}
