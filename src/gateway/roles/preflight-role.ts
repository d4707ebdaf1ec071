/** Predicts whether AWS will let this login assume that role, and if not, why, without asking AWS. */

import { isSecureTransport, type PresentedEvidence, type RoleToCheck } from '../../access/preflight/facts.ts'
import { type Preflight, preflightIn } from '../../access/preflight.ts'
import { roleDuration } from '../../aws/facts/limits.ts'
import { presentEvidence } from '../../evidence/presented-evidence.ts'
import { presentedSession } from '../../evidence/presented-session.ts'
import type { Gateway, GatewaySettings } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import { evidenceToPresent } from './evidence-to-present.ts'
import type { ListedRole } from './list-roles.ts'
import type { SessionPorts } from './session-mapping.ts'

/** The inputs of the prediction. */
export type PreflightPorts = SessionPorts &
  Pick<Gateway, 'now' | 'trustPolicyOf'> & { readonly settings: Pick<GatewaySettings, 'sts'> }

export type PreflightOf = (role: ListedRole, durationSeconds?: number) => Preflight

/** For many roles of one login: what is the same for all of them is computed once. */
export function preflightRoles(gateway: PreflightPorts, { signIn }: Pick<Login, 'signIn'>): PreflightOf {
  const toPresent = evidenceToPresent(gateway, signIn)
  const present = presentEvidence(toPresent)
  const session = presentedSession(gateway.settings, toPresent)
  const call = { now: gateway.now(), secureTransport: isSecureTransport(gateway.settings.sts.target) }
  const preflights = new Map<PresentedEvidence, (role: RoleToCheck) => Preflight>()
  const preflightOf = (evidence: PresentedEvidence, region: string) => {
    const found = preflights.get(evidence) ?? preflightIn({ evidence, session, call: { ...call, region } })
    preflights.set(evidence, found)
    return found
  }
  return (role, seconds) => {
    const { maxSessionSeconds, region } = role
    // All roles of an account have one region, and are presented the same evidence.
    const preflight = preflightOf(present(role), region)
    const durationSeconds = seconds ?? Math.min(roleDuration.default, maxSessionSeconds)
    return preflight({ role, durationSeconds, maxSessionSeconds, trustPolicy: gateway.trustPolicyOf?.(role) })
  }
}

/** The duration is an hour unless another one is requested. Throws GatewayError `provider.unknown`. */
export function preflightRole(
  gateway: PreflightPorts,
  login: Login,
  role: ListedRole,
  durationSeconds?: number,
): Preflight {
  return preflightRoles(gateway, login)(role, durationSeconds)
}
