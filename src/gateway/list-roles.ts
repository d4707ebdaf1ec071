import { type EntitledRole, entitledRoles } from '../access/entitlement.ts'
import type { Identity } from '../core/identity.ts'
import { type Gateway, providerOf } from './gateway.ts'
import { type RoleFacts, roleFacts } from './role-facts.ts'

/** A role this person may take, with what the configuration knows of it. */
export interface ListedRole extends EntitledRole, RoleFacts {}

/** The roles of this identity as the rules stand now, in the order of accounts and names. */
export const listRoles = (gateway: Gateway, identity: Identity): readonly ListedRole[] => {
  const provider = providerOf(gateway, identity.provider)
  const entitled = entitledRoles(identity, {
    access: gateway.settings.access,
    rolesFromAssertion: provider.protocol === 'saml' && provider.settings.rolesFromAssertion,
  })
  return entitled
    .map((entitlement) => ({ ...entitlement, ...roleFacts(gateway.settings, entitlement.role) }))
    .toSorted(
      (a, b) =>
        compare(a.accountName, b.accountName) ||
        compare(a.role.account, b.role.account) ||
        compare(a.role.name, b.role.name),
    )
}

const compare = (a: string, b: string): number => a.localeCompare(b, 'en')
