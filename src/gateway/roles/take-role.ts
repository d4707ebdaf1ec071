import type { SessionMapping } from '../../access/session.ts'
import { AuditError } from '../../audit/errors.ts'
import type { Purpose } from '../../audit/events.ts'
import { StsError } from '../../aws/errors.ts'
import { roleDuration } from '../../aws/facts/limits.ts'
import { auditDenied, auditExchange } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import { type Caller, type Gateway, providerOf } from '../gateway.ts'
import { requiredReauthentication } from '../login/authentication-age.ts'
import type { Login } from '../login/logins.ts'
import { withFreshEvidence } from '../login/refresh-token.ts'
import { explainedDenial } from './explain-denial.ts'
import { grantedRole, type ListedRole } from './list-roles.ts'
import { sessionFor } from './session-mapping.ts'
import { type Exchange, type RequestedRole, requestFor, type TakenRole } from './sts-request.ts'

/**
 * Exchanges the login for credentials of one role. Throws GatewayError (`role.not_granted`, `role.duration_invalid`,
 * `role.authentication_too_old`, `role.source_identity_missing`), StsError, IssuerError or OidcError; every outcome is
 * in the audit log, and AuditError `audit.unavailable` where it cannot be.
 */
export async function takeRole(
  gateway: Gateway,
  login: Login,
  wanted: RequestedRole,
  caller: Caller,
  purpose: Purpose = 'credentials',
): Promise<TakenRole> {
  const denied =
    (asked: RequestedRole | Exchange) =>
    async (error: unknown): Promise<never> => {
      await auditDenied(gateway, login, { eventName: 'exchange.denied', wanted: asked, error }, caller)
      throw error
    }
  const { fresh, exchange } = await prepare(gateway, login, wanted, caller).catch(denied(wanted))
  const taken = await exchangeOrShorten(gateway, fresh, exchange, caller).catch((error: unknown) =>
    denied(exchange)(explainedDenial(gateway, fresh, exchange, error)),
  )
  await auditExchange(gateway, login, { taken, purpose, chosen: wanted.chosen }, caller).catch((error: unknown) =>
    denied(exchange)(withheld(error, taken)),
  )
  return taken
}

/** What AWS will be asked, and the login with evidence that it still takes. Throws as takeRole. */
async function prepare(
  gateway: Gateway,
  login: Login,
  wanted: RequestedRole,
  caller: Caller,
): Promise<{ readonly fresh: Login; readonly exchange: Exchange }> {
  // Before AWS is asked for what nobody could be given.
  gateway.audit.mustBeWritable()
  // Computed anew: what the page once listed grants nothing.
  const role = grantedRole(gateway, login.signIn.identity, wanted.role)
  mustBeProvenRecently(gateway, login, role)
  const fresh = await withFreshEvidence(gateway, login, caller)
  const durationSeconds = durationOf(role, wanted.durationSeconds)
  return { fresh, exchange: { role, durationSeconds, session: sessionToTake(gateway, fresh) } }
}

function mustBeProvenRecently(gateway: Gateway, login: Login, { role }: ListedRole): void {
  const seconds = requiredReauthentication(gateway, login, role.arn)
  if (seconds === undefined) return
  throw new GatewayError('role.authentication_too_old', {
    expected: `a sign-in of the last ${seconds} seconds`,
    found: login.signIn.identity.authenticatedAt.toISOString(),
    source: 'maxAuthAge',
  })
}

/** The operator wants every session to be traced to a person: one that cannot be is none. */
function sessionToTake(gateway: Gateway, { signIn }: Login): SessionMapping {
  const session = sessionFor(gateway, signIn)
  const missing = session.leftOut.find(({ what }) => what === 'sourceIdentity')
  const { evidence } = providerOf(gateway, signIn.identity.provider).settings.exchange
  if (evidence === 'original' || missing === undefined) return session
  throw new GatewayError('role.source_identity_missing', {
    expected: 'a source identity that AWS takes',
    found: missing.reason,
    source: 'sourceIdentity',
  })
}

/** Where the role allows less than is known here, an hour is better than a refusal: the person is told. */
async function exchangeOrShorten(
  gateway: Gateway,
  login: Login,
  exchange: Exchange,
  caller: Caller,
): Promise<TakenRole> {
  const { durationSeconds } = exchange
  try {
    return await exchangeFor(gateway, login, exchange)
  } catch (error) {
    const shorter = shorterDuration(error, durationSeconds)
    if (shorter === undefined) throw error
    const denied = { eventName: 'exchange.denied', wanted: exchange, error, retriedWithSeconds: shorter } as const
    await auditDenied(gateway, login, denied, caller)
    const taken = await exchangeFor(gateway, login, { ...exchange, durationSeconds: shorter })
    return { ...taken, shortenedFromSeconds: durationSeconds }
  }
}

async function exchangeFor(gateway: Gateway, login: Login, exchange: Exchange): Promise<TakenRole> {
  return {
    ...(await gateway.sts.exchange(await requestFor(gateway, login, exchange))),
    ...exchange,
  }
}

/** The access key id is no secret, and CloudTrail has it: nothing else of what AWS gave leaves this function. */
function withheld(error: unknown, { credentials }: TakenRole): unknown {
  return error instanceof AuditError
    ? new AuditError('audit.unavailable', {
        expected: error.expected ?? '',
        found: `${error.found}; the credentials ${credentials.accessKeyId} were issued and nobody was given them`,
        source: error.source ?? '',
        cause: error,
      })
    : error
}

/** How long a session of a role may last, and what is left where AWS allows less than is known here. */

/** Seconds: what is wanted, else an hour or the role's maximum. Throws GatewayError `role.duration_invalid`. */
export function durationOf({ maxSessionSeconds }: ListedRole, wanted: number | undefined): number {
  const seconds = wanted ?? Math.min(roleDuration.default, maxSessionSeconds)
  if (Number.isInteger(seconds) && seconds >= roleDuration.min && seconds <= maxSessionSeconds) return seconds
  throw new GatewayError('role.duration_invalid', {
    expected: `${roleDuration.min} to ${maxSessionSeconds} seconds`,
    found: `${seconds}`,
    source: 'duration',
  })
}

/** An hour, which every role allows, where AWS says that this one does not allow as long as was asked for. */
export function shorterDuration(error: unknown, askedSeconds: number): number | undefined {
  const isTooLong = error instanceof StsError && error.code === 'sts.duration_too_long'
  return isTooLong && askedSeconds > roleDuration.default ? roleDuration.default : undefined
}
