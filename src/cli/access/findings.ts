/** Where rules and trust policies do not fit together, each with the patch. Pure. */

import {
  canReach,
  evidenceInUse,
  type GatewayIdentifiers,
  iamProviderOf,
  isGranted,
  isMeant,
  principalOf,
  reaches,
  roleTrust,
} from '../../access/role-trust.ts'
import { conditionsOfRule } from '../../access/rule-keys.ts'
import { selectedRoles } from '../../access/selected-roles.ts'
import { absenceOf } from '../../catalog/catalog.ts'
import type { AccessRule, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import type { KeyCondition, TrustStatement } from '../../iam/generate.ts'
import { covers } from '../../iam/lint/statement-queries.ts'
import { lintTrustPolicy } from '../../iam/lint.ts'
import { type Policy, parseTrustPolicy, type Statement } from '../../iam/policy.ts'
import { type Known, rolesLike } from './grants.ts'
import { patchOf } from './patch.ts'
import type { Finding } from './report.ts'

export interface KnownPolicies extends Known {
  readonly names: GatewayIdentifiers
  /** The trust policy of a role as JSON; undefined: unknown. */
  readonly policyOf: (role: RoleArn) => string | undefined
  /** Roles whose policies are known, besides those of the catalogue. */
  readonly furtherRoles: readonly RoleArn[]
}

/** By which the policy refuses what the rules grant; other errors let too many in. */
const REFUSES: ReadonlySet<string> = new Set([
  'trust.provider_missing',
  'trust.audience_mismatch',
  'trust.action_mismatch',
  'trust.no_tag_session',
  'trust.no_set_source_identity',
])

export function findingsOf(known: KnownPolicies): readonly Finding[] {
  const roles = new Map(
    [...known.furtherRoles, ...(known.catalog?.roles.values() ?? [])].map((role) => [role.arn, role]),
  )
  return [
    ...known.config.access.flatMap((rule) => findingsOfRule(known, rule)),
    ...[...roles.values()].flatMap((role) => findingsOfRole(known, role)),
  ]
}

function findingsOfRule({ catalog }: KnownPolicies, rule: AccessRule): readonly Finding[] {
  if (!catalog) return []
  const nothing = (what: string): Finding => ({
    code: 'access.rule_matches_nothing',
    subject: `rule at line ${rule.line}`,
    sentence: `No role that exists matches ${what}.`,
  })
  return [
    ...rule.roles.filter((template) => !meansRole(template, rule, catalog)).map(nothing),
    ...(rule.selectors ?? [])
      .filter((selector) => selectedRoles(catalog, selector).length === 0)
      .map(({ shown }) => nothing(shown)),
  ]
}

/** An account that is not exported completely may have the role. */
function meansRole(template: string, rule: AccessRule, catalog: NonNullable<Known['catalog']>): boolean {
  const role = parseRoleArn(template)
  if (role) return absenceOf(catalog, role) === undefined
  return (
    catalog.completeAccounts.size === 0 || rolesLike({ ...rule, roles: [template], selectors: [] }, catalog).length > 0
  )
}

function findingsOfRole(known: KnownPolicies, role: RoleArn): readonly Finding[] {
  const { config, catalog, policyOf } = known
  const text = policyOf(role)
  const policy = text === undefined ? undefined : readable(text)
  if (text === undefined || !policy || (catalog && absenceOf(catalog, role))) return []
  const settings = { ...config, known: catalog }
  const granted = config.providers.filter((provider) => isGranted(provider, settings, role))
  const findings = granted.flatMap((provider) => findingsOfGrant(known, role, provider, policy))
  const strangers = config.providers.filter(
    (provider) => !canReach(provider, settings, role) && admits(policy, principalIn(known, provider, role)),
  )
  const isShared = (one: ProviderConfig): boolean =>
    granted.some((other) => principalIn(known, other, role) === principalIn(known, one, role))
  const unreachable = strangers.filter((provider) => !isShared(provider))
  const all = [
    ...findings,
    ...unreachable.slice(0, granted.length === 0 ? 1 : undefined).map(
      (provider): Finding => ({
        code: granted.length === 0 ? 'access.role_unreachable' : 'access.role_wider',
        subject: role.arn,
        sentence:
          granted.length === 0
            ? `The trust policy of ${role.arn} admits users of ${unreachable.map(({ id }) => id).join(', ')}, and no rule grants the role: nobody can take it.`
            : `The trust policy of ${role.arn} admits users of ${provider.id} who are not granted the role by any rule.`,
      }),
    ),
  ]
  if (all.length === 0) return []
  const patch = patchOf(role, text, {
    ours: config.providers.flatMap((provider) => principalIn(known, provider, role) ?? []),
    statements: granted.flatMap((provider) => roleTrust(settings, known.names, provider, role).statements),
  })
  return all.map((finding) => ({ ...finding, ...(patch ? { patch } : {}) }))
}

function readable(text: string): Policy | undefined {
  try {
    return parseTrustPolicy(text)
  } catch {
    return undefined
  }
}

function principalIn({ config }: KnownPolicies, provider: ProviderConfig, role: RoleArn): string | undefined {
  const iamProvider = iamProviderOf(provider, config)
  return iamProvider && principalOf(iamProvider, role)
}

function admits(policy: Policy, principal: string | undefined): boolean {
  return principal !== undefined && policy.statements.some((statement) => isFor(statement, principal))
}

function isFor({ effect, principal }: Statement, provider: string): boolean {
  return effect === 'Allow' && principal.federated.has(provider)
}

function findingsOfGrant(
  known: KnownPolicies,
  role: RoleArn,
  provider: ProviderConfig,
  policy: Policy,
): readonly Finding[] {
  const { config, names, catalog } = known
  const evidence = evidenceInUse({ ...config, known: catalog }, names, provider, role)
  const linted = lintTrustPolicy(policy, { evidence })
    .filter(({ severity, code }) => severity === 'error' || REFUSES.has(code))
    .map(
      ({ code, sentence, path }): Finding => ({
        code: REFUSES.has(code) ? 'access.role_refused' : 'access.role_wider',
        subject: role.arn,
        sentence: `${role.arn}, ${path === '' ? 'trust policy' : path}: ${sentence}`,
      }),
    )
  return [
    ...linted,
    ...refusedByConditions(known, role, provider, policy),
    ...widerThanRules(known, role, provider, policy),
  ]
}

function actionOf({ exchange }: ProviderConfig): string {
  return exchange.via === 'saml' ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRoleWithWebIdentity'
}

/** Users that the rules grant the role and every statement excludes, as it requires another value of a condition key. */
function refusedByConditions(
  { config, names, catalog }: KnownPolicies,
  role: RoleArn,
  provider: ProviderConfig,
  policy: Policy,
): readonly Finding[] {
  const needed = roleTrust({ ...config, known: catalog }, names, provider, role).statements.filter(({ Action }) =>
    [Action].flat().includes(actionOf(provider)),
  )
  return needed.flatMap((wanted) => {
    const candidates = policy.statements.filter(
      (one) => isFor(one, wanted.Principal.Federated) && covers(one, actionOf(provider)),
    )
    const misses = candidates.map((one) => missOf(one, wanted))
    const [miss] = misses
    return miss === undefined || misses.includes(undefined)
      ? []
      : [{ code: 'access.role_refused', subject: role.arn, sentence: `${role.arn}, ${miss}` }]
  })
}

/** The condition of the statement that no user of the wanted one meets; undefined: as far as is known, they do. */
function missOf({ conditions }: Statement, { Condition }: TrustStatement): string | undefined {
  const seen = new Map(
    Object.values(Condition)
      .flatMap((keys) => Object.entries(keys))
      .map(([key, values]) => [key.toLowerCase(), [values].flat()]),
  )
  const missed = conditions.find(({ base, name, values }) => {
    const actual = seen.get(name)
    return actual !== undefined && base === 'StringEquals' && !values.some((value) => actual.includes(value))
  })
  return (
    missed &&
    `${missed.path}: it requires ${missed.key} = ${missed.wanted}, and the rules mean ${seen.get(missed.name)?.join(' or ')}.`
  )
}

/** A statement without the conditions that every rule for the role has, and that AWS could check. */
function widerThanRules(
  known: KnownPolicies,
  role: RoleArn,
  provider: ProviderConfig,
  policy: Policy,
): readonly Finding[] {
  const { config, catalog } = known
  const alternatives = config.access
    .filter((rule) => reaches(rule, provider) && isMeant(rule, role, { known: catalog }))
    .map((rule) => conditionsOfRule(rule, provider, config).seen)
  const principal = principalIn(known, provider, role)
  if (principal === undefined || alternatives.some((conditions) => conditions.length === 0)) return []
  return policy.statements
    .filter((statement) => isFor(statement, principal) && covers(statement, actionOf(provider)))
    .filter((statement) => !alternatives.some((conditions) => conditions.every((one) => requires(statement, one))))
    .map(({ name }) => ({
      code: 'access.role_wider',
      subject: role.arn,
      sentence: `${name} of ${role.arn} admits more users than the rules: it does not require ${shownConditions(alternatives)}.`,
    }))
}

function requires({ conditions }: Statement, { key, values }: KeyCondition): boolean {
  return conditions.some(
    (condition) =>
      condition.name === key.toLowerCase() &&
      !condition.ifExists &&
      /^(ForAnyValue:)?String(Equals|Like)$/.test(condition.operator) &&
      condition.values.every((value) => values.includes(value)),
  )
}

function shownConditions(alternatives: readonly (readonly KeyCondition[])[]): string {
  const shown = alternatives.map((conditions) =>
    conditions.map(({ key, values }) => `${key} = ${values.join(' or ')}`).join(' and '),
  )
  return [...new Set(shown)].join(', or ')
}
