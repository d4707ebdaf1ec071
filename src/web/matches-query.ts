import type { RoleAccount, RoleChoice } from './models/roles.ts'

/**
 * Whether a role is found by a query: each of its words occurs, in any case, in the account's name or id, or in the
 * role's name, alias or ARN. The browser filters by the same rule: it looks at what the templates mark `data-find`.
 */
export const matchesQuery = (
  query: string,
  account: Pick<RoleAccount, 'id' | 'name'>,
  role: Pick<RoleChoice, 'arn' | 'name' | 'alias'>,
): boolean => {
  if (query === '') return true
  const found = [account.name, account.id, role.name, role.alias, role.arn].join(' ').toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word))
}
