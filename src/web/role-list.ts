import type { Request } from 'express'
import { type Gateway, providerOf } from '../gateway/gateway.ts'
import type { ListedRole } from '../gateway/list-roles.ts'
import type { Login } from '../gateway/logins.ts'
import type { Preferences } from '../gateway/preferences.ts'
import { dayEnds, durationChoices } from './duration-choices.ts'
import { freshSignInOf } from './fresh-sign-in.ts'
import { toInstant } from './instant.ts'
import { matchesQuery } from './matches-query.ts'
import { attributeRows } from './pages.ts'
import { timeZoneOf } from './time-zone.ts'
import type { AccountGroup, PickedRole, RoleChoice, RoleEvidence } from './view-models.ts'

type Account = Omit<AccountGroup, 'roles'>

const accountOf = ({ role, accountName, accountColor }: ListedRole): Account => ({
  id: role.account,
  ...(accountName === role.account ? {} : { name: accountName }),
  color: accountColor,
})

/** What makes choices of roles, the same for all of a page. */
export type ToChoice = (role: ListedRole) => RoleChoice

/** By what the person is used to, and by their own clock. */
export const choiceFor = (
  gateway: Gateway,
  request: Request,
  login: Login,
  { pins, recent, durations }: Preferences,
): ToChoice => {
  const { exchange } = providerOf(gateway, login.signIn.identity.provider).settings
  const ends = dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl))
  const [pinned, takenAt] = [new Set(pins), new Map(recent.map((taken) => [taken.arn, taken.takenAt]))]
  return (listed) => {
    const { arn, name } = listed.role
    const [freshSignIn, taken] = [freshSignInOf(gateway, login, listed), takenAt.get(arn)]
    const habits = { ends, remembered: durations.get(arn), isSensitive: freshSignIn !== undefined }
    return {
      arn,
      name,
      alias: listed.alias,
      exchange: { via: exchange.via, evidence: exchange.evidence },
      durations: durationChoices(listed.maxSessionSeconds, habits),
      isPinned: pinned.has(arn),
      takenAt: taken && toInstant(taken),
      freshSignIn,
      grantedBy: listed.grantedBy,
    }
  }
}

/** The roles by account as the picker shows them: those that the query finds. */
export const accountGroups = (
  roles: readonly ListedRole[],
  query: string,
  toChoice: ToChoice,
): readonly AccountGroup[] => {
  const groups = new Map<string, Account & { roles: RoleChoice[] }>()
  for (const listed of roles) {
    const account = accountOf(listed)
    const { arn, name } = listed.role
    if (!matchesQuery(query, account, { arn, name, alias: listed.alias })) continue
    const group = groups.get(account.id) ?? { ...account, roles: [] }
    groups.set(account.id, group)
    group.roles.push(toChoice(listed))
  }
  return [...groups.values()]
}

/** What to tell the administrator where there is no role. */
export const evidenceOf = (gateway: Gateway, { signIn: { identity } }: Login): RoleEvidence => ({
  providerId: identity.provider,
  providerLabel: providerOf(gateway, identity.provider).settings.label,
  subject: identity.subject,
  attributes: attributeRows(identity),
})

/** What is on a page about one role. */
export const pickedRole = ({ role, accountName, accountColor }: ListedRole): PickedRole => ({
  arn: role.arn,
  name: role.name,
  accountId: role.account,
  accountName,
  color: accountColor,
})
