import type { Request } from 'express'

import { type Gateway, providerOf } from '../../gateway/gateway.ts'
import { requiredContextOf } from '../../gateway/login/authentication-context.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { usesOriginalEvidence } from '../../gateway/login/reauthentication.ts'
import { predictedRole } from '../../gateway/roles/identity-preview.ts'
import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import { preflightRoles } from '../../gateway/roles/preflight-role.ts'
import { recentSignInFor } from '../../gateway/roles/ready-roles.ts'
import { sessionFor } from '../../gateway/roles/session-mapping.ts'
import type { Preferences } from '../../gateway/user/preferences.ts'
import { attributeRows } from '../pages.ts'
import { timeZoneOf, toInstant } from '../time-zone.ts'
import { dayEnds, durationChoices } from './duration-choices.ts'
import type { PickedRole } from './picked.ts'
import type {
  DurationChoice,
  RecentSignIn,
  RequiredContext,
  RoleAccount,
  RoleChoice,
  RoleEvidence,
  RoleGroup,
  RolesPage,
  SentToAws,
} from './roles.ts'

/** Each needs an exchange: picking every role of a large company is a mistake. */
export const MOST_AT_ONCE = 20

/** The most recently used roles shown: as many as fit at a glance. */
const RECENT_SHOWN = 5

/** The inputs of the role choices, the same for a whole page. */
type ToChoice = (role: ListedRole) => RoleChoice

type ListPart = 'query' | 'total' | 'shown' | 'accountCount' | 'groups' | 'durationsOfSeveral' | 'mostAtOnce'

/** With the user's preferences, their local time and the forecasts. */
export function choiceFor(
  gateway: Gateway,
  request: Request,
  login: Login,
  { pins, durations }: Pick<Preferences, 'pins' | 'durations'>,
): ToChoice {
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
    const { arn, name, account } = listed
    const recentSignIn = recentSignInOf(gateway, login, listed)
    const requiredContext = requiredContextFor(gateway, login, listed)
    const preflight = judge(listed)
    return {
      arn,
      name,
      alias: listed.alias,
      description: listed.description,
      account: accountOf(account, listed.accountName, listed.accountColor),
      durations: choices(listed.maxSessionSeconds, durations.get(arn), (recentSignIn ?? requiredContext) !== undefined),
      isPinned: pinned.has(arn),
      recentSignIn,
      requiredContext,
      verdict: preflight.outcome,
      reason: preflight.outcome === 'denied' ? predictedRole(listed, preflight).reason : undefined,
    }
  }
}

/** Caches the result for the same arguments: hundreds of roles have few accounts and few durations. */
function once<Arguments extends readonly (string | number | boolean | undefined)[], Result>(
  make: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  const made = new Map<string, Result>()
  return (...given) => {
    const key = given.join('\n')
    const result = made.get(key) ?? make(...given)
    made.set(key, result)
    return result
  }
}

/** The roles in the picker: those that match the query. */
export function roleList(
  gateway: Gateway,
  request: Request,
  login: Login,
  { roles, preferences, query }: { roles: readonly ListedRole[]; preferences: Preferences; query: string },
): Pick<RolesPage, ListPart> {
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

function isFoundBy(query: string) {
  return ({ arn, account, name, accountName, alias, description }: ListedRole): boolean =>
    matchesQuery(query, { id: account, name: accountName }, { arn, name, alias, description })
}

/** Each role once: pinned ones, recently used ones, and the others by account. */
function groupsOf(
  roles: readonly RoleChoice[],
  { pins, recent }: Pick<Preferences, 'pins' | 'recent'>,
): readonly RoleGroup[] {
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

/** The indexes of these roles, in the order in which they are named. */
function picked(roles: readonly RoleChoice[], arns: readonly string[]): readonly RoleChoice[] {
  const byArn = new Map(roles.map((role) => [role.arn, role]))
  return arns.flatMap((arn) => byArn.get(arn) ?? [])
}

function byAccount(roles: readonly RoleChoice[]): readonly RoleGroup[] {
  const groups = new Map<RoleAccount, RoleChoice[]>()
  for (const role of roles) {
    const group = groups.get(role.account) ?? []
    groups.set(role.account, group)
    group.push(role)
  }
  return [...groups].map(([account, ofAccount]) => ({ kind: 'account', account, roles: ofAccount }))
}

/** The choices that apply to all of them. */
function durationsOfSeveral(
  gateway: Gateway,
  request: Request,
  roles: readonly ListedRole[],
): readonly DurationChoice[] {
  const shortest = roles.reduce((sofar, { maxSessionSeconds }) => Math.min(sofar, maxSessionSeconds), 43_200)
  return durationChoices(shortest, { ends: dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl)) })
}

/** What to tell the administrator if the user has no roles. */
export function evidenceOf(gateway: Gateway, { signIn }: Login): RoleEvidence {
  return {
    providerId: signIn.identity.provider,
    providerLabel: providerOf(gateway, signIn.identity.provider).settings.label,
    subject: signIn.identity.subject,
    attributes: attributeRows(signIn.identity),
    warnings: sessionFor(gateway, signIn).warnings,
  }
}

/** The model of the page about one role. */
export function pickedRole({
  arn,
  name,
  account,
  accountName,
  accountColor,
}: Pick<ListedRole, 'arn' | 'name' | 'account' | 'accountName' | 'accountColor'>): PickedRole {
  return {
    arn,
    name,
    accountId: account,
    // An account without a name is identified by its ID, which is shown anyway.
    ...(accountName === account ? {} : { accountName }),
    color: accountColor,
  }
}

/** Whether a role requires a recent sign-in, shown before it is picked; undefined for one that does not. */
export function recentSignInOf(gateway: Gateway, login: Login, role: ListedRole): RecentSignIn | undefined {
  const required = recentSignInFor(gateway, login, role)
  return required && { withinSeconds: required.withinSeconds, isDue: required.isDue }
}

/** Whether a role requires a way of signing in, shown before it is picked; undefined for one that does not. */
export function requiredContextFor(gateway: Gateway, login: Login, role: ListedRole): RequiredContext | undefined {
  const required = requiredContextOf(gateway, login, role)
  return required && { label: required.label, isDue: !required.isMet }
}

/** How the user will appear in AWS, whichever role they use. */
export function sentToAws(gateway: Gateway, login: Login): SentToAws {
  const { identity, evidence, renewal } = login.signIn
  const { exchange } = providerOf(gateway, identity.provider).settings
  const { roleSessionName, sourceIdentity, tags } = sessionFor(gateway, login.signIn)
  const isOriginal = usesOriginalEvidence(gateway, login)
  const since = isOriginal ? evidence.issuedAt : identity.authenticatedAt
  return {
    exchange: { via: exchange.via, evidence: exchange.evidence },
    sessionName: roleSessionName,
    sourceIdentity,
    tags: [...tags].map(([key, value]) => `${key}=${value}`),
    since: toInstant(since),
    minutesSince: Math.max(0, Math.floor((gateway.now().getTime() - since.getTime()) / 60_000)),
    // Evidence that is renewed without the user never expires for them.
    until: isOriginal && !renewal ? toInstant(evidence.expiresAt) : undefined,
  }
}

/**
 * Whether a role matches a query: each of its words occurs, in any case, in the account's name or ID, or in the role's
 * name, alias, description or ARN. The browser filters by the same rule: it searches what the templates mark `data-find`.
 */
export function matchesQuery(
  query: string,
  account: Pick<RoleAccount, 'id' | 'name'>,
  role: Pick<RoleChoice, 'arn' | 'name' | 'alias' | 'description'>,
): boolean {
  if (query === '') return true
  const found = [account.name, account.id, role.name, role.alias, role.description, role.arn].join(' ').toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word))
}
