import { auditDenied, auditExchange } from './audit-lines.ts'
import { GatewayError } from './errors.ts'
import type { Caller, Gateway } from './gateway.ts'
import { grantedRole, type ListedRole } from './list-roles.ts'
import type { Login } from './logins.ts'
import { overdueProof } from './proof-age.ts'
import { withFreshEvidence } from './refresh-evidence.ts'
import { rememberDenied, rememberExchange } from './remember.ts'
import { durationOf, shorterDuration } from './role-duration.ts'
import { type Exchange, requestFor, sessionNameFor } from './role-request.ts'
import type { TakenRole, WantedRole } from './taken-role.ts'

const mustBeProvenRecently = (gateway: Gateway, login: Login, { role }: ListedRole): void => {
  const seconds = overdueProof(gateway, login, role.arn)
  if (seconds === undefined) return
  throw new GatewayError('role.authentication_too_old', {
    expected: `a sign-in of the last ${seconds} seconds`,
    found: login.signIn.identity.authenticatedAt.toISOString(),
    source: 'maxAuthAge',
  })
}

const exchangeFor = async (gateway: Gateway, login: Login, exchange: Exchange): Promise<TakenRole> => ({
  ...(await gateway.sts.exchange(await requestFor(gateway, login, exchange))),
  ...exchange,
})

/** Where the role allows less than is known here, an hour is better than a refusal: the person is told. */
const exchangeOrShorten = async (
  gateway: Gateway,
  login: Login,
  exchange: Exchange,
  caller: Caller,
): Promise<TakenRole> => {
  const { durationSeconds, role } = exchange
  try {
    return await exchangeFor(gateway, login, exchange)
  } catch (error) {
    const shorter = shorterDuration(error, durationSeconds)
    if (shorter === undefined) throw error
    auditDenied(gateway, 'exchange.denied', login, { role: role.role.arn, durationSeconds }, caller, error)
    const taken = await exchangeFor(gateway, login, { ...exchange, durationSeconds: shorter })
    return { ...taken, shortenedFromSeconds: durationSeconds }
  }
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
    const taken = await exchangeOrShorten(gateway, fresh, exchange, caller)
    auditExchange(gateway, login, taken, caller)
    await rememberExchange(gateway, login, { taken, chosen: wanted.chosen }, caller)
    return taken
  } catch (error) {
    auditDenied(gateway, 'exchange.denied', login, wanted, caller, error)
    await rememberDenied(gateway, login, wanted, caller, error)
    throw error
  }
}
