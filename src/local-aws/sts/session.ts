/** From an allowed call to credentials. */
import { roleDuration, sessionTokenSize, userSessionDuration } from '../../aws/facts/limits.ts'
import { estimatePackedSize } from '../../aws/facts/packed-size.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import { carriedContext } from '../../iam/condition-keys/condition-keys.ts'
import type { ContextValue } from '../../iam/condition-keys/context.ts'
import { element, type Markup } from '../../xml/write.ts'
import { newTemporaryKey } from '../access-keys.ts'
import { AwsError, notAuthorized, texts, validationError } from '../aws-errors.ts'
import { timestamp } from '../query/answer.ts'
import type { Parameters } from '../query/parameters.ts'
import { checkArn, required } from '../query/shapes.ts'
import type { RoleSession, Session, SessionPolicies } from '../sessions.ts'
import type { IamStore, Role, User } from '../state.ts'
import type { Call, Sts } from './call.ts'
import type { SessionPolicyRequest } from './session-policies.ts'
import type { SessionTags } from './session-tags.ts'
import type { AssumeAction } from './trust.ts'

/** Roles of Identity Center cannot be assumed by other federation. */
const RESERVED = /^AWSReservedSSO_/

const ROOT_SECONDS = 3600

/** In octets. AWS publishes only that version 2 is longer. [K] */
const tokenSize = { v1Token: 240, v2Token: 320 } as const

/** What the packed size of a call is computed from. */
interface Packed {
  readonly tags: ReadonlyMap<string, string>
  readonly policies: SessionPolicyRequest
}

/** What every session has, whatever it is of. */
type NewCredentials = Pick<RoleSession, 'accessKeyId' | 'secretAccessKey' | 'temporary' | 'issuedAt' | 'tokensFor'>

/** What a call puts into credentials. */
type MadeBy = Pick<Call, 'now' | 'endpoint' | 'parameters'>

export interface SessionToOpen {
  readonly role: Role
  readonly sessionName: string
  readonly seconds: number
  /** The provider that vouched for the user at the beginning of the chain; undefined: none outside AWS. */
  readonly provider: string | undefined
  readonly sourceIdentity: string | undefined
  readonly tags: SessionTags
  readonly policies: SessionPolicyRequest
  /** The identity provider's keys that the session keeps. */
  readonly identity: readonly ContextValue[]
  /** Assumed with the credentials of a session. */
  readonly chained?: boolean
  /** The keys of contexts that were provided. */
  readonly contexts?: readonly ContextValue[]
}

export interface OpenedSession {
  readonly session: RoleSession
  /** `Credentials`, `AssumedRoleUser`, and `PackedPolicySize` and `SourceIdentity` if present. */
  readonly members: readonly (Markup | undefined)[]
}

/**
 * The role ARN of a federated call. Throws ValidationError with AWS's message: for an ARN that is not a role's it says
 * which of the two ARNs is wrong, but not its value (physera/onelogin-aws-cli issue 12).
 */
export function roleArnOf(parameters: Parameters): RoleArn {
  const text = required(parameters, 'RoleArn')
  checkArn(text)
  const arn = parseRoleArn(text)
  if (!arn) throw validationError(texts.requestArnInvalid)
  return arn
}

/** The requested role; a missing one is AccessDenied, so callers cannot learn which roles exist. */
export function findRole(iam: IamStore, parameters: Parameters, action: AssumeAction): Role {
  const arn = required(parameters, 'RoleArn')
  const role = iam.role(arn)
  if (!role) throw notAuthorized(action, `there is no role ${arn}`)
  if (RESERVED.test(role.name)) throw notAuthorized(action, 'the role belongs to Identity Center')
  return role
}

/** Seconds. Throws ValidationError above the role's maximum: AWS never clamps. */
export function requestedDuration(parameters: Parameters, role: Role): number {
  const seconds = Number(parameters.get('DurationSeconds') ?? roleDuration.default)
  if (seconds > role.maxSessionDuration) throw validationError(texts.durationAboveRole)
  return seconds
}

/** Seconds for GetFederationToken and GetSessionToken: for a root user an hour at most, whatever was requested. */
export function userSessionSeconds(parameters: Parameters, { kind }: User): number {
  const seconds = Number(parameters.get('DurationSeconds') ?? userSessionDuration.default)
  return kind === 'root' ? Math.min(seconds, ROOT_SECONDS) : seconds
}

/** PackedPolicySize in percent; undefined if there is nothing to pack. Throws PackedPolicyTooLarge above 100. */
export function packedSize({ tags, policies: { policy, policyArns } }: Packed): number | undefined {
  const ofTags = estimatePackedSize({ tags })
  if (ofTags > 100) throw new AwsError('PackedPolicyTooLarge', texts.packedTags(ofTags))
  if (policy === undefined && policyArns.length === 0) return tags.size === 0 ? undefined : ofTags
  const percent = estimatePackedSize({ tags, policy, policyArns })
  if (percent > 100) throw new AwsError('PackedPolicyTooLarge', texts.packedPolicy(percent))
  return percent
}

/**
 * The parts of a session that are new each time. Whole seconds, as in the response. The global endpoint issues tokens
 * of version 1, which are shorter and not valid in all regions, unless the account has chosen version 2 (F.2).
 */
export function newCredentials(iam: IamStore, account: string, seconds: number, call: MadeBy): NewCredentials {
  const { now, endpoint, parameters } = call
  const isVersion1 =
    endpoint.tokensFor === 'default-regions' && iam.settings.of(account).globalEndpointTokens === 'v1Token'
  const least = Number(parameters.get('MinimumSessionTokenSize') ?? 0)
  const size = Math.max(isVersion1 ? tokenSize.v1Token : tokenSize.v2Token, least)
  const { accessKeyId, secretAccessKey, sessionToken } = newTemporaryKey(account, size)
  const tokensFor = isVersion1 ? 'default-regions' : 'all-regions'
  const expiration = new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000)
  return { accessKeyId, secretAccessKey, temporary: { sessionToken, expiration }, issuedAt: now, tokensFor }
}

/** Throws PackedPolicyTooLarge before anything is created. */
export function openSession({ iam, sessions }: Sts, toOpen: SessionToOpen, call: MadeBy): OpenedSession {
  const packed = packedSize({ tags: toOpen.tags.tags, policies: toOpen.policies })
  const session = newSession(iam, toOpen, call)
  sessions.add(session, call.now)
  return {
    session,
    members: [
      credentialsMarkup(session),
      element('AssumedRoleUser', {}, [element('AssumedRoleId', {}, session.userId), element('Arn', {}, session.arn)]),
      packed === undefined ? undefined : element('PackedPolicySize', {}, String(packed)),
      session.sourceIdentity === undefined ? undefined : element('SourceIdentity', {}, session.sourceIdentity),
      ...tokenSizeMarkup(session),
    ],
  }
}

function newSession(iam: IamStore, toOpen: SessionToOpen, call: MadeBy): RoleSession {
  const { role, seconds, provider, policies, chained = false } = toOpen
  const { sessionName, sourceIdentity, tags, identity } = ownTexts(toOpen)
  const { accessKeyId, secretAccessKey, temporary, issuedAt, tokensFor } = newCredentials(
    iam,
    role.account,
    seconds,
    call,
  )
  return {
    kind: 'role-session',
    accessKeyId,
    secretAccessKey,
    temporary,
    issuedAt,
    tokensFor,
    partition: role.partition,
    account: role.account,
    arn: `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    principalArn: role.arn,
    roleArn: role.arn,
    roleName: role.name,
    sessionName,
    chained,
    provider,
    sourceIdentity,
    tags: tags.tags,
    transitiveTagKeys: tags.transitiveKeys,
    sessionPolicies: policies.narrowing,
    identity,
    // In a role's session AWS does not mention MFA, even if the call that created it had a code.
    mfaAt: undefined,
  }
}

interface DelegatedRole {
  readonly role: Role
  readonly sessionName: string
  readonly seconds: number
  readonly sessionPolicies: SessionPolicies
}

/** A session that nobody assumed: of a role that delegated its access. */
export function newRoleSession(iam: IamStore, of: DelegatedRole, call: MadeBy): RoleSession {
  const { role, sessionName, seconds, sessionPolicies } = of
  const policies = { policy: undefined, policyArns: [], narrowing: sessionPolicies }
  const nothing = { provider: undefined, sourceIdentity: undefined, tags: { tags: new Map(), transitiveKeys: [] } }
  return newSession(iam, { role, sessionName, seconds, policies, identity: [], ...nothing }, call)
}

/** The length of the token in octets, and the percentage of the largest one. */
export function tokenSizeMarkup({ temporary }: Session): readonly Markup[] {
  const { length } = temporary.sessionToken.reveal()
  return [
    element('SessionTokenUtilization', {}, String(Math.ceil((length * 100) / sessionTokenSize.max))),
    element('SessionTokenSize', {}, String(length)),
  ]
}

/** Copies: texts of a call are slices of its whole body or assertion, which a session must not keep in memory. */
function ownTexts({ sessionName, sourceIdentity, tags, identity, contexts = [] }: SessionToOpen) {
  const ownTags = new Map<string, string>()
  for (const [key, value] of tags.tags) ownTags.set(ownText(key), ownText(value))
  return {
    sessionName: ownText(sessionName),
    sourceIdentity: sourceIdentity === undefined ? undefined : ownText(sourceIdentity),
    tags: { tags: ownTags, transitiveKeys: tags.transitiveKeys.map(ownText) },
    identity: JSON.stringify([...carriedContext(identity), ...contexts]),
  }
}

/** V8 makes a slice of the joined text, so of nothing but this one. */
function ownText(text: string): string {
  return ` ${text}`.slice(1)
}

export function credentialsMarkup({ accessKeyId, secretAccessKey, temporary }: Session): Markup {
  return element('Credentials', {}, [
    element('AccessKeyId', {}, accessKeyId),
    element('SecretAccessKey', {}, secretAccessKey.reveal()),
    element('SessionToken', {}, temporary.sessionToken.reveal()),
    element('Expiration', {}, timestamp(temporary.expiration)),
  ])
}
