import { type EntitledRole, grantedRoles } from '../../access/entitlement.ts'
import { type MatchedRoleSettings, roleSettingsOf } from '../../access/role-settings.ts'
import type { Identity } from '../../core/identity.ts'
import { GatewayError } from '../errors.ts'
import { type Gateway, providerOf } from '../gateway.ts'

/** A role this person may take, with what the configuration knows of it. */
export interface ListedRole extends EntitledRole, MatchedRoleSettings {}

const entitled = (gateway: Gateway, identity: Identity): readonly EntitledRole[] =>
  grantedRoles(providerOf(gateway, identity.provider).settings, identity, gateway.settings.access)

/** One spread, as a second one makes an object that is slow to make and to read. */
const withFacts = ({ settings }: Gateway, { role, grantedBy, providerArn }: EntitledRole): ListedRole => {
  const listed: ListedRole = { ...roleSettingsOf(settings, role), role, grantedBy }
  return providerArn === undefined ? listed : { ...listed, providerArn }
}

/** The place of each name among them: hundreds of roles have few names, and comparing names is dear. */
const places = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...new Set(names)].toSorted(compare).map((name, place) => [name, place]))

/** By account, and within one by name. */
const inOrder = (roles: readonly ListedRole[]): readonly ListedRole[] => {
  const accountOf = ({ accountName, role }: ListedRole): string => `${accountName} ${role.account}`
  const accounts = places(roles.map(accountOf))
  const names = places(roles.map(({ role }) => role.name))
  const placed = roles.map((listed) => {
    const [account = 0, name = 0] = [accounts.get(accountOf(listed)), names.get(listed.role.name)]
    return { listed, place: account * names.size + name }
  })
  return placed.toSorted((a, b) => a.place - b.place).map(({ listed }) => listed)
}

/** The roles of this identity as the rules stand now, in the order of accounts and names. */
export const listRoles = (gateway: Gateway, identity: Identity): readonly ListedRole[] =>
  inOrder(entitled(gateway, identity).map((entitlement) => withFacts(gateway, entitlement)))

/** The role of that ARN, if this identity may take it now. Throws GatewayError `role.not_granted`. */
export const grantedRole = (gateway: Gateway, identity: Identity, arn: string): ListedRole => {
  const granted = entitled(gateway, identity).find(({ role }) => role.arn === arn)
  if (granted) return withFacts(gateway, granted)
  throw new GatewayError('role.not_granted', { found: arn.slice(0, 300), source: 'role' })
}

/** Made once: `localeCompare` makes one for every two names that it compares. */
const { compare } = new Intl.Collator('en')
