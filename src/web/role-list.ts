import type { Request } from 'express'
import { foreseenRole } from '../gateway/aws-view.ts'
import { type Gateway, providerOf } from '../gateway/gateway.ts'
import type { ListedRole } from '../gateway/list-roles.ts'
import type { Login } from '../gateway/logins.ts'
import type { Preferences } from '../gateway/preferences.ts'
import { preflightRoles } from '../gateway/preflight-role.ts'
import { sessionFor } from '../gateway/session-mapping.ts'
import { dayEnds, durationChoices } from './duration-choices.ts'
import { freshSignInOf } from './fresh-sign-in.ts'
import { matchesQuery } from './matches-query.ts'
import type { PickedRole } from './models/picked.ts'
import type { DurationChoice, RoleAccount, RoleChoice, RoleEvidence, RoleGroup, RolesPage } from './models/roles.ts'
import { attributeRows } from './pages.ts'
import { timeZoneOf } from './time-zone.ts'

/** An exchange each: a pick of everything in a large company is a mistake, not a wish. */
export const MOST_AT_ONCE = 20

/** Of what was taken of late, as many as are seen at a glance. */
const RECENT_SHOWN = 5

/** The same result for the same arguments, worked out once: hundreds of roles have few accounts and few durations. */
const once = <Arguments extends readonly (string | number | boolean | undefined)[], Result>(
  make: (...given: Arguments) => Result,
): ((...given: Arguments) => Result) => {
  const made = new Map<string, Result>()
  return (...given) => {
    const key = given.join('\n')
    const result = made.get(key) ?? make(...given)
    made.set(key, result)
    return result
  }
}

/** What makes choices of roles, the same for all of a page. */
type ToChoice = (role: ListedRole) => RoleChoice

/** By what the person is used to, by their own clock, and by what AWS is to say. */
export const choiceFor = (
  gateway: Gateway,
  request: Request,
  login: Login,
  { pins, durations }: Pick<Preferences, 'pins' | 'durations'>,
): ToChoice => {
  const ends = dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl))
  const choices = once((seconds: number, remembered: string | undefined, isSensitive: boolean) =>
    durationChoices(seconds, { ends, remembered, isSensitive }),
  )
  const accountOf = once(
    (id: string, name: string, color: RoleAccount['color']): RoleAccount => ({
      id,
      ...(name === id ? {} : { name }),
      color,
    }),
  )
  const [judge, pinned] = [preflightRoles(gateway, login), new Set(pins)]
  return (listed) => {
    const { arn, name, account } = listed.role
    const freshSignIn = freshSignInOf(gateway, login, listed)
    const preflight = judge(listed)
    return {
      arn,
      name,
      alias: listed.alias,
      account: accountOf(account, listed.accountName, listed.accountColor),
      durations: choices(listed.maxSessionSeconds, durations.get(arn), freshSignIn !== undefined),
      isPinned: pinned.has(arn),
      freshSignIn,
      verdict: preflight.outcome,
      reason: preflight.outcome === 'denied' ? foreseenRole(listed, preflight).reason : undefined,
    }
  }
}

const isFoundBy =
  (query: string) =>
  ({ role: { arn, account, name }, accountName, alias }: ListedRole): boolean =>
    matchesQuery(query, { id: account, name: accountName }, { arn, name, alias })

/** Where these stand among the roles, in the order in which they are named. */
const picked = (roles: readonly RoleChoice[], arns: readonly string[]): readonly RoleChoice[] => {
  const byArn = new Map(roles.map((role) => [role.arn, role]))
  return arns.flatMap((arn) => byArn.get(arn) ?? [])
}

const byAccount = (roles: readonly RoleChoice[]): readonly RoleGroup[] => {
  const groups = new Map<RoleAccount, RoleChoice[]>()
  for (const role of roles) {
    const group = groups.get(role.account) ?? []
    groups.set(role.account, group)
    group.push(role)
  }
  return [...groups].map(([account, ofAccount]) => ({ kind: 'account', account, roles: ofAccount }))
}

/** Each role once: what is pinned, what was taken of late, and the others by account. */
const groupsOf = (
  roles: readonly RoleChoice[],
  { pins, recent }: Pick<Preferences, 'pins' | 'recent'>,
): readonly RoleGroup[] => {
  const pinned = picked(roles, pins)
  const late = picked(
    roles,
    recent.map(({ arn }) => arn),
  )
    .filter(({ isPinned }) => !isPinned)
    .slice(0, RECENT_SHOWN)
  const above = new Set([...pinned, ...late])
  const groups: readonly RoleGroup[] = [
    { kind: 'pinned', roles: pinned },
    { kind: 'recent', roles: late },
    ...byAccount(above.size === 0 ? roles : roles.filter((role) => !above.has(role))),
  ]
  return groups.filter((group) => group.roles.length > 0)
}

/** What one choice may be for all of them. */
const durationsOfSeveral = (
  gateway: Gateway,
  request: Request,
  roles: readonly ListedRole[],
): readonly DurationChoice[] => {
  const shortest = roles.reduce((sofar, { maxSessionSeconds }) => Math.min(sofar, maxSessionSeconds), 43_200)
  return durationChoices(shortest, { ends: dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl)) })
}

type ListPart = 'query' | 'total' | 'shown' | 'accountCount' | 'groups' | 'durationsOfSeveral' | 'mostAtOnce'

/** The roles as the picker shows them: those that the query finds. */
export const roleList = (
  gateway: Gateway,
  request: Request,
  login: Login,
  { roles, preferences, query }: { roles: readonly ListedRole[]; preferences: Preferences; query: string },
): Pick<RolesPage, ListPart> => {
  const found = query === '' ? roles : roles.filter(isFoundBy(query))
  const choices = found.map(choiceFor(gateway, request, login, preferences))
  return {
    query,
    total: roles.length,
    shown: choices.length,
    accountCount: new Set(choices.map(({ account }) => account)).size,
    groups: groupsOf(choices, preferences),
    durationsOfSeveral: durationsOfSeveral(gateway, request, found),
    mostAtOnce: MOST_AT_ONCE,
  }
}

/** What to tell the administrator where there is no role. */
export const evidenceOf = (gateway: Gateway, { signIn }: Login): RoleEvidence => ({
  providerId: signIn.identity.provider,
  providerLabel: providerOf(gateway, signIn.identity.provider).settings.label,
  subject: signIn.identity.subject,
  attributes: attributeRows(signIn.identity),
  warnings: sessionFor(gateway, signIn).warnings,
})

/** What is on a page about one role. */
export const pickedRole = ({
  role,
  accountName,
  accountColor,
}: Pick<ListedRole, 'role' | 'accountName' | 'accountColor'>): PickedRole => ({
  arn: role.arn,
  name: role.name,
  accountId: role.account,
  // An account without a name is called by its id, which is there anyway.
  ...(accountName === role.account ? {} : { accountName }),
  color: accountColor,
})
