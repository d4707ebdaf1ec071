import { type EntitledRole, grantedRoles } from '../../access/entitlement.ts'
import { type MatchedRoleSettings, roleSettingsOf } from '../../access/role-settings.ts'
import type { Identity } from '../../core/identity.ts'
import { GatewayError } from '../errors.ts'
import { type Gateway, providerOf } from '../gateway.ts'

/** A role this person may take, with what the configuration knows of it. */
export interface ListedRole extends EntitledRole, MatchedRoleSettings {}

/** Made once: `localeCompare` makes one for every two names that it compares. */
const { compare } = new Intl.Collator('en')

/** The roles of this identity as the rules stand now, in the order of accounts and names. */
export function listRoles(gateway: Gateway, identity: Identity): readonly ListedRole[] {
  return inOrder(entitled(gateway, identity).map((entitlement) => withFacts(gateway, entitlement)))
}

/** By account, and within one by name. */
function inOrder(roles: readonly ListedRole[]): readonly ListedRole[] {
  const accountOf = ({ accountName, role }: ListedRole): string => `${accountName} ${role.account}`
  const accounts = places(roles.map(accountOf))
  const names = places(roles.map(({ role }) => role.name))
  const placed = roles.map((listed) => {
    const [account = 0, name = 0] = [accounts.get(accountOf(listed)), names.get(listed.role.name)]
    return { listed, place: account * names.size + name }
  })
  return placed.toSorted((a, b) => a.place - b.place).map(({ listed }) => listed)
}

/** The place of each name among them: hundreds of roles have few names, and comparing names is dear. */
function places(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...new Set(names)].toSorted(compare).map((name, place) => [name, place]))
}

function entitled(gateway: Gateway, identity: Identity): readonly EntitledRole[] {
  return grantedRoles(providerOf(gateway, identity.provider).settings, identity, gateway.settings.access)
}

/** One spread, as a second one makes an object that is slow to make and to read. */
function withFacts({ settings }: Gateway, { role, grantedBy, providerArn }: EntitledRole): ListedRole {
  const listed: ListedRole = { ...roleSettingsOf(settings, role), role, grantedBy }
  return providerArn === undefined ? listed : { ...listed, providerArn }
}

/** The role of that ARN, if this identity may take it now. Throws GatewayError `role.not_granted`. */
export function grantedRole(gateway: Gateway, identity: Identity, arn: string): ListedRole {
  const granted = entitled(gateway, identity).find(({ role }) => role.arn === arn)
  if (granted) return withFacts(gateway, granted)
  throw new GatewayError('role.not_granted', { found: arn.slice(0, 300), source: 'role' })
}
