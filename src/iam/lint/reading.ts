/** What the rules ask of a statement and its conditions. */
import { issuerHostPath, parseArn } from '../../core/arn.ts'
import { type ContextValue, requestContext } from '../condition-keys/context.ts'
import type { Condition } from '../conditions.ts'
import { elementMatches } from '../elements.ts'
import { evaluate } from '../evaluate.ts'
import type { Policy, Statement } from '../policy.ts'
import { holder, namedProviders } from '../principals.ts'
import type { EvidenceKind } from './facts.ts'

/** The call that evidence of each kind is for. */
export const callOf = {
  saml: 'sts:AssumeRoleWithSAML',
  'web-identity': 'sts:AssumeRoleWithWebIdentity',
} as const satisfies Record<EvidenceKind, string>

/** Whether the statement is about that action. */
export const covers = ({ actions }: Statement, action: string): boolean =>
  elementMatches(actions, action.toLowerCase(), new Map())

/** A federated principal, taken apart. */
export interface NamedProvider {
  readonly statement: Statement
  readonly name: string
  readonly kind: EvidenceKind
  /** Host and path of the issuer, as they begin its condition keys; none for SAML. */
  readonly issuer: string | undefined
}

const OIDC = 'oidc-provider/'

/** Host and path of the issuer whose registration that is; undefined: it is none. */
export const issuerOf = (provider: string): string | undefined => {
  if (namedProviders.has(provider)) return provider
  const { resource = '' } = parseArn(provider) ?? {}
  return resource.startsWith(OIDC) ? issuerHostPath(resource.slice(OIDC.length)) : undefined
}

/** A key whose issuer ends in a slash is taken for the one without: which it is, nobody has confirmed (C.1). */
const bare = (name: string): string => name.replace(/\/:(?=[^:]*$)/, ':')

/** Whether the condition is on that key, given in lower case. */
export const isOn = ({ name }: Condition, key: string): boolean => bare(name) === key

/** The identity providers that a statement is about. */
export const providersOf = (statement: Statement): readonly NamedProvider[] =>
  [...statement.principal.federated].map((name) => {
    const issuer = issuerOf(name)
    return { statement, name, issuer, kind: issuer === undefined ? 'saml' : 'web-identity' }
  })

export const allowsOf = ({ statements }: Policy): readonly Statement[] =>
  statements.filter(({ effect }) => effect === 'Allow')

/** Every provider that an Allow names, as often as it lets that provider's people take the role. */
export const admittedBy = (policy: Policy): readonly NamedProvider[] =>
  allowsOf(policy)
    .flatMap(providersOf)
    .filter(({ statement, kind }) => covers(statement, callOf[kind]))

/** Whether the condition holds for these values, everything else in its statement left aside. */
export const holdsFor = (condition: Condition, statement: Statement, values: readonly ContextValue[]): boolean => {
  const alone: Statement = { ...statement, effect: 'Allow', principal: holder, conditions: [condition] }
  const action = Object.values(callOf).find((call) => covers(statement, call)) ?? callOf.saml
  const request = { principal: { anonymous: true }, action, context: requestContext(values) } as const
  return evaluate({ kind: 'trust', statements: [alone] }, request).effect === 'allow'
}

export interface OperatorParts {
  readonly set: string | undefined
  /** Without prefix and suffix. */
  readonly base: string
  readonly ifExists: boolean
  readonly negated: boolean
}

export const operatorParts = ({ operator }: Condition): OperatorParts => {
  const [, set, base = operator, ifExists] = /^(?:(\w+):)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  return { set, base, ifExists: ifExists !== undefined, negated: /Not/.test(base) }
}

const ANYTHING = /^\*+$/

/** Whether a value other than one of the named ones, and no value at all, keep the request out. */
export const pins = (condition: Condition): boolean =>
  condition.restricts && !condition.values.some((value) => ANYTHING.test(value))

/** A Deny of everything but: the other way to ask for a value. */
const deniesOtherwise = (policy: Policy, provider: NamedProvider, key: string): boolean =>
  policy.statements.some(({ effect, principal, conditions, actions }) => {
    const [condition, ...others] = conditions
    if (effect !== 'Deny' || !condition || others.length > 0 || !isOn(condition, key)) return false
    const isAbout = principal.anyone || principal.federated.has(provider.name)
    const { negated, ifExists, set } = operatorParts(condition)
    const isWhole = negated && !ifExists && set === undefined && !condition.values.some((value) => ANYTHING.test(value))
    return isAbout && isWhole && elementMatches(actions, callOf[provider.kind].toLowerCase(), new Map())
  })

/** Whether the policy lets that provider's people in with certain values of that key only. */
export const isPinned = (policy: Policy, provider: NamedProvider, key: string): boolean => {
  const name = key.toLowerCase()
  return (
    provider.statement.conditions.some((condition) => isOn(condition, name) && pins(condition)) ||
    deniesOtherwise(policy, provider, name)
  )
}
