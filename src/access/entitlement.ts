/**
 * Who may do what: turns an identity and the configured rules into roles, each with the reason it was granted. Pure;
 * does not predict AWS's answer. Start at grantedRoles.
 */

import { absenceOf, type Catalog, type CatalogRole } from '../catalog/catalog.ts'
import type { AccessCondition, AccessRule, ProviderConfig, RoleSelector, ValueMatch } from '../config/types.ts'
import { parseRoleArn, type RoleArn } from '../core/arn.ts'
import type { Identity } from '../core/identity.ts'
import { rolePairs } from './role-attribute.ts'
import { rolesTaggedWith, selectedBecause, selectedRoles } from './selected-roles.ts'
import { valuesInRule } from './sign-in-values.ts'

export interface EntitledRole {
  readonly role: RoleArn
  /** The SAML provider in IAM, if the identity provider named it with the role. */
  readonly providerArn?: string
  /** What granted it, as text: `groups = aws-dev (rule at line 40)`. */
  readonly grantedBy: string
}

/**
 * The inputs of the rules. `rolesFromAssertion` is set only if the configuration trusts this provider's own Role
 * attribute.
 */
export interface Entitlement {
  readonly access: readonly AccessRule[]
  readonly rolesFromAssertion: boolean
  /** What rules over tags and paths look at; absent: they grant nothing. */
  readonly catalog?: Catalog | undefined
}

const PLACEHOLDER = /\{(\w+)\}/g

/** What a condition matched: the value, and the text of each named group. */
interface Match {
  readonly value: string
  readonly groups: Readonly<Record<string, string>>
}

/** Patterns come from the operator and values from the provider: matching takes time proportional to both lengths. */
const LONGEST_FOR_PATTERNS = 1024

/**
 * The combinations of two attributes with hundreds of values each multiply: a provider must not be able to overload the
 * gateway.
 */
const MOST_COMBINATIONS = 10_000

/** Whether every condition of the rule holds for this identity. For access rules and operator rules. */
export function matchesRule(rule: Pick<AccessRule, 'when'>, identity: Identity): boolean {
  return (
    isVouchedFor(rule, identity) && rule.when.conditions.every((condition) => matchesOf(condition, identity).length > 0)
  )
}

/** How a rule applies to an identity: for those who write rules. */
export interface RuleOutcome {
  /** The rule's line in the configuration file. */
  readonly line: number
  readonly matches: boolean
  readonly conditions: readonly {
    /** As written: `groups = aws-dev, /aws-.+/`. */
    readonly wanted: string
    /** The identity's own values of that attribute. */
    readonly values: readonly string[]
    readonly isMet: boolean
  }[]
}

/** Which of the rules match, and which conditions of the others are not met. In the order of the rules. */
export function ruleOutcomes(
  rules: readonly Pick<AccessRule, 'when' | 'line'>[],
  identity: Identity,
): readonly RuleOutcome[] {
  return rules.map((rule) => {
    const { provider, idp, conditions } = rule.when
    const vouchers = [
      { name: 'provider', anyOf: provider, value: identity.provider },
      { name: 'idp', anyOf: idp, value: identity.issuer },
    ].flatMap(({ name, anyOf, value }) =>
      anyOf ? [{ wanted: `${name} = ${anyOf.join(', ')}`, values: [value], isMet: anyOf.includes(value) }] : [],
    )
    return {
      line: rule.line,
      matches: matchesRule(rule, identity),
      conditions: [
        ...vouchers,
        ...conditions.map((condition) => ({
          wanted: `${condition.attribute} = ${condition.anyOf.map(written).join(', ')}`,
          values: valuesInRule(identity, condition.attribute),
          isMet: matchesOf(condition, identity).length > 0,
        })),
      ],
    }
  })
}

function written(wanted: ValueMatch): string {
  return wanted.kind === 'text' ? wanted.value : `/${wanted.pattern.source}/`
}

/** Whether the user's provider and identity provider are among those that the rule names, if it names any. */
function isVouchedFor({ when: { provider, idp } }: Pick<AccessRule, 'when'>, identity: Identity): boolean {
  return (provider?.includes(identity.provider) ?? true) && (idp?.includes(identity.issuer) ?? true)
}

/** The distinct ways in which the attribute's values match. Values with the same groups count once. */
function matchesOf(condition: AccessCondition, identity: Identity): readonly Match[] {
  const values = valuesInRule(identity, condition.attribute)
  const matches = values.flatMap((value) => condition.anyOf.flatMap((wanted) => matchOf(value, wanted) ?? []))
  return [...new Map(matches.toReversed().map((match) => [JSON.stringify(match.groups), match])).values()].toReversed()
}

function matchOf(value: string, wanted: ValueMatch): Match | undefined {
  if (wanted.kind === 'text') return value === wanted.value ? { value, groups: {} } : undefined
  if (value.length > LONGEST_FOR_PATTERNS) return undefined
  const groups = wanted.pattern.match(value)
  return groups && { value, groups }
}

/** Every role this identity may assume, each once, in the order in which rules grant them. */
export function entitledRoles(
  identity: Identity,
  { access, rolesFromAssertion, catalog }: Entitlement,
): readonly EntitledRole[] {
  const grants = [
    ...access.flatMap((rule) => grantsOf(rule, identity, catalog)),
    ...(rolesFromAssertion ? grantsOfAssertion(identity) : []),
  ]
  return [...new Map(grants.toReversed().map((grant) => [grant.role.arn, grant])).values()].toReversed()
}

function grantsOf(rule: AccessRule, identity: Identity, catalog: Catalog | undefined): readonly EntitledRole[] {
  if (!isVouchedFor(rule, identity)) return []
  const choices = rule.when.conditions.map((condition) => matchesOf(condition, identity))
  const all = combinations(choices)
  const named = all.flatMap((matches) =>
    rule.roles.flatMap((template) => {
      const role = fillIn(template, matches)
      return role ? [{ role, grantedBy: `${whoIs(rule, identity, matches)} (rule at line ${rule.line})` }] : []
    }),
  )
  const [matches] = all
  if (!catalog || !matches || rule.selectors === undefined) return named
  const who = whoIs(rule, identity, matches)
  return [...named, ...rule.selectors.flatMap((selector) => selectedGrants({ rule, selector, who }, identity, catalog))]
}

/** The roles of the catalogue that the selector grants: all that it selects, or those whose tag names the user. */
function selectedGrants(
  { rule, selector, who }: { readonly rule: AccessRule; readonly selector: RoleSelector; readonly who: string },
  identity: Identity,
  catalog: Catalog,
): readonly EntitledRole[] {
  const granted = (roles: readonly CatalogRole[], because: string): readonly EntitledRole[] =>
    roles.map((role) => ({
      role,
      grantedBy: `${because} (${selectedBecause(selector, role)}, rule at line ${rule.line})`,
    }))
  const { grantTag } = selector
  if (!grantTag) return granted(selectedRoles(catalog, selector), who)
  return valuesInRule(identity, grantTag.attribute).flatMap((value) =>
    granted(rolesTaggedWith(catalog, selector, value), `${grantTag.attribute} = ${value}`),
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

/** `{name}` is replaced by what the group of that name matched; a group that matched nothing grants nothing. */
function fillIn(template: string, matches: readonly Match[]): RoleArn | undefined {
  let isComplete = true
  const arn = template.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = matches.findLast(({ groups }) => Object.hasOwn(groups, name))?.groups[name]
    isComplete &&= value !== undefined
    return value ?? ''
  })
  return isComplete ? parseRoleArn(arn) : undefined
}

/** Which values met the rule: the first part of what completes "granted because". */
function whoIs(rule: AccessRule, identity: Identity, matches: readonly Match[]): string {
  const values = rule.when.conditions.map((condition, n) => `${condition.attribute} = ${matches[n]?.value}`)
  const { idp, provider } = rule.when
  const signIn = idp ? `idp = ${identity.issuer}` : provider ? `provider = ${identity.provider}` : 'any sign-in'
  return values.length === 0 ? signIn : values.join(', ')
}

/** The roles of the identity provider's own Role attribute, if `rolesFromAssertion` is set. */
function grantsOfAssertion(identity: Identity): readonly EntitledRole[] {
  return rolePairs(identity.attributes).map(({ role }) => ({
    role,
    grantedBy: `${identity.provider} sent it in the Role attribute`,
  }))
}

/**
 * The same if AWS is sent the provider's own assertion: the roles are exactly the pairs of its Role attribute, since
 * AWS accepts no others. Rules for this provider only narrow them.
 */
export function assertedRoles(
  identity: Identity,
  access: readonly AccessRule[],
  catalog?: Catalog,
): readonly EntitledRole[] {
  const pairs = new Map(rolePairs(identity.attributes).map((pair) => [pair.role.arn, pair]))
  const isNarrowed = access.some((rule) => reaches(rule, identity))
  const granted = isNarrowed
    ? entitledRoles(identity, { access, rolesFromAssertion: false, catalog })
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
 * Every role of a user of that provider. With original evidence the provider decides, because AWS accepts no other
 * roles; otherwise the rules decide. Without the roles that, as the catalogue knows, no longer exist.
 */
export function grantedRoles(
  provider: ProviderConfig,
  identity: Identity,
  access: readonly AccessRule[],
  catalog?: Catalog,
): readonly EntitledRole[] {
  const granted = grantsFor(provider, identity, access, catalog)
  return catalog ? granted.filter(({ role }) => absenceOf(catalog, role) === undefined) : granted
}

function grantsFor(
  provider: ProviderConfig,
  identity: Identity,
  access: readonly AccessRule[],
  catalog: Catalog | undefined,
): readonly EntitledRole[] {
  if (provider.protocol !== 'saml') return entitledRoles(identity, { access, rolesFromAssertion: false, catalog })
  const { exchange, rolesFromAssertion } = provider
  return exchange.evidence === 'original'
    ? assertedRoles(identity, access, catalog)
    : entitledRoles(identity, { access, rolesFromAssertion, catalog })
}
