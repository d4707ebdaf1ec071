/** Condition keys whose values are unknown before the call: a decision that depends on one is unknown. */
import type { Condition } from '../../iam/conditions.ts'
import type { Policy, Statement } from '../../iam/policy.ts'

/**
 * The network path of the call to AWS, what AWS knows about the role besides its trust policy, and the identity that a
 * Cognito identity pool gives a user.
 */
const UNFORESEEN = [
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:useragent',
  'aws:resourceorgid',
  'aws:resourceorgpaths',
  'aws:resourcetag/',
  'iam:resourcetag/',
  'cognito-identity.amazonaws.com:sub',
]

/**
 * The policy as it reads if every unknown turns out in the user's favour, and if every unknown turns out against them.
 */
interface Extremes {
  readonly best: Policy
  readonly worst: Policy
}

const known = new WeakMap<Policy, Extremes>()

/** `key`: the key of a condition, in any case. */
export function isUnknownAtPreflight(key: string): boolean {
  const name = key.toLowerCase()
  return UNFORESEEN.some((each) => (each.endsWith('/') ? name.startsWith(each) : name === each))
}

/** The same policy twice if no condition uses an unknown key. */
export function bestAndWorstCase(policy: Policy): Extremes {
  const found = known.get(policy) ?? extremes(policy)
  known.set(policy, found)
  return found
}

function extremes(policy: Policy): Extremes {
  const isForeseen = policy.statements.every(({ conditions }) => !conditions.some(hangsOnUnforeseen))
  if (isForeseen) return { best: policy, worst: policy }
  const read = (isWell: boolean): Policy => ({
    ...policy,
    statements: policy.statements.map((statement) => assuming(statement, (statement.effect === 'Allow') === isWell)),
  })
  return { best: read(true), worst: read(false) }
}

function hangsOnUnforeseen({ name, variables }: Condition): boolean {
  return [name, ...variables].some(isUnknownAtPreflight)
}

function assuming(statement: Statement, holds: boolean): Statement {
  return {
    ...statement,
    conditions: statement.conditions.map(
      (condition): Condition =>
        hangsOnUnforeseen(condition) ? { ...condition, otherwise: [], holds: () => holds } : condition,
    ),
  }
}
