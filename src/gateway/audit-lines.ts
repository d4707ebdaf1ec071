/** The audit events of the use-cases. record.ts records them and passes them to the other listeners. */
import { signInWarnings } from '../access/sign-in-warnings.ts'
import { tokenLifetimeWarnings } from '../access/token-lifetime.ts'
import type { AuditEvent, Purpose } from '../audit/events.ts'
import { refusalOf } from '../audit/refusal.ts'
import { FedgateError } from '../core/errors.ts'
import type { SignIn } from '../core/identity.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Caller, Providers } from './gateway.ts'
import type { Login } from './login/logins.ts'
import type { Provider } from './providers.ts'
import { type Recording, record } from './record.ts'
import { ExplainedDenial } from './roles/explain-denial.ts'
import type { Exchange, RequestedRole, TakenRole } from './roles/sts-request.ts'

/** The providers whose settings decide what needs a warning. */
export type ConfiguredProviders = Providers<Pick<Provider, 'settings'>>

/** By request, as an error may be kept and thrown again in another one: the references of recorded refusals. */
const recorded = new WeakMap<Caller, WeakMap<FedgateError, string>>()

/**
 * Rejects with AuditError if it cannot be recorded: then the user must not be signed in. `afterwards` runs once it is, and
 * what it rejects with is passed on.
 */
export const auditLogin = auditSignIn('login')
/** The same user signed in again, and their login continues. Rejects as auditLogin. */
export const auditRenewal = auditSignIn('login.renewed')

/** A provider's name may be invented by an unauthenticated client. */
const LONGEST_NAME = 100

/** Runs a step of a login; records its refusal under the caller's reference. */
export const auditingRefusals = auditingRefused('login.refused')
/** The same for messages of identity providers about logouts. */
export const auditingRefusedLogouts = auditingRefused('logout.refused')

interface RefusedRequest {
  readonly error: FedgateError
  /** Method and path. */
  readonly request: string
  /** Of the browser, if a user is signed in. */
  readonly login: Login | undefined
}

const LONGEST_REQUEST = 200

const LONGEST_ARN = 300

interface Denied {
  readonly eventName: 'exchange.denied' | 'console.denied'
  readonly wanted: RequestedRole | Exchange
  readonly error: unknown
  /** AWS is asked again immediately, for so many seconds. */
  readonly retriedWithSeconds?: number
}

/**
 * The reference under which the log has a refusal; it is recorded here unless a use-case has already recorded it. Every
 * response that shows a reference uses this. Never rejects.
 */
export async function auditRefusedRequest(
  recording: Recording,
  { error, request, login }: RefusedRequest,
  caller: Caller,
): Promise<string> {
  const known = recorded.get(caller)?.get(error)
  if (known !== undefined) return known
  const event = {
    eventName: 'request.refused' as const,
    ...occurrence(recording, caller),
    ...(login && userOf(login)),
    request: request.slice(0, LONGEST_REQUEST),
    ...refusalOf(error, verdictOf(error)),
  }
  return record(recording, { event })
}

function occurrence({ now }: Recording, { reference, sourceIp, userAgent, device, traceId }: Caller) {
  return {
    eventTime: now(),
    referenceId: reference,
    sourceIPAddress: sourceIp,
    userAgent,
    ...(device !== undefined && { device }),
    ...(traceId !== undefined && { traceId }),
  }
}

function userOf({ signIn: { identity } }: Login) {
  return { provider: identity.provider, subject: identity.subject }
}

function verdictOf(error: FedgateError): Verdict | undefined {
  return (error as { verdict?: Verdict }).verdict
}

/**
 * Credentials of a role were issued; `chosen`: the duration as the user chose it. Rejects with AuditError if it cannot
 * be recorded: then the user must not get them.
 */
export async function auditExchange(
  recording: Recording,
  login: Login,
  {
    taken,
    purpose,
    chosen,
  }: { readonly taken: TakenRole; readonly purpose: Purpose; readonly chosen: string | undefined },
  caller: Caller,
): Promise<void> {
  const event = {
    eventName: 'exchange' as const,
    ...occurrence(recording, caller),
    ...userOf(login),
    purpose,
    ...issued(taken),
  }
  await record(recording, { event, login, chosen: habit(taken, chosen) })
}

function issued(taken: TakenRole) {
  return {
    awsRegion: taken.role.region,
    grantedBy: taken.role.grantedBy,
    requestParameters: asked(taken),
    responseElements: {
      accessKeyId: taken.credentials.accessKeyId,
      expiration: taken.credentials.expiration,
      assumedRoleArn: taken.assumedRoleArn,
      ...(taken.sourceIdentity !== undefined && { sourceIdentity: taken.sourceIdentity }),
      ...(taken.packedPolicySize !== undefined && { packedPolicySize: taken.packedPolicySize }),
      ...(taken.requestId !== undefined && { requestID: taken.requestId }),
    },
  }
}

function asked({ role, session, durationSeconds }: Exchange) {
  return {
    roleArn: role.arn,
    roleSessionName: session.roleSessionName,
    durationSeconds,
    ...(role.sessionPolicyArns.length > 0 && { policyArns: role.sessionPolicyArns }),
    ...(role.sessionPolicy !== undefined && { policy: role.sessionPolicy }),
    ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
    ...(session.tags.size > 0 && { principalTags: Object.fromEntries(session.tags) }),
    ...(session.transitiveTagKeys.length > 0 && { transitiveTagKeys: session.transitiveTagKeys }),
    ...(session.leftOut.length > 0 && { leftOut: session.leftOut }),
  }
}

/** A duration that AWS does not allow must not be offered again. */
function habit({ shortenedFromSeconds, durationSeconds }: TakenRole, chosen: string | undefined) {
  return chosen === undefined || shortenedFromSeconds === undefined ? chosen : String(durationSeconds)
}

/** Rejects with AuditError if it cannot be recorded: then the user must not get the link to the console. */
export async function auditConsole(
  recording: Recording,
  login: Login,
  taken: TakenRole,
  destination: string,
  caller: Caller,
): Promise<void> {
  const event = {
    eventName: 'console' as const,
    ...occurrence(recording, caller),
    ...userOf(login),
    ...issued(taken),
    destination,
  }
  await record(recording, { event, login })
}

/** A role that could not be assumed: not granted, an invalid duration, a refusal by AWS. Anything else is a defect. */
export async function auditDenied(
  recording: Recording,
  login: Login,
  { eventName, wanted, error, retriedWithSeconds }: Denied,
  caller: Caller,
): Promise<void> {
  if (!(error instanceof FedgateError)) return
  const event = {
    eventName,
    ...occurrence(recording, caller),
    ...userOf(login),
    requestParameters:
      'session' in wanted ? asked(wanted) : { roleArn: wanted.role.slice(0, LONGEST_ARN), ...durationOf(wanted) },
    ...(retriedWithSeconds !== undefined && { retriedWithSeconds }),
    ...refusalOf(error, verdictOf(error), error instanceof ExplainedDenial ? error.likelyReason : undefined),
  }
  rememberRecorded(caller, error, await record(recording, { event, login }))
}

function durationOf({ durationSeconds }: RequestedRole) {
  return durationSeconds === undefined ? {} : { durationSeconds }
}

function rememberRecorded(caller: Caller, error: FedgateError, reference: string): void {
  recorded.set(caller, (recorded.get(caller) ?? new WeakMap<FedgateError, string>()).set(error, reference))
}

/** A test sign-in and what came of it: a sign-in or a refusal. Never rejects: it gives no access. */
export function auditTest(
  recording: Recording,
  tested: { readonly provider: string; readonly outcome: SignIn | FedgateError; readonly tester: Login | undefined },
  caller: Caller,
): Promise<string> {
  const { provider, outcome, tester } = tested
  const event = {
    eventName: 'login.tested' as const,
    ...occurrence(recording, caller),
    provider,
    ...(outcome instanceof FedgateError
      ? refusalOf(outcome, verdictOf(outcome))
      : { subject: outcome.identity.subject }),
    ...(tester && { testedBy: userOf(tester) }),
  }
  return record(recording, { event })
}

/**
 * `person`: the user signed out here. `provider`: the identity provider requested it. Never rejects: access ends in any
 * case.
 */
export async function auditLogout(
  recording: Recording,
  login: Login,
  reason: 'person' | 'provider',
  caller: Caller,
): Promise<void> {
  const event = { eventName: 'logout' as const, ...occurrence(recording, caller), ...userOf(login), reason }
  await record(recording, { event, login })
}

/** An operator ended it; undefined: with the command line. Never rejects: access ends all the same. */
export async function auditEndedByOperator(
  recording: Recording,
  login: Login,
  operator: Login | undefined,
  caller: Caller,
): Promise<void> {
  const event = {
    eventName: 'logout' as const,
    ...occurrence(recording, caller),
    ...userOf(login),
    reason: 'operator' as const,
    ...(operator && { endedBy: userOf(operator) }),
  }
  await record(recording, { event, login })
}

/** What an operator took back, also where it ended nothing. Never rejects. */
export async function auditRevocation(
  recording: Recording,
  revoked: Pick<
    Extract<AuditEvent, { eventName: 'access.revoked' }>,
    'provider' | 'subject' | 'roleArn' | 'before' | 'sessions' | 'devices'
  >,
  operator: Login | undefined,
  caller: Caller,
): Promise<void> {
  const event = {
    eventName: 'access.revoked' as const,
    ...occurrence(recording, caller),
    ...revoked,
    ...(operator && { revokedBy: userOf(operator) }),
  }
  await record(recording, { event })
}

/** Rejects with AuditError where it cannot be recorded: then the device may not have the tokens. */
export async function auditToken(
  recording: Recording,
  login: Login,
  issued: Pick<Extract<AuditEvent, { eventName: 'token' }>, 'grantType' | 'isBound'>,
  caller: Caller,
): Promise<void> {
  const event = { eventName: 'token' as const, ...occurrence(recording, caller), ...userOf(login), ...issued }
  await record(recording, { event, login })
}

/** Never rejects: access ends all the same. */
export async function auditRevokedTokens(
  recording: Recording,
  login: Login,
  reason: Extract<AuditEvent, { eventName: 'token.revoked' }>['reason'],
  caller: Caller,
): Promise<void> {
  const event = { eventName: 'token.revoked' as const, ...occurrence(recording, caller), ...userOf(login), reason }
  await record(recording, { event, login })
}

function auditSignIn(eventName: 'login' | 'login.renewed') {
  return async (
    recording: Recording & ConfiguredProviders,
    login: Login,
    caller: Caller,
    afterwards?: () => Promise<void>,
  ): Promise<void> => {
    const { identity, leftOut } = login.signIn
    const { protocol, issuer, authenticatedAt, authnContext } = identity
    const warnings = [...signInWarnings(login.signIn), ...tokenWarnings(recording, login)]
    const event = {
      eventName,
      ...occurrence(recording, caller),
      ...userOf(login),
      protocol,
      issuer,
      authenticatedAt,
      ...(authnContext && { authnContext }),
      ...(leftOut && { leftOut }),
      ...(warnings.length > 0 && { warnings }),
    }
    await record(recording, { event, login, afterwards })
  }
}

function tokenWarnings({ providers }: ConfiguredProviders, { signIn }: Login): readonly string[] {
  const { identity, evidence } = signIn
  const provider = providers.get(identity.provider)
  const lifetime = (evidence.expiresAt.getTime() - evidence.issuedAt.getTime()) / 1000
  return provider ? tokenLifetimeWarnings(provider.settings, lifetime) : []
}

function auditingRefused(eventName: 'login.refused' | 'logout.refused') {
  return async <Result>(
    recording: Recording,
    { provider, subject }: { readonly provider: string; readonly subject?: string },
    caller: Caller,
    step: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await step()
    } catch (error) {
      if (error instanceof FedgateError && !isRecorded(caller, error)) {
        const event = {
          eventName,
          ...occurrence(recording, caller),
          provider: provider.slice(0, LONGEST_NAME),
          ...(subject !== undefined && { subject }),
          ...refusalOf(error, verdictOf(error)),
        }
        rememberRecorded(caller, error, await record(recording, { event }))
      }
      throw error
    }
  }
}

function isRecorded(caller: Caller, error: FedgateError): boolean {
  return recorded.get(caller)?.has(error) ?? false
}
