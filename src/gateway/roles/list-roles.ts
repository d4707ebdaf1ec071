import { type EntitledRole, grantedRoles } from '../../access/entitlement.ts'
import { type MatchedRoleSettings, roleSettingsOf } from '../../access/role-settings.ts'
import type { CatalogSource } from '../../catalog/source.ts'
import type { RoleArn } from '../../core/arn.ts'
import type { Identity } from '../../core/identity.ts'
import { GatewayError } from '../errors.ts'
import { type GatewaySettings, type Providers, providerOf } from '../gateway.ts'
import type { Provider } from '../providers.ts'

/** A role that the user may assume, with its settings. */
export interface ListedRole extends RoleArn, MatchedRoleSettings, Omit<EntitledRole, 'role'> {}

/** The inputs of the entitlement. */
export interface EntitlementPorts extends Providers<Pick<Provider, 'settings'>> {
  readonly settings: Pick<GatewaySettings, 'access' | 'accounts' | 'roles' | 'sts'>
  readonly catalog?: Pick<CatalogSource, 'current'>
}

/** Created once: `localeCompare` creates one for every comparison. */
const { compare } = new Intl.Collator('en')

/** The roles of this identity by the current rules, in the order of accounts and names. */
export function listRoles(gateway: EntitlementPorts, identity: Identity): readonly ListedRole[] {
  return inOrder(entitled(gateway, identity).map((entitlement) => withFacts(gateway, entitlement)))
}

/** By account, and within one by name. */
function inOrder(roles: readonly ListedRole[]): readonly ListedRole[] {
  const accountOf = ({ accountName, account }: ListedRole): string => `${accountName} ${account}`
  const accounts = places(roles.map(accountOf))
  const names = places(roles.map(({ name }) => name))
  const placed = roles.map((listed) => {
    const [account = 0, name = 0] = [accounts.get(accountOf(listed)), names.get(listed.name)]
    return { listed, place: account * names.size + name }
  })
  return placed.toSorted((a, b) => a.place - b.place).map(({ listed }) => listed)
}

/** The rank of each name: hundreds of roles have few distinct names, and comparing names is slow. */
function places(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...new Set(names)].toSorted(compare).map((name, place) => [name, place]))
}

function entitled(gateway: EntitlementPorts, identity: Identity): readonly EntitledRole[] {
  const { settings } = providerOf(gateway, identity.provider)
  return grantedRoles(settings, identity, gateway.settings.access, gateway.catalog?.current())
}

/** Field by field: a spread of so many makes an object that is slow to create and to read (bench: server, picker). */
function withFacts(
  { settings, catalog }: Pick<EntitlementPorts, 'settings' | 'catalog'>,
  { role, grantedBy, providerArn }: EntitledRole,
): ListedRole {
  const { arn, partition, account, name, path } = role
  const special = roleSettingsOf(settings, role, catalog?.current())
  const listed: ListedRole = {
    accountName: special.accountName,
    accountColor: special.accountColor,
    environment: special.environment,
    unit: special.unit,
    tags: special.tags,
    alias: special.alias,
    description: special.description,
    maxSessionSeconds: special.maxSessionSeconds,
    maxAuthAgeSeconds: special.maxAuthAgeSeconds,
    authnContext: special.authnContext,
    isSensitive: special.isSensitive,
    region: special.region,
    sessionPolicyArns: special.sessionPolicyArns,
    sessionPolicy: special.sessionPolicy,
    trustPolicy: special.trustPolicy,
    arn,
    partition,
    account,
    name,
    path,
    grantedBy,
  }
  return providerArn === undefined ? listed : { ...listed, providerArn }
}

/** The roles among these ARNs that this identity may assume now, in the order of the ARNs. */
export function grantedByArn(
  gateway: EntitlementPorts,
  identity: Identity,
  arns: readonly string[],
): ReadonlyMap<string, ListedRole> {
  const granted = new Map(entitled(gateway, identity).map((one) => [one.role.arn, one]))
  return new Map(
    arns.flatMap((arn) => {
      const one = granted.get(arn)
      return one ? [[arn, withFacts(gateway, one)] as const] : []
    }),
  )
}

/** The role of that ARN, if this identity may assume it now. Throws GatewayError `role.not_granted`. */
export function grantedRole(gateway: EntitlementPorts, identity: Identity, arn: string): ListedRole {
  return grantedIn(grantedByArn(gateway, identity, [arn]), arn)
}

/** The roles with that ARN or alias; an alias can name a role in each of several accounts. */
export function rolesNamed(gateway: EntitlementPorts, identity: Identity, name: string): readonly ListedRole[] {
  return listRoles(gateway, identity).filter(({ arn, alias }) => arn === name || alias === name)
}

/** The roles of these ARNs. Throws GatewayError `role.not_granted` for the first that is not granted. */
export function allGranted(
  gateway: EntitlementPorts,
  identity: Identity,
  arns: readonly string[],
): readonly ListedRole[] {
  const granted = grantedByArn(gateway, identity, arns)
  return arns.map((arn) => grantedIn(granted, arn))
}

/** Throws GatewayError `role.not_granted`. */
export function grantedIn(granted: ReadonlyMap<string, ListedRole>, arn: string): ListedRole {
  const role = granted.get(arn)
  if (role) return role
  throw new GatewayError('role.not_granted', { found: arn.slice(0, 300), source: 'role' })
}
