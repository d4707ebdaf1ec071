/** Selects the accounts and roles to print. */
import { canReach, rolesNamedFor } from '../../access/role-trust.ts'
import { partitionOfRegion } from '../../aws/facts/partitions.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import { nearest } from '../../core/text/suggest.ts'
import { TrustPolicyError } from '../errors.ts'
import type { PlannedConfig } from './plan.ts'

export interface RequestedRoles {
  readonly provider: string
  /** Role ARNs; with allAccounts also role names. undefined: every role that the rules name for the provider. */
  readonly role?: readonly string[]
  /** Every account of the configuration, not only those that rules name. */
  readonly allAccounts?: boolean
}

type Account = Pick<RoleArn, 'partition' | 'account'>

const TEMPLATE = /^arn:([^:]+):iam::([^:]+):role\/(.+)$/

const ROLE_NAME = /^[\w+=,.@/-]+$/

/** Throws TrustPolicyError `trust_policy.provider_unknown`. */
export function providerOf({ providers }: Config, id: string): ProviderConfig {
  const provider = providers.find((one) => one.id === id)
  if (provider) return provider
  const ids = providers.map((one) => one.id)
  throw new TrustPolicyError('trust_policy.provider_unknown', {
    sentence: `The configuration has no provider with the id ${id}.${meant(id, ids)}`,
    hint: `Choose one with --provider: ${ids.join(', ')}.`,
  })
}

function meant(word: string, candidates: readonly string[]): string {
  const suggestion = nearest(word, candidates)
  return suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
}

/** The accounts with the partition of their region; without a region, the partition of most roles. */
export function accountsOf(config: PlannedConfig, roles: readonly RoleArn[]): readonly Account[] {
  const home = roles[0]?.partition ?? partitionOfRegion(config.sts.region)?.id ?? 'aws'
  const named = [...config.accounts].map(([account, { region }]) => ({
    account,
    partition: (region === undefined ? undefined : partitionOfRegion(region)?.id) ?? home,
  }))
  const all = [...roles.map(({ account, partition }) => ({ account, partition })), ...named]
  return all.filter((one, n) => all.findIndex(({ account }) => account === one.account) === n)
}

/** How to name the roles of rules that match any role; undefined if there are no such rules. */
export function openRolesHint(
  config: PlannedConfig,
  provider: ProviderConfig,
  { role, allAccounts = false }: RequestedRoles,
): string | undefined {
  const templates = role === undefined ? templatesFor(provider, config) : []
  const open = templates.filter((template) => !(allAccounts && isOpenInAccountAlone(template)))
  if (open.length === 0) return undefined
  const others = open.some(isOpenInAccountAlone) ? ' (or use --all-accounts)' : ''
  const how = allAccounts ? '--role NAME, which means that role in every account' : '--role'
  return `These rules match any role; name roles with ${how}${others}: ${[...new Set(open)].join(', ')}.`
}

/** The role templates of rules, whose values are known only when a user signs in. */
function templatesFor(provider: ProviderConfig, config: PlannedConfig): readonly string[] {
  return config.access
    .filter(({ when }) => when.provider?.includes(provider.id) ?? true)
    .flatMap(({ roles }) => roles.filter((template) => template.includes('{')))
}

function isOpenInAccountAlone(template: string): boolean {
  return !inPlaceOf(accountGroup(template), '', template).includes('{')
}

function inPlaceOf(group: string | undefined, text: string, template: string): string {
  return group === undefined ? template : template.replaceAll(group, text)
}

/** The name of the capture group that a rule uses as the account. */
function accountGroup(template: string): string | undefined {
  return /^\{[^{}]+\}$/.exec(TEMPLATE.exec(template)?.[2] ?? '')?.[0]
}

/** The roles to print. Throws TrustPolicyError if there are none, or if a requested role is unknown. */
export function rolesFor(config: PlannedConfig, provider: ProviderConfig, wanted: RequestedRoles): readonly RoleArn[] {
  const { role: asked, allAccounts = false } = wanted
  if (asked !== undefined) return once(wantedRoles(config, provider, asked, allAccounts))
  const literal = rolesNamedFor(provider, config)
  const roles = allAccounts
    ? once([...literal, ...inEveryAccount(provider, config, accountsOf(config, literal))])
    : literal
  if (roles.length > 0) return roles
  throw noRoles(config, provider, wanted)
}

function once(roles: readonly RoleArn[]): readonly RoleArn[] {
  return [...new Map(roles.map((role) => [role.arn, role])).values()]
}

function wantedRoles(config: PlannedConfig, provider: ProviderConfig, asked: readonly string[], allAccounts: boolean) {
  const literal = rolesNamedFor(provider, config)
  return asked.flatMap((one) => {
    if (allAccounts && !one.startsWith('arn:') && ROLE_NAME.test(one))
      return namedInAccounts(config, provider, one, mustHaveAccounts(provider, accountsOf(config, literal)))
    const role = namedRole(config, provider, one)
    return allAccounts ? accountsOf(config, [role, ...literal]).flatMap((account) => inAccount(role, account)) : [role]
  })
}

/** The role of that name in each account where a rule grants it to users of the provider. */
function namedInAccounts(
  config: PlannedConfig,
  provider: ProviderConfig,
  name: string,
  accounts: readonly Account[],
): readonly RoleArn[] {
  const roles = accounts
    .flatMap(({ partition, account }) => parseRoleArn(`arn:${partition}:iam::${account}:role/${name}`) ?? [])
    .filter((role) => canReach(provider, config, role))
  if (roles.length > 0) return roles
  throw new TrustPolicyError('trust_policy.role_unknown', {
    sentence: `No access rule grants users of ${provider.id} a role ${name} in ${accounts.map(({ account }) => account).join(', ')}.`,
  })
}

function mustHaveAccounts(provider: ProviderConfig, accounts: readonly Account[]): readonly Account[] {
  if (accounts.length > 0) return accounts
  throw new TrustPolicyError('trust_policy.no_accounts', {
    sentence: `The access rules for ${provider.id} match any account, and the configuration lists no accounts.`,
  })
}

function namedRole(config: PlannedConfig, provider: ProviderConfig, arn: string): RoleArn {
  const role = parseRoleArn(arn)
  if (!role)
    throw new TrustPolicyError('trust_policy.role_invalid', {
      sentence: `${arn} is not a role ARN.`,
      hint: 'Specify one with --role, such as arn:aws:iam::111122223333:role/Developer; with --all-accounts, the name is enough.',
    })
  if (canReach(provider, config, role)) return role
  const arns = rolesNamedFor(provider, config).map((one) => one.arn)
  throw new TrustPolicyError('trust_policy.role_unknown', {
    sentence: `No access rule grants users of ${provider.id} the role ${arn}.${meant(arn, arns)}`,
  })
}

function inAccount({ path, name }: RoleArn, { partition, account }: Account): readonly RoleArn[] {
  const role = parseRoleArn(`arn:${partition}:iam::${account}:role${path}${name}`)
  return role ? [role] : []
}

/** The roles of rules in which only the account is variable, for each account. */
function inEveryAccount(
  provider: ProviderConfig,
  config: PlannedConfig,
  accounts: readonly Account[],
): readonly RoleArn[] {
  return templatesFor(provider, config).flatMap((template) =>
    accounts.flatMap(({ partition, account }) => {
      const role = parseRoleArn(inPlaceOf(accountGroup(template), account, template))
      return role && role.partition === partition ? [role] : []
    }),
  )
}

/** Why nothing can be printed: no role is named, or role names or accounts are missing. */
function noRoles(config: PlannedConfig, provider: ProviderConfig, wanted: RequestedRoles): TrustPolicyError {
  const hint = openRolesHint(config, provider, wanted)
  if (wanted.allAccounts && templatesFor(provider, config).some(isOpenInAccountAlone))
    mustHaveAccounts(provider, accountsOf(config, []))
  if (wanted.allAccounts && hint !== undefined)
    return new TrustPolicyError('trust_policy.role_open', {
      sentence: `The access rules for ${provider.id} match any role.`,
      hint,
    })
  const sentence = `No access rule names a role for users of ${provider.id}.`
  return new TrustPolicyError('trust_policy.no_role', { sentence, ...(hint === undefined ? {} : { hint }) })
}
