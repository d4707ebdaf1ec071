/** The keys of the call, its signer, the role it is about and the future session (aws-facts D.5). */
import { conditionKeyOf } from './condition-key-table.ts'
import { type ContextValue, list, single } from './context.ts'

type Tags = ReadonlyMap<string, string>

/** What the new session will carry. */
export interface SessionFacts {
  readonly roleSessionName: string
  readonly sourceIdentity: string | undefined
  readonly tags: Tags
  readonly transitiveTagKeys: readonly string[]
  /** For AssumeRole only. */
  readonly externalId?: string | undefined
}

/** The call itself. The two federated calls are unsigned, so the caller is anonymous. */
export interface CallFacts {
  readonly now: Date
  readonly sourceIp: string
  readonly secureTransport: boolean
  readonly userAgent: string | undefined
  readonly region: string
}

/** Who signs the call. */
export interface CallerFacts {
  /** `AssumedRole` for every role session, whichever provider vouched for it. */
  readonly type: 'Account' | 'User' | 'AssumedRole' | 'FederatedUser'
  /** For a role session: the role's path and name. */
  readonly arn: string
  readonly account: string
  /** `AIDA…`, `AROA…:session`, `111122223333:name`. */
  readonly userId: string
  /** The session's tags take precedence over its role's. */
  readonly tags: Tags
  /** Only temporary credentials have these. */
  readonly temporary?: TemporaryFacts
}

export interface TemporaryFacts {
  readonly issuedAt: Date
  readonly mfaAt: Date | undefined
  readonly sourceIdentity: string | undefined
  /** The ARN of the provider that vouched, or the name of one that IAM knows. */
  readonly federatedProvider: string | undefined
  /** The keys that carriedContext kept from the call that created the session. */
  readonly carried: readonly ContextValue[]
}

const COGNITO = 'cognito-identity.amazonaws.com'

/** `sts:*`, `aws:RequestTag/…` and `aws:TagKeys`. */
export function sessionContext(session: SessionFacts): ContextValue[] {
  return [
    single('sts:RoleSessionName', session.roleSessionName, 'RoleSessionName'),
    single('sts:SourceIdentity', session.sourceIdentity, 'SourceIdentity'),
    single('sts:ExternalId', session.externalId, 'ExternalId'),
    list('sts:TransitiveTagKeys', session.transitiveTagKeys, 'the transitive session tags'),
    ...requestTagContext(session.tags),
  ]
}

/** Everything that GetFederationToken sets. */
export function requestTagContext(tags: Tags): ContextValue[] {
  return [
    list('aws:TagKeys', [...tags.keys()], 'the session tags'),
    ...[...tags].map(([key, value]) => single(`aws:RequestTag/${key}`, value, `session tag ${key}`)),
  ]
}

/** The tags of the resource: of the role that is to be assumed. */
export function resourceContext(tags: Tags): ContextValue[] {
  return [...tags].flatMap(([key, value]) => [
    single(`iam:ResourceTag/${key}`, value, `the role's tag ${key}`),
    single(`aws:ResourceTag/${key}`, value, `the role's tag ${key}`),
  ])
}

/** The keys that every call has, with the values of an unsigned one. */
export function unsignedCallContext(call: CallFacts): ContextValue[] {
  return [
    ...callContext(call),
    single('aws:PrincipalType', 'Anonymous', 'an unsigned call'),
    single('aws:PrincipalAccount', 'anonymous', 'an unsigned call'),
    single('aws:userid', 'anonymous', 'an unsigned call'),
  ]
}

function callContext(call: CallFacts): ContextValue[] {
  return [
    single('aws:CurrentTime', call.now.toISOString(), 'the clock'),
    single('aws:EpochTime', String(Math.floor(call.now.getTime() / 1000)), 'the clock'),
    single('aws:SourceIp', call.sourceIp, 'the connection'),
    single('aws:SecureTransport', String(call.secureTransport), 'the connection'),
    single('aws:UserAgent', call.userAgent, 'User-Agent'),
    single('aws:RequestedRegion', call.region, 'the endpoint'),
  ]
}

/** The keys of a signed call: AssumeRole, GetFederationToken, and all calls of a session. */
export function signedCallContext(call: CallFacts, caller: CallerFacts): ContextValue[] {
  return [
    ...callContext(call),
    single('aws:PrincipalArn', caller.arn, 'the caller'),
    single('aws:PrincipalAccount', caller.account, 'the caller'),
    single('aws:PrincipalType', caller.type, 'the caller'),
    single('aws:userid', caller.userId, 'the caller'),
    single('aws:username', caller.type === 'User' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined),
    ...[...caller.tags].map(([key, value]) => single(`aws:PrincipalTag/${key}`, value, `the caller's tag ${key}`)),
    ...(caller.temporary ? temporaryContext(caller.temporary, call.now) : []),
  ]
}

/** For long-term keys AWS does not say whether MFA was used. */
function temporaryContext(session: TemporaryFacts, now: Date): ContextValue[] {
  const { issuedAt, mfaAt, sourceIdentity, federatedProvider, carried } = session
  const mfaAge = mfaAt && Math.floor((now.getTime() - mfaAt.getTime()) / 1000)
  return [
    single('aws:TokenIssueTime', issuedAt.toISOString(), "the caller's credentials"),
    single('aws:MultiFactorAuthPresent', String(mfaAt !== undefined), "the caller's credentials"),
    single('aws:MultiFactorAuthAge', mfaAge === undefined ? undefined : String(mfaAge), "the caller's credentials"),
    single('aws:SourceIdentity', sourceIdentity, "the caller's session"),
    single('aws:FederatedProvider', federatedProvider, "the caller's session"),
    ...carried,
  ]
}

/**
 * The identity provider's keys that remain in the session, in its calls and in roles it assumes (B.1, C.1). For guests
 * of Cognito the identity pool's does not.
 */
export function carriedContext(identity: readonly ContextValue[]): ContextValue[] {
  const isGuest = identity.some(({ key, values }) => key === `${COGNITO}:amr` && values.includes('unauthenticated'))
  return identity.filter(
    ({ key }) => conditionKeyOf(key)?.usableIn.includes('session') && !(isGuest && key === `${COGNITO}:aud`),
  )
}
