/** The page of a link that leads on: one role and its button, or roles to choose from. */
import type { Request } from 'express'
import type { Login } from '../../gateway/login/logins.ts'
import { type ConsoleLink, type ConsoleLinkTarget, namedServices } from '../../gateway/roles/console-link.ts'
import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import { preferencesOf } from '../../gateway/user/preferences.ts'
import { text } from '../fields.ts'
import { dayEnds, durationChoices } from '../models/duration-choices.ts'
import { signedIn, VERSION, type WebParts } from '../pages.ts'
import { matchesQuery } from '../picker/filter.ts'
import { pickedRole } from '../picker/picked-role.ts'
import { recentSignInOf, requiredContextFor } from '../picker/requirements.ts'
import { timeZoneOf } from '../time-zone.ts'
import type { GoPage, GoRole } from './model.ts'

export async function goPage(
  parts: WebParts,
  request: Request,
  login: Login,
  { roles, account }: ConsoleLinkTarget,
  link: ConsoleLink,
): Promise<GoPage> {
  const query = text(request.query.q).slice(0, 200)
  return {
    version: VERSION,
    session: signedIn(parts.gateway, request, login),
    ...link,
    account,
    query,
    total: roles.length,
    services: namedServices,
    roles: await goRoles(parts, request, login, roles.filter(isFound(query))),
  }
}

/** As in the picker: with the duration that the user chose last. */
export async function goRoles(
  { gateway }: WebParts,
  request: Request,
  login: Login,
  roles: readonly ListedRole[],
): Promise<readonly GoRole[]> {
  const { durations } = await preferencesOf(gateway, login)
  const ends = dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl))
  return roles.map((role) => {
    const recentSignIn = recentSignInOf(gateway, login, role)
    const requiredContext = requiredContextFor(gateway, login, role)
    const isSensitive = role.isSensitive || (recentSignIn ?? requiredContext) !== undefined
    const habits = { ends, remembered: durations.get(role.arn), isSensitive }
    const choice = durationChoices(role.maxSessionSeconds, habits).find(({ selected }) => selected)
    return { ...pickedRole(role), duration: choice?.label ?? '', recentSignIn, requiredContext }
  })
}

function isFound(query: string) {
  return (role: ListedRole): boolean =>
    matchesQuery(query, { id: role.account, name: role.accountName, environment: role.environment }, role)
}
