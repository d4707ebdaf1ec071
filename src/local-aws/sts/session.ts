/** From an allowed call to credentials. */
import { policyArnCount, roleDuration } from '../../aws/facts/limits.ts'
import { element, type Markup } from '../../xml/write.ts'
import { newTemporaryKey } from '../access-keys.ts'
import { AwsError, notAuthorized, texts, validationError } from '../aws-errors.ts'
import { timestamp } from '../query/answer.ts'
import { listOf, type Parameters } from '../query/parameters.ts'
import { checkArn, required } from '../query/shapes.ts'
import type { RoleSession, Sessions } from '../sessions.ts'
import type { Iam, Role } from '../state.ts'
import { packedSize, type SessionTags } from './session-tags.ts'
import type { AssumeAction } from './trust.ts'

/** Roles of Identity Center cannot be taken by federation of one's own. */
const RESERVED = /^AWSReservedSSO_/

/** The role asked for; one that does not exist is AccessDenied, so that nobody learns which do. */
export const findRole = (iam: Iam, parameters: Parameters, action: AssumeAction): Role => {
  const arn = required(parameters, 'RoleArn')
  const role = iam.role(arn)
  if (!role) throw notAuthorized(action, `there is no role ${arn}`)
  if (RESERVED.test(role.name)) throw notAuthorized(action, 'the role belongs to Identity Center')
  return role
}

/** Seconds. Throws ValidationError above the role's maximum: AWS never clamps. */
export const requestedDuration = (parameters: Parameters, role: Role): number => {
  const seconds = Number(parameters.get('DurationSeconds') ?? roleDuration.default)
  if (seconds > role.maxSessionDuration) throw validationError(texts.durationAboveRole)
  return seconds
}

/** Session policies narrow what a session may do, which nothing here depends on; their form is still checked. */
export const checkSessionPolicies = (parameters: Parameters): void => {
  const policy = parameters.get('Policy')
  if (policy !== undefined && !isJsonObject(policy)) throw new AwsError('MalformedPolicyDocument', texts.policyNotJson)
  const arns = listOf(parameters, 'PolicyArns', '.arn')
  if (arns.length > policyArnCount) throw validationError(texts.tooManyPolicyArns(policyArnCount))
  for (const arn of arns) checkArn(arn)
}

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

export interface SessionToOpen {
  readonly role: Role
  readonly sessionName: string
  readonly seconds: number
  readonly provider: string
  readonly sourceIdentity: string | undefined
  readonly tags: SessionTags
}

export interface OpenedSession {
  readonly session: RoleSession
  /** `Credentials`, `AssumedRoleUser`, and `PackedPolicySize` and `SourceIdentity` where there are any. */
  readonly members: readonly (Markup | undefined)[]
}

/** Throws PackedPolicyTooLarge before anything is made. */
export const openSession = (sessions: Sessions, toOpen: SessionToOpen, now: Date): OpenedSession => {
  const packed = packedSize(toOpen.tags)
  const session = newSession(toOpen, now)
  sessions.add(session, now)
  return {
    session,
    members: [
      credentialsMarkup(session),
      element('AssumedRoleUser', {}, [element('AssumedRoleId', {}, session.userId), element('Arn', {}, session.arn)]),
      packed === undefined ? undefined : element('PackedPolicySize', {}, String(packed)),
      session.sourceIdentity === undefined ? undefined : element('SourceIdentity', {}, session.sourceIdentity),
    ],
  }
}

const newSession = (
  { role, sessionName, seconds, provider, sourceIdentity, tags }: SessionToOpen,
  now: Date,
): RoleSession => {
  const { accessKeyId, secretAccessKey, sessionToken } = newTemporaryKey(role.account)
  return {
    kind: 'role-session',
    chained: false,
    accessKeyId,
    secretAccessKey,
    // Whole seconds, as the answer tells it.
    temporary: { sessionToken, expiration: new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000) },
    issuedAt: now,
    partition: role.partition,
    account: role.account,
    arn: `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    principalArn: role.arn,
    roleArn: role.arn,
    roleName: role.name,
    sessionName,
    provider,
    sourceIdentity,
    tags: tags.tags,
    transitiveTagKeys: tags.transitiveKeys,
    sessionPolicies: undefined,
    mfaAt: undefined,
    identity: [],
  }
}

const credentialsMarkup = ({ accessKeyId, secretAccessKey, temporary }: RoleSession): Markup =>
  element('Credentials', {}, [
    element('AccessKeyId', {}, accessKeyId),
    element('SecretAccessKey', {}, secretAccessKey.reveal()),
    element('SessionToken', {}, temporary.sessionToken.reveal()),
    element('Expiration', {}, timestamp(temporary.expiration)),
  ])
