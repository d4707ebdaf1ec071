/** A login as AWS will see it: its session, condition keys, what AWS ignores, and each role's preflight. */

import { fixSentence, reasonSentence } from '../../access/preflight/explanation.ts'
import type { Preflight } from '../../access/preflight.ts'
import { type IgnoredClaim, ignoredClaims } from '../../evidence/ignored-claims.ts'
import { presentEvidence } from '../../evidence/presented-evidence.ts'
import type { Login } from '../login/logins.ts'
import { evidenceToPresent } from './evidence-to-present.ts'
import { type EntitlementPorts, type ListedRole, listRoles } from './list-roles.ts'
import { type PreflightPorts, preflightRoles } from './preflight-role.ts'
import { type CarriedSession, sessionFor } from './session-mapping.ts'

/** A key that AWS fills. Some contain the account, and have a value for each. */
export interface ConditionKeyPreview {
  readonly key: string
  readonly values: readonly string[]
  readonly source: string
  readonly differsByAccount: boolean
}

export interface PredictedRole {
  readonly role: ListedRole
  readonly preflight: Preflight
  /** The deciding finding, and what to change; absent if AWS will allow it. */
  readonly reason: string | undefined
  readonly change: string | undefined
}

export interface IdentityPreview {
  readonly session: CarriedSession
  /** Empty without roles: some keys depend on the account. */
  readonly keys: readonly ConditionKeyPreview[]
  readonly ignored: readonly IgnoredClaim[]
  readonly roles: readonly PredictedRole[]
}

/** The preflight in sentences. */
export function predictedRole(role: ListedRole, preflight: Preflight): PredictedRole {
  return {
    role,
    preflight,
    reason: reasonSentence(preflight),
    change: fixSentence(preflight),
  }
}

/** Throws GatewayError `provider.unknown`. */
export function identityPreview(
  gateway: PreflightPorts & EntitlementPorts,
  login: Pick<Login, 'signIn'>,
): IdentityPreview {
  const preflightOf = preflightRoles(gateway, login)
  const roles = listRoles(gateway, login.signIn.identity).map((role) => predictedRole(role, preflightOf(role)))
  const toPresent = evidenceToPresent(gateway, login.signIn)
  const [first] = roles
  return {
    session: sessionFor(gateway, login.signIn),
    keys: keysOf(roles),
    ignored: first ? ignoredClaims(toPresent, presentEvidence(toPresent)(first.role)) : [],
    roles,
  }
}

function keysOf(roles: readonly PredictedRole[]): readonly ConditionKeyPreview[] {
  const keys = new Map<string, ConditionKeyPreview>()
  // The roles of an account share one context.
  for (const context of new Set(roles.map(({ preflight }) => preflight.context)))
    for (const { key, values, source = '' } of context) {
      const before = keys.get(key)
      const differsByAccount = before !== undefined && before.values.join('\n') !== values.join('\n')
      keys.set(
        key,
        before
          ? { ...before, differsByAccount: before.differsByAccount || differsByAccount }
          : { key, values, source, differsByAccount },
      )
    }
  return [...keys.values()]
}
