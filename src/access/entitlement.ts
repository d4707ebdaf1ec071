/**
 * Who may do what: from an identity and the configured rules to roles, each with the reason it was granted. Pure;
 * knows nothing of AWS's answer. Start at grantedRoles.
 */

import type { AccessCondition, AccessRule, ProviderConfig, ValueMatch } from '../config/types.ts'
import { parseRoleArn, type RoleArn } from '../core/arn.ts'
import type { Identity } from '../core/identity.ts'
import { valuesOf } from './attribute-names.ts'
import { rolePairs } from './role-attribute.ts'

export interface EntitledRole {
  readonly role: RoleArn
  /** The SAML provider in IAM, where the identity provider itself named it beside the role. */
  readonly providerArn?: string
  /** What granted it, for people: `groups = aws-dev (rule at line 40)`. */
  readonly grantedBy: string
}

/** What is asked of the rules: `rolesFromAssertion` only where the configuration believes this provider's own word. */
export interface Entitlement {
  readonly access: readonly AccessRule[]
  readonly rolesFromAssertion: boolean
}

/** What a condition matched: the value, and what its named groups hold. */
interface Match {
  readonly value: string
  readonly groups: Readonly<Record<string, string>>
}

/** Patterns are the operator's and values the provider's: matching takes time of one times the other. */
const LONGEST_FOR_PATTERNS = 1024

/** How rules, like templates, call what names the user, whichever attribute or NameID that is. */
export const SUBJECT = 'subject'

/** Two attributes with hundreds of values each multiply: what a provider sends must not keep the gateway busy. */
const MOST_COMBINATIONS = 10_000

/** Whether all that a rule asks for holds for this identity, whatever it is a rule about. */
export function matchesRule(rule: Pick<AccessRule, 'when'>, identity: Identity): boolean {
  return (
    isVouchedFor(rule, identity) && rule.when.conditions.every((condition) => matchesOf(condition, identity).length > 0)
  )
}

/** Whether the provider and the identity provider of this user are those that the rule names, where it names any. */
function isVouchedFor({ when: { provider, idp } }: Pick<AccessRule, 'when'>, identity: Identity): boolean {
  return (provider?.includes(identity.provider) ?? true) && (idp?.includes(identity.issuer) ?? true)
}

/** The ways in which the attribute's values fit, one for each role they may name: the same groups count once. */
function matchesOf(condition: AccessCondition, { subject, attributes }: Identity): readonly Match[] {
  const values = condition.attribute === SUBJECT ? [subject] : valuesOf(attributes, condition.attribute)
  const matches = values.flatMap((value) => condition.anyOf.flatMap((wanted) => matchOf(value, wanted) ?? []))
  return [...new Map(matches.toReversed().map((match) => [JSON.stringify(match.groups), match])).values()].toReversed()
}

function matchOf(value: string, wanted: ValueMatch): Match | undefined {
  if (wanted.kind === 'text') return value === wanted.value ? { value, groups: {} } : undefined
  if (value.length > LONGEST_FOR_PATTERNS) return undefined
  const groups = wanted.pattern.match(value)
  return groups && { value, groups }
}

/** Every role this identity may take, each once, in the order in which rules grant them. */
export function entitledRoles(
  identity: Identity,
  { access, rolesFromAssertion }: Entitlement,
): readonly EntitledRole[] {
  const grants = [
    ...access.flatMap((rule) => grantsOf(rule, identity)),
    ...(rolesFromAssertion ? grantsOfAssertion(identity) : []),
  ]
  return [...new Map(grants.toReversed().map((grant) => [grant.role.arn, grant])).values()].toReversed()
}

function grantsOf(rule: AccessRule, identity: Identity): readonly EntitledRole[] {
  if (!isVouchedFor(rule, identity)) return []
  const choices = rule.when.conditions.map((condition) => matchesOf(condition, identity))
  return combinations(choices).flatMap((matches) =>
    rule.roles.flatMap((template) => {
      const role = fillIn(template, matches)
      return role ? [{ role, grantedBy: reasonFor(rule, identity, matches) }] : []
    }),
  )
}

/** One match for each condition, in every combination, up to the limit. */
function combinations(choices: readonly (readonly Match[])[]): readonly (readonly Match[])[] {
  return choices.reduce<readonly (readonly Match[])[]>(
    (sofar, matches) => {
      const room = Math.ceil(MOST_COMBINATIONS / Math.max(1, matches.length))
      return sofar.slice(0, room).flatMap((chosen) => matches.map((match) => [...chosen, match]))
    },
    [[]],
  )
}

/** `{name}` becomes what the group of that name matched; a group that matched nothing grants nothing. */
function fillIn(template: string, matches: readonly Match[]): RoleArn | undefined {
  const groups = new Map(matches.flatMap((match) => Object.entries(match.groups)))
  let isComplete = true
  const arn = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = groups.get(name)
    isComplete &&= value !== undefined
    return value ?? ''
  })
  return isComplete ? parseRoleArn(arn) : undefined
}

/** Completes "granted because". */
function reasonFor(rule: AccessRule, identity: Identity, matches: readonly Match[]): string {
  const values = rule.when.conditions.map((condition, n) => `${condition.attribute} = ${matches[n]?.value}`)
  const { idp, provider } = rule.when
  const signIn = idp ? `idp = ${identity.issuer}` : provider ? `provider = ${identity.provider}` : 'any sign-in'
  return `${values.length === 0 ? signIn : values.join(', ')} (rule at line ${rule.line})`
}

/** The roles of the identity provider's own Role attribute, where `rolesFromAssertion` is set. */
function grantsOfAssertion(identity: Identity): readonly EntitledRole[] {
  return rolePairs(identity.attributes).map(({ role }) => ({
    role,
    grantedBy: `${identity.provider} sent it in the Role attribute`,
  }))
}

/**
 * The same where AWS sees the provider's own assertion: the roles are exactly the pairs of its Role attribute, since
 * AWS accepts no others. Rules that reach this provider, if there are any, only narrow them.
 */
export function assertedRoles(identity: Identity, access: readonly AccessRule[]): readonly EntitledRole[] {
  const pairs = new Map(rolePairs(identity.attributes).map((pair) => [pair.role.arn, pair]))
  const isNarrowed = access.some((rule) => reaches(rule, identity))
  const granted = isNarrowed
    ? entitledRoles(identity, { access, rolesFromAssertion: false })
    : grantsOfAssertion(identity)
  return granted.flatMap((grant) => {
    const pair = pairs.get(grant.role.arn)
    return pair ? [{ ...grant, providerArn: pair.providerArn }] : []
  })
}

function reaches({ when }: AccessRule, { provider }: Identity): boolean {
  return when.provider?.includes(provider) ?? true
}

/**
 * Every role of a user of that provider. With the provider's own evidence its word decides, because
 * AWS asks for nothing else; otherwise the rules do.
 */
export function grantedRoles(
  provider: ProviderConfig,
  identity: Identity,
  access: readonly AccessRule[],
): readonly EntitledRole[] {
  if (provider.protocol !== 'saml') return entitledRoles(identity, { access, rolesFromAssertion: false })
  const { exchange, rolesFromAssertion } = provider
  return exchange.evidence === 'original'
    ? assertedRoles(identity, access)
    : entitledRoles(identity, { access, rolesFromAssertion })
}
