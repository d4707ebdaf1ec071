/**
 * The policy language of IAM, pure: documents in, decisions with their reasons out.
 * Knows no network, no clock, no SAML and no tokens: what a request carries comes as a RequestContext.
 * Start here; policy.ts reads documents, conditions.ts and operators.ts hold the rules of Condition blocks,
 * condition-keys.ts makes contexts from what an identity provider said, unconfirmed.ts is what nobody knows for
 * certain, generate.ts writes policies.
 */
import type { Finding, Verdict } from '../core/verdict.ts'
import { explainStatements } from './explain-statement.ts'
import { applies, type Evaluation, evaluateStatements, evaluateWithUnknowns, truthOf } from './judge.ts'
import type { Policy, Statement } from './policy.ts'
import { type NamedAs, namedAs, principalMatches } from './principals.ts'
import type { PolicyRequest } from './request.ts'

export type { PolicyRequest } from './request.ts'

export interface Decision {
  /** `unknown` only for those who ask for certainty. */
  readonly effect: 'allow' | 'explicit-deny' | 'implicit-deny' | 'unknown'
  /**
   * Why: after an allow the findings of the statement that allowed it; after an explicit deny those of the statement
   * that denied it; when unknown, of those in doubt; else of every Allow statement, the one that came nearest first.
   */
  readonly verdict: Verdict
  /** The statement that decided, or that leaves it in doubt; none for an implicit deny. */
  readonly statement: Statement | undefined
  /**
   * How the statements that allow name the caller, the closest way: an account that is named leaves it to the
   * caller's own policies whom of its people it lets (A.5). undefined for all that is not allowed.
   */
  readonly namedAs: NamedAs | undefined
}

export interface EvaluateOptions {
  /**
   * What counts where a part of a policy rests on an unconfirmed fact: the value that unconfirmed.ts
   * applies, or `unknown` where the other value would give another outcome.
   */
  readonly unconfirmed?: 'apply' | 'unknown'
}

interface Judged {
  readonly statement: Statement
  readonly request: PolicyRequest
  /** None: every part holds. */
  readonly judgement?: Evaluation
}

const closest: readonly NamedAs[] = ['exact', 'account', 'anyone']

const nothingAllows: Finding = {
  name: 'Statement',
  outcome: 'fail',
  expected: 'a statement that allows',
  found: 'none',
  source: 'the policy',
}

const FAR = 1000

/** Deny wins, the order of statements is irrelevant, and what no statement allows is denied (E.2). */
export function evaluate(policy: Policy, request: PolicyRequest, options: EvaluateOptions = {}): Decision {
  return options.unconfirmed === 'unknown' ? evaluateWithDoubt(policy, request) : evaluateAsApplied(policy, request)
}

/** Kleene's logic: whatever is in doubt matters only where nothing that is certain decides. */
function evaluateWithDoubt(policy: Policy, request: PolicyRequest): Decision {
  const all = policy.statements.map((statement) => {
    const judgement = evaluateWithUnknowns(statement, request)
    return { statement, request, judgement, effect: statement.effect, truth: truthOf(judgement) }
  })
  const allows = all.filter(({ effect }) => effect === 'Allow')
  const denies = all.filter(({ effect }) => effect === 'Deny')
  const denying = denies.find(({ truth }) => truth === true)
  if (denying) return explicitDeny(denying)
  const possible = allows.filter(({ truth }) => truth !== false)
  const shadowing = denies.find((deny) => possible.length > 0 && possible.every((each) => isShadowed(each, deny)))
  if (shadowing) return explicitDeny({ ...shadowing, judgement: evaluateStatements(shadowing.statement, request) })
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

function explicitDeny(by: Judged): Decision {
  return {
    effect: 'explicit-deny',
    verdict: [denial(by, 'fail', 'a Deny whose every part matches'), ...findingsOf(by)],
    statement: by.statement,
    namedAs: undefined,
  }
}

function denial({ statement }: Judged, outcome: 'fail' | 'unknown', found: string): Finding {
  return {
    name: statement.name,
    outcome,
    expected: 'no Deny that applies',
    found,
  }
}

function findingsOf({ statement, request, judgement }: Judged): Finding[] {
  return explainStatements(statement, request, judgement)
}

/**
 * Whether the Deny applies whenever the Allow does: both name the caller only if the same fact is the way it is
 * applied, and of the Deny nothing else is in doubt. So it is denied either way.
 */
function isShadowed(allow: Required<Judged>, deny: Required<Judged>): boolean {
  const { principal, action, resource, conditions } = deny.judgement
  return (
    typeof principal === 'object' &&
    allow.judgement.principal === principal &&
    principalMatches(allow.statement.principal, allow.request.principal) &&
    principalMatches(deny.statement.principal, deny.request.principal) &&
    [action, resource, ...conditions].every((part) => part === true)
  )
}

function allow(by: Judged, allowing: readonly Statement[]): Decision {
  const ways = allowing.map(({ principal }) => namedAs(principal, by.request.principal))
  return {
    effect: 'allow',
    verdict: findingsOf(by),
    statement: by.statement,
    namedAs: closest.find((way) => ways.includes(way)),
  }
}

function implicitDeny(allows: readonly Judged[]): Decision {
  return {
    effect: 'implicit-deny',
    verdict: allows.length === 0 ? [nothingAllows] : nearestFirst(allows),
    statement: undefined,
    namedAs: undefined,
  }
}

function nearestFirst(allows: readonly Judged[]): Verdict {
  const all: Finding[] = []
  const away = allows.map((each) => ({ each, distance: distance(each.judgement) }))
  if (away.length > 1) away.sort((a, b) => a.distance - b.distance)
  for (const { each } of away) all.push(...findingsOf(each))
  return all
}

/** A wrong principal or action is farther away than any number of wrong conditions; what is in doubt may be right. */
function distance(judgement: Evaluation | undefined): number {
  if (judgement === undefined) return 0
  const { principal, action, resource, conditions } = judgement
  let sum = [principal, action, resource].includes(false) ? FAR : 0
  for (const condition of conditions) if (condition === false) sum++
  return sum
}

function unknown(doubtful: readonly Judged[]): Decision {
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
    allows.map((statement) => ({ statement, request, judgement: evaluateStatements(statement, request) })),
  )
}
