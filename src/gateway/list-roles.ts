import { type EntitledRole, grantedRoles } from '../access/entitlement.ts'
import type { Identity } from '../core/identity.ts'
import { GatewayError } from './errors.ts'
import { type Gateway, providerOf } from './gateway.ts'
import { type RoleFacts, roleFacts } from './role-facts.ts'

/** A role this person may take, with what the configuration knows of it. */
export interface ListedRole extends EntitledRole, RoleFacts {}

const entitled = (gateway: Gateway, identity: Identity): readonly EntitledRole[] =>
  grantedRoles(providerOf(gateway, identity.provider).settings, identity, gateway.settings.access)

/** The roles of this identity as the rules stand now, in the order of accounts and names. */
export const listRoles = (gateway: Gateway, identity: Identity): readonly ListedRole[] =>
  entitled(gateway, identity)
    .map((entitlement) => ({ ...entitlement, ...roleFacts(gateway.settings, entitlement.role) }))
    .toSorted(
      (a, b) =>
        compare(a.accountName, b.accountName) ||
        compare(a.role.account, b.role.account) ||
        compare(a.role.name, b.role.name),
    )

/** The role of that ARN, if this identity may take it now. Throws GatewayError `role.not_granted`. */
export const grantedRole = (gateway: Gateway, identity: Identity, arn: string): ListedRole => {
  const granted = entitled(gateway, identity).find(({ role }) => role.arn === arn)
  if (granted) return { ...granted, ...roleFacts(gateway.settings, granted.role) }
  throw new GatewayError('role.not_granted', { found: arn.slice(0, 300), source: 'role' })
}

/** Made once: `localeCompare` makes one for every two names that it compares. */
const { compare } = new Intl.Collator('en')
