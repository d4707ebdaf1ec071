/** What the rules need to know about a statement and its conditions. */
import { issuerHostPath, parseArn } from '../../core/arn.ts'
import { type ContextValue, requestContext } from '../condition-keys/context.ts'
import type { Condition } from '../conditions.ts'
import { elementMatches } from '../elements.ts'
import { evaluate } from '../evaluate.ts'
import type { Policy, Statement } from '../policy.ts'
import { anyPrincipal, namedProviders } from '../principals.ts'
import type { EvidenceKind } from './facts.ts'

/** The call that evidence of each kind is for. */
export const callOf = {
  saml: 'sts:AssumeRoleWithSAML',
  'web-identity': 'sts:AssumeRoleWithWebIdentity',
} as const satisfies Record<EvidenceKind, string>

/** A federated principal, parsed. */
export interface NamedProvider {
  readonly statement: Statement
  readonly name: string
  readonly kind: EvidenceKind
  /** Host and path of the issuer, the prefix of its condition keys; absent for SAML. */
  readonly issuer: string | undefined
}

const OIDC = 'oidc-provider/'

export interface OperatorParts {
  readonly set: string | undefined
  /** Without prefix and suffix. */
  readonly base: string
  readonly ifExists: boolean
  readonly negated: boolean
}

const ANYTHING = /^\*+$/

/** Whether the statement covers that action. */
export function covers({ actions }: Statement, action: string): boolean {
  return elementMatches(actions, action.toLowerCase(), new Map())
}

/** Host and path of the issuer registered by that ARN; undefined: it is not an OpenID provider. */
export function issuerOf(provider: string): string | undefined {
  if (namedProviders.has(provider)) return provider
  const { resource = '' } = parseArn(provider) ?? {}
  return resource.startsWith(OIDC) ? issuerHostPath(resource.slice(OIDC.length)) : undefined
}

/** Whether the condition is on that key, given in lower case. */
export function isOn({ name }: Condition, key: string): boolean {
  return bare(name) === key
}

/** A key whose issuer ends in a slash is treated as the one without: which one AWS uses is not confirmed (C.1). */
function bare(name: string): string {
  return name.replace(/\/:(?=[^:]*$)/, ':')
}

/** The identity providers that a statement is about. */
export function providersOf(statement: Statement): readonly NamedProvider[] {
  return [...statement.principal.federated].map((name) => {
    const issuer = issuerOf(name)
    return { statement, name, issuer, kind: issuer === undefined ? 'saml' : 'web-identity' }
  })
}

export function allowsOf({ statements }: Policy): readonly Statement[] {
  return statements.filter(({ effect }) => effect === 'Allow')
}

/** Every provider that an Allow names, once for each statement that lets its users assume the role. */
export function admittedProviders(policy: Policy): readonly NamedProvider[] {
  return allowsOf(policy)
    .flatMap(providersOf)
    .filter(({ statement, kind }) => covers(statement, callOf[kind]))
}

/** Whether the condition holds for these values, ignoring the rest of its statement. */
export function conditionHolds(condition: Condition, statement: Statement, values: readonly ContextValue[]): boolean {
  const alone: Statement = { ...statement, effect: 'Allow', principal: anyPrincipal, conditions: [condition] }
  const action = Object.values(callOf).find((call) => covers(statement, call)) ?? callOf.saml
  const request = { principal: { anonymous: true }, action, context: requestContext(values) } as const
  return evaluate({ kind: 'trust', statements: [alone] }, request).effect === 'allow'
}

export function operatorParts({ operator }: Condition): OperatorParts {
  const [, set, base = operator, ifExists] = /^(?:(\w+):)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  return { set, base, ifExists: ifExists !== undefined, negated: /Not/.test(base) }
}

/** Whether the condition excludes any value other than the named ones, and an absent value. */
export function excludesOtherValues(condition: Condition): boolean {
  return condition.restricts && !condition.values.some((value) => ANYTHING.test(value))
}

/** Whether the policy admits that provider's users only with certain values of that key. */
export function requiresNamedValues(policy: Policy, provider: NamedProvider, key: string): boolean {
  const name = key.toLowerCase()
  return (
    provider.statement.conditions.some((condition) => isOn(condition, name) && excludesOtherValues(condition)) ||
    deniesOtherwise(policy, provider, name)
  )
}

/** A Deny of everything except some values: the other way to require one. */
function deniesOtherwise(policy: Policy, provider: NamedProvider, key: string): boolean {
  return policy.statements.some(({ effect, principal, conditions, actions }) => {
    const [condition, ...others] = conditions
    if (effect !== 'Deny' || !condition || others.length > 0 || !isOn(condition, key)) return false
    const isAbout = principal.anyone || principal.federated.has(provider.name)
    const { negated, ifExists, set } = operatorParts(condition)
    const isWhole = negated && !ifExists && set === undefined && !condition.values.some((value) => ANYTHING.test(value))
    return isAbout && isWhole && elementMatches(actions, callOf[provider.kind].toLowerCase(), new Map())
  })
}
