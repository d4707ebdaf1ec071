/** From a role that the user may use to its row in the picker. */
import type { Request } from 'express'
import type { Gateway } from '../../gateway/gateway.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { predictedRole } from '../../gateway/roles/identity-preview.ts'
import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import { preflightRoles } from '../../gateway/roles/preflight-role.ts'
import type { Preferences } from '../../gateway/user/preferences.ts'
import { dayEnds, durationChoices } from '../models/duration-choices.ts'
import { timeZoneOf } from '../time-zone.ts'
import type { DurationChoice, RoleAccount, RoleChoice } from './model.ts'
import { recentSignInOf, requiredContextFor } from './requirements.ts'

/** The inputs of the role choices, the same for a whole page. */
type ToChoice = (role: ListedRole) => RoleChoice

/** With the user's preferences, their local time and the forecasts; `tagsOf`: the numbers of the tags to filter by. */
export function choiceFor(
  gateway: Gateway,
  request: Request,
  login: Login,
  { pins, durations }: Pick<Preferences, 'pins' | 'durations'>,
  tagsOf: (role: ListedRole) => string = () => '',
): ToChoice {
  const ends = dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl))
  const choices = once((seconds: number, remembered: string | undefined, isSensitive: boolean) =>
    durationChoices(seconds, { ends, remembered, isSensitive }),
  )
  const accountOf = once(
    (id: string, name: string, color: RoleAccount['color'], environment: RoleAccount['environment']): RoleAccount => ({
      id,
      ...(name === id ? {} : { name }),
      color,
      environment,
    }),
  )
  const [judge, pinned] = [preflightRoles(gateway, login), new Set(pins)]
  return (listed) => {
    const { arn, name, account, isSensitive } = listed
    const recentSignIn = recentSignInOf(gateway, login, listed)
    const requiredContext = requiredContextFor(gateway, login, listed)
    const isGuarded = isSensitive || (recentSignIn ?? requiredContext) !== undefined
    const preflight = judge(listed)
    return {
      arn,
      name,
      alias: listed.alias,
      description: listed.description,
      account: accountOf(account, listed.accountName, listed.accountColor, listed.environment),
      durations: choices(listed.maxSessionSeconds, durations.get(arn), isGuarded),
      isPinned: pinned.has(arn),
      isSensitive,
      tags: tagsOf(listed),
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

/** The choices that apply to all of them. */
export function durationsOfSeveral(
  gateway: Gateway,
  request: Request,
  roles: readonly ListedRole[],
): readonly DurationChoice[] {
  const shortest = roles.reduce((sofar, { maxSessionSeconds }) => Math.min(sofar, maxSessionSeconds), 43_200)
  return durationChoices(shortest, { ends: dayEnds(gateway.now(), timeZoneOf(request, gateway.settings.baseUrl)) })
}
