import type { SessionMapping } from '../../access/session.ts'
import { AuditError } from '../../audit/errors.ts'
import type { Purpose } from '../../audit/events.ts'
import { StsError } from '../../aws/errors.ts'
import { roleDuration } from '../../aws/facts/limits.ts'
import type { SignIn } from '../../core/identity.ts'
import { auditDenied, auditExchange } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import type { WritableAudit } from '../record.ts'
import type { UserStore } from '../user/user-record.ts'
import { explainedDenial } from './explain-denial.ts'
import { grantedIn, type ListedRole } from './list-roles.ts'
import type { PreflightPorts } from './preflight-role.ts'
import type { ReadyRoles } from './ready-roles.ts'
import { type SessionPorts, sessionFor } from './session-mapping.ts'
import { type Exchange, type RequestedRole, requestFor, type StsRequestPorts, type TakenRole } from './sts-request.ts'

/** Calls STS, records every outcome and explains refusals. */
export type TakeRolePorts = StsRequestPorts & PreflightPorts & UserStore & WritableAudit & Pick<Gateway, 'sts'>

/**
 * Exchanges a login that is ready for credentials of one role. Throws GatewayError (`role.not_granted`,
 * `role.duration_invalid`, `role.source_identity_missing`), StsError or IssuerError; every outcome is in the audit log,
 * and AuditError `audit.unavailable` if it cannot be recorded.
 */
export async function takeRole(
  gateway: TakeRolePorts,
  { login, granted }: ReadyRoles,
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
  const exchange = await prepare(gateway, login, granted, wanted).catch(denied(wanted))
  const taken = await exchangeOrShorten(gateway, login, exchange, caller).catch((error: unknown) =>
    denied(exchange)(explainedDenial(gateway, login, exchange, error)),
  )
  await auditExchange(gateway, login, { taken, purpose, chosen: wanted.chosen }, caller).catch((error: unknown) =>
    denied(exchange)(withheld(error, taken)),
  )
  return taken
}

/** The request to AWS. Throws as takeRole. */
async function prepare(
  gateway: TakeRolePorts,
  { signIn }: Login,
  granted: ReadyRoles['granted'],
  wanted: RequestedRole,
): Promise<Exchange> {
  // Checked before AWS issues credentials that could not be handed over.
  gateway.audit.mustBeWritable()
  const role = grantedIn(granted, wanted.role)
  const durationSeconds = durationOf(role, wanted.durationSeconds)
  return { role, durationSeconds, session: traceableSession(gateway, signIn) }
}

/** The configuration requires every session to name its user: one that cannot is refused. */
function traceableSession(gateway: SessionPorts, signIn: SignIn): SessionMapping {
  const session = sessionFor(gateway, signIn)
  if (session.whyNoSourceIdentity === undefined) return session
  throw new GatewayError('role.source_identity_missing', {
    expected: 'a source identity that AWS accepts',
    found: session.whyNoSourceIdentity,
    source: 'sourceIdentity',
  })
}

/** If the role allows less than we know, an hour is better than a refusal: the user is told. */
async function exchangeOrShorten(
  gateway: TakeRolePorts,
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

async function exchangeFor(gateway: TakeRolePorts, login: Login, exchange: Exchange): Promise<TakenRole> {
  return {
    ...(await gateway.sts.exchange(await requestFor(gateway, login, exchange))),
    ...exchange,
  }
}

/** The access key ID is not secret, and CloudTrail has it: nothing else of the credentials leaves this function. */
function withheld(error: unknown, { credentials }: TakenRole): unknown {
  return error instanceof AuditError
    ? new AuditError('audit.unavailable', {
        expected: error.expected ?? '',
        found: `${error.found}; the credentials ${credentials.accessKeyId} were issued but not handed out`,
        source: error.source ?? '',
        cause: error,
      })
    : error
}

/**
 * Seconds: the requested duration, else an hour or the role's maximum. Throws GatewayError `role.duration_invalid`.
 */
export function durationOf({ maxSessionSeconds }: ListedRole, wanted: number | undefined): number {
  const seconds = wanted ?? Math.min(roleDuration.default, maxSessionSeconds)
  if (Number.isInteger(seconds) && seconds >= roleDuration.min && seconds <= maxSessionSeconds) return seconds
  throw new GatewayError('role.duration_invalid', {
    expected: `${roleDuration.min} to ${maxSessionSeconds} seconds`,
    found: `${seconds}`,
    source: 'duration',
  })
}

/**
 * Retries with an hour, which every role allows, if AWS answers that this one does not allow the requested duration.
 */
export function shorterDuration(error: unknown, askedSeconds: number): number | undefined {
  const isTooLong = error instanceof StsError && error.code === 'sts.duration_too_long'
  return isTooLong && askedSeconds > roleDuration.default ? roleDuration.default : undefined
}
