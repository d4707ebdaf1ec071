/**
 * picker owns the list of a user's roles: what is shown of each (choices.ts), how the list is narrowed (filter.ts), in
 * which order it comes and what is folded (groups.ts), the question before a sensitive role (confirm.ts), and where
 * users ask for roles that they lack (request-access.ts). It knows no AWS and no protocol.
 *
 * Here: the list itself.
 */
import type { Request } from 'express'
import type { Gateway } from '../../gateway/gateway.ts'
import type { Login } from '../../gateway/login/logins.ts'
import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import type { Preferences } from '../../gateway/user/preferences.ts'
import { choiceFor, durationsOfSeveral } from './choices.ts'
import { environmentsOf, type Filter, isFiltered, isWanted, listPath, tagKeysOf, tagNumbers } from './filter.ts'
import { arranged, MOST_FOUND_OPEN } from './groups.ts'
import type { RolesPage, RoleView } from './model.ts'

/** Each needs an exchange: picking every role of a large company is a mistake. */
export const MOST_AT_ONCE = 20

type ListPart =
  | 'filter'
  | 'view'
  | 'otherViewHref'
  | 'returnTo'
  | 'total'
  | 'shown'
  | 'accountCount'
  | 'above'
  | 'sections'
  | 'mostUnfolded'
  | 'durationsOfSeveral'
  | 'mostAtOnce'

interface Listing {
  /** All of the user's, in the order of accounts and names. */
  readonly roles: readonly ListedRole[]
  readonly preferences: Preferences
  readonly filter: Filter
  readonly view: RoleView
}

/** The roles in the picker: those that match the filter. */
export function roleList(
  gateway: Gateway,
  request: Request,
  login: Login,
  { roles, preferences, filter, view }: Listing,
): Pick<RolesPage, ListPart> {
  const found = isFiltered(filter) ? roles.filter(isWanted(filter)) : roles
  const tagKeys = tagKeysOf(roles)
  const choices = found.map(choiceFor(gateway, request, login, preferences, tagNumbers(tagKeys)))
  const units = new Map(found.map(({ account, unit }) => [account, unit]))
  const other = view === 'account' ? 'role' : 'account'
  return {
    filter: { ...filter, environments: environmentsOf(roles), tagKeys },
    view,
    otherViewHref: view === 'role' || hasShared(roles) ? listPath(filter, { by: other }) : undefined,
    returnTo: isFiltered(filter) ? listPath(filter) : undefined,
    total: roles.length,
    shown: choices.length,
    accountCount: new Set(choices.map(({ account }) => account)).size,
    ...arranged(choices, {
      ...preferences,
      view,
      isFiltered: isFiltered(filter),
      unitOf: (account) => units.get(account),
    }),
    mostUnfolded: MOST_FOUND_OPEN,
    durationsOfSeveral: durationsOfSeveral(gateway, request, found),
    mostAtOnce: MOST_AT_ONCE,
  }
}

/** Whether some role is in more than one account: otherwise there is nothing to put into one row. */
function hasShared(roles: readonly ListedRole[]): boolean {
  return new Set(roles.map(({ name }) => name)).size < roles.length
}
