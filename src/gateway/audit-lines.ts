import { subjectWarnings } from '../access/subject.ts'
import { tokenLifetimeWarnings } from '../access/token-lifetime.ts'
import { type Audit, type AuditEvent, refusalOf } from '../audit/events.ts'
import { FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'
import { ExplainedDenial } from './explain-denial.ts'
import type { Caller, Gateway } from './gateway.ts'
import type { Login } from './logins.ts'
import type { Exchange } from './role-request.ts'
import type { TakenRole, WantedRole } from './taken-role.ts'

type Auditing = { readonly audit: Audit } & Pick<Gateway, 'now'>

const occurrence = ({ now }: Auditing, { reference, sourceIp, userAgent }: Caller) => ({
  eventTime: now(),
  referenceId: reference,
  sourceIPAddress: sourceIp,
  userAgent,
})

const person = ({ signIn: { identity } }: Login) => ({ provider: identity.provider, subject: identity.subject })

const findingsOf = (error: FedgateError): Verdict | undefined => {
  const { verdict } = error as { verdict?: Verdict }
  return verdict === undefined || verdict.length === 0 ? undefined : verdict
}

const tokenWarnings = ({ providers }: Pick<Gateway, 'providers'>, { signIn }: Login): readonly string[] => {
  const { identity, evidence } = signIn
  const provider = providers.get(identity.provider)
  const lifetime = (evidence.expiresAt.getTime() - evidence.issuedAt.getTime()) / 1000
  return provider ? tokenLifetimeWarnings(provider.settings, lifetime) : []
}

const auditSignIn =
  (eventName: 'login' | 'login.renewed') =>
  (gateway: Auditing & Pick<Gateway, 'providers'>, login: Login, caller: Caller): void => {
    const { identity, leftOut } = login.signIn
    const { protocol, issuer, authenticatedAt } = identity
    const warnings = [...subjectWarnings(identity), ...tokenWarnings(gateway, login)]
    gateway.audit.record({
      eventName,
      ...occurrence(gateway, caller),
      ...person(login),
      protocol,
      issuer,
      authenticatedAt,
      ...(leftOut && { leftOut }),
      ...(warnings.length > 0 && { warnings }),
    })
  }

export const auditLogin = auditSignIn('login')
/** The same person proved anew who they are, and their login goes on. */
export const auditRenewal = auditSignIn('login.renewed')

const auditingRefused =
  (eventName: 'login.refused' | 'logout.refused') =>
  async <Result>(
    gateway: Auditing,
    who: { readonly provider: string; readonly subject?: string },
    caller: Caller,
    step: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await step()
    } catch (error) {
      if (error instanceof FedgateError)
        gateway.audit.record({
          eventName,
          ...occurrence(gateway, caller),
          ...who,
          ...refusalOf(error, findingsOf(error)),
        })
      throw error
    }
  }

/** Runs a step of a login; what it refuses is in the log under the caller's reference. */
export const auditingRefusals = auditingRefused('login.refused')
/** The same for what identity providers say about logouts. */
export const auditingRefusedLogouts = auditingRefused('logout.refused')

const asked = ({ role, session, durationSeconds }: Exchange) => ({
  roleArn: role.role.arn,
  roleSessionName: session.roleSessionName,
  durationSeconds,
  ...(role.sessionPolicyArns.length > 0 && { policyArns: role.sessionPolicyArns }),
  ...(role.sessionPolicy !== undefined && { policy: role.sessionPolicy }),
  ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
  ...(session.tags.size > 0 && { principalTags: Object.fromEntries(session.tags) }),
  ...(session.transitiveTagKeys.length > 0 && { transitiveTagKeys: session.transitiveTagKeys }),
  ...(session.leftOut.length > 0 && { leftOut: session.leftOut }),
})

const issued = (taken: TakenRole) => ({
  requestParameters: asked(taken),
  responseElements: {
    accessKeyId: taken.credentials.accessKeyId,
    expiration: taken.credentials.expiration,
    assumedRoleArn: taken.assumedRoleArn,
    ...(taken.sourceIdentity !== undefined && { sourceIdentity: taken.sourceIdentity }),
    ...(taken.packedPolicySize !== undefined && { packedPolicySize: taken.packedPolicySize }),
    ...(taken.requestId !== undefined && { requestID: taken.requestId }),
  },
})

export const auditExchange = (gateway: Auditing, login: Login, taken: TakenRole, caller: Caller): void =>
  gateway.audit.record({ eventName: 'exchange', ...occurrence(gateway, caller), ...person(login), ...issued(taken) })

export const auditConsole = (
  gateway: Auditing,
  login: Login,
  taken: TakenRole,
  destination: string,
  caller: Caller,
): void =>
  gateway.audit.record({
    eventName: 'console',
    ...occurrence(gateway, caller),
    ...person(login),
    ...issued(taken),
    destination,
  })

const durationOf = ({ durationSeconds }: WantedRole) => (durationSeconds === undefined ? {} : { durationSeconds })

/** Whatever did not come to pass: a role that is not granted, a duration, AWS's no. Anything else is a defect. */
export const auditDenied = (
  gateway: Auditing,
  eventName: 'exchange.denied' | 'console.denied',
  login: Login,
  wanted: WantedRole | Exchange,
  caller: Caller,
  error: unknown,
): void => {
  if (!(error instanceof FedgateError)) return
  const event: AuditEvent = {
    eventName,
    ...occurrence(gateway, caller),
    ...person(login),
    requestParameters: 'session' in wanted ? asked(wanted) : { roleArn: wanted.role, ...durationOf(wanted) },
    ...refusalOf(error, findingsOf(error), error instanceof ExplainedDenial ? error.likelyReason : undefined),
  }
  gateway.audit.record(event)
}

/** `person`: signed out here. `provider`: the identity provider asked for it. */
export const auditLogout = (gateway: Auditing, login: Login, reason: 'person' | 'provider', caller: Caller): void =>
  gateway.audit.record({ eventName: 'logout', ...occurrence(gateway, caller), ...person(login), reason })
