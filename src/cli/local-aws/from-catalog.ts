/** The accounts and roles of a catalogue as those of a local AWS: a company's own trust policies, on this machine. */
import type { Catalog, CatalogAccount, CatalogRole } from '../../catalog/catalog.ts'
import type { AccountState, LocalAwsState, RoleState } from '../../local-aws/state.ts'

/**
 * What the state has itself takes precedence. Left out are roles whose trust policy is unknown, or not one that IAM
 * accepts; `note` is told how many. Permission policies are no part of a catalogue: these roles may do nothing.
 */
export function withCatalog(state: LocalAwsState, catalog: Catalog, note: (line: string) => void): LocalAwsState {
  const [accounts, roles] = [new Set(state.accounts.map(({ id }) => id)), new Set(state.roles.map(({ arn }) => arn))]
  const found = [...catalog.roles.values()].filter(({ arn }) => !roles.has(arn))
  const usable = found.filter(({ arn }) => catalog.trustPolicyOf(arn) !== undefined)
  if (usable.length < found.length)
    note(`${found.length - usable.length} roles of the catalogue have no trust policy that can be read here`)
  return {
    ...state,
    accounts: [
      ...state.accounts,
      ...[...catalog.accounts.values()].filter(({ id }) => !accounts.has(id)).map(accountState),
    ],
    roles: [...state.roles, ...usable.map(roleState)],
  }
}

const STATUSES = new Set(['ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'])

function accountState({ id, name, email, status, ou, tags }: CatalogAccount): AccountState {
  return {
    id,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(status !== undefined && STATUSES.has(status) ? { status } : {}),
    ...(ou ? { ou } : {}),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  }
}

function roleState({ arn, trustPolicy, maxSessionSeconds, description, tags }: CatalogRole): RoleState {
  return {
    arn,
    trustPolicy,
    ...(maxSessionSeconds === undefined ? {} : { maxSessionDuration: maxSessionSeconds }),
    ...(description === undefined ? {} : { description }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  }
}
