import { roleDuration } from '../aws/facts/limits.ts'
import { auditDenied, auditExchange } from './audit-lines.ts'
import { GatewayError } from './errors.ts'
import type { Caller, Gateway } from './gateway.ts'
import { grantedRole, type ListedRole } from './list-roles.ts'
import type { Login } from './logins.ts'
import { overdueProof } from './proof-age.ts'
import { withFreshEvidence } from './refresh-evidence.ts'
import { type Exchange, requestFor, sessionNameFor } from './role-request.ts'
import type { TakenRole, WantedRole } from './taken-role.ts'

const durationOf = ({ maxSessionSeconds }: ListedRole, wanted: number | undefined): number => {
  const seconds = wanted ?? Math.min(roleDuration.default, maxSessionSeconds)
  if (Number.isInteger(seconds) && seconds >= roleDuration.min && seconds <= maxSessionSeconds) return seconds
  throw new GatewayError('role.duration_invalid', {
    expected: `${roleDuration.min} to ${maxSessionSeconds} seconds`,
    found: `${seconds}`,
    source: 'duration',
  })
}

const mustBeProvenRecently = (gateway: Gateway, login: Login, { role }: ListedRole): void => {
  const seconds = overdueProof(gateway, login, role.arn)
  if (seconds === undefined) return
  throw new GatewayError('role.authentication_too_old', {
    expected: `a sign-in of the last ${seconds} seconds`,
    found: login.signIn.identity.authenticatedAt.toISOString(),
    source: 'maxAuthAge',
  })
}

/**
 * Exchanges the login for credentials of one role. Throws GatewayError (`role.not_granted`, `role.duration_invalid`,
 * `role.authentication_too_old`), StsError, IssuerError or OidcError; every outcome is in the audit log.
 */
export const takeRole = async (
  gateway: Gateway,
  login: Login,
  wanted: WantedRole,
  caller: Caller,
): Promise<TakenRole> => {
  try {
    // Computed anew: what the page once listed grants nothing.
    const role = grantedRole(gateway, login.signIn.identity, wanted.role)
    mustBeProvenRecently(gateway, login, role)
    const fresh = await withFreshEvidence(gateway, login, caller)
    const exchange: Exchange = {
      role,
      durationSeconds: durationOf(role, wanted.durationSeconds),
      sessionName: sessionNameFor(gateway, fresh.signIn),
    }
    const assumed = await gateway.sts.exchange(await requestFor(gateway, fresh, exchange))
    const taken = { ...assumed, ...exchange }
    auditExchange(gateway, login, taken, caller)
    return taken
  } catch (error) {
    auditDenied(gateway, 'exchange.denied', login, wanted, caller, error)
    throw error
  }
}
