/**
 * A user's recent actions, for their own activity page; the audit log is for operators, and complete. Derived from the
 * same events (record.ts).
 */
import type { AuditEvent } from '../../audit/events.ts'
import type { Login } from '../login/logins.ts'
import { activities } from '../store-records.ts'
import { type RecordedUser, readRecord, type UserRecord, type UserStore, updateRecord } from './user-record.ts'

interface Occurrence {
  readonly at: Date
  /** As in the audit log. */
  readonly reference: string
  readonly sourceIp: string
  readonly userAgent: string
  /** The name of the command line's device that did it. */
  readonly device?: string
}

/**
 * `renewal`: the user signed in again, and the login continued. `provider-sign-out`: the identity provider ended the
 * login, `operator-sign-out`: an operator; then `sourceIp` and `userAgent` are theirs.
 */
export interface SignInActivity extends Occurrence {
  readonly kind: 'sign-in' | 'renewal' | 'sign-out' | 'provider-sign-out' | 'operator-sign-out' | DeviceActivity
}

/** `device-token-reused`: someone used a code or a refresh token of the device a second time. */
type DeviceActivity = 'device-sign-in' | 'device-sign-out' | 'device-token-reused'

export interface ExchangeActivity extends Occurrence {
  readonly kind: 'exchange'
  readonly role: string
  readonly sessionName: string
  /** The access key ID, by which CloudTrail identifies the credentials. */
  readonly accessKeyId: string
  readonly expiresAt: Date
  /** The role's region, where its events will probably be. */
  readonly region: string
  /** The page of the console that was opened; undefined: the credentials themselves were handed out. */
  readonly destination?: string
}

export interface DeniedActivity extends Occurrence {
  readonly kind: 'denied'
  readonly role: string
  readonly code: string
  readonly sentence: string
}

export type Activity = SignInActivity | ExchangeActivity | DeniedActivity

const MOST_KEPT = 100

const history: UserRecord<readonly Activity[]> = { kind: activities, none: [] }

const SIGN_OUTS = { person: 'sign-out', provider: 'provider-sign-out', operator: 'operator-sign-out' } as const

/** Needs no quoting in a shell: AWS's own IDs and regions contain nothing else. */
const PLAIN = /^[A-Za-z0-9-]+$/

/** Latest first, at most a hundred of the last ninety days. */
export function activityOf(keeping: UserStore, login: Login): Promise<readonly Activity[]> {
  return activityOfUser(keeping, login.signIn.identity)
}

/** The same for a user who may not be signed in. */
export function activityOfUser(keeping: UserStore, user: RecordedUser): Promise<readonly Activity[]> {
  return readRecord(keeping, history, user)
}

/** Adds what the user is shown of the event, if anything. */
export async function addActivity(
  keeping: UserStore,
  { event, login }: { readonly event: AuditEvent; readonly login: Login },
  reference: string,
): Promise<void> {
  const activity = activityIn(event, reference)
  if (!activity) return
  await updateRecord(keeping, history, login, (before) => [activity, ...before].slice(0, MOST_KEPT))
}

function activityIn(event: AuditEvent, reference: string): Activity | undefined {
  const occurrence = {
    at: event.eventTime,
    reference,
    sourceIp: event.sourceIPAddress ?? '',
    userAgent: event.userAgent ?? '',
    ...(event.device !== undefined && { device: event.device }),
  }
  switch (event.eventName) {
    case 'login':
      return { kind: 'sign-in', ...occurrence }
    case 'login.renewed':
      return { kind: 'renewal', ...occurrence }
    case 'logout':
      return { kind: SIGN_OUTS[event.reason], ...occurrence }
    case 'exchange':
      // The user does not see the console's credentials: the next event shows whether it was opened.
      return event.purpose === 'console' ? undefined : { kind: 'exchange', ...occurrence, ...takenIn(event) }
    case 'console':
      return { kind: 'exchange', ...occurrence, ...takenIn(event), destination: event.destination }
    case 'exchange.denied':
      return event.retriedWithSeconds === undefined ? { kind: 'denied', ...occurrence, ...deniedIn(event) } : undefined
    case 'console.denied':
      return { kind: 'denied', ...occurrence, ...deniedIn(event) }
    case 'token':
      return event.grantType === 'refresh_token' ? undefined : { kind: 'device-sign-in', ...occurrence }
    case 'token.revoked':
      return { kind: event.reason === 'reuse' ? 'device-token-reused' : 'device-sign-out', ...occurrence }
    default:
      return undefined
  }
}

function takenIn({
  requestParameters: { roleArn, roleSessionName = '' },
  responseElements: { accessKeyId, expiration },
  awsRegion,
}: Extract<AuditEvent, { eventName: 'exchange' | 'console' }>) {
  return { role: roleArn, sessionName: roleSessionName, accessKeyId, expiresAt: expiration, region: awsRegion }
}

function deniedIn({
  requestParameters: { roleArn },
  errorCode,
  errorMessage,
}: Extract<AuditEvent, { eventName: 'exchange.denied' | 'console.denied' }>) {
  return { role: roleArn, code: errorCode, sentence: errorMessage }
}

/**
 * The AWS CLI's command to find what was done with those credentials in that region; it needs access to CloudTrail.
 */
export function cloudTrailCommand({ accessKeyId, region }: Pick<ExchangeActivity, 'accessKeyId' | 'region'>): string {
  if (!PLAIN.test(accessKeyId) || !PLAIN.test(region)) return ''
  const attribute = `AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`
  return `aws cloudtrail lookup-events --region ${region} --lookup-attributes ${attribute}`
}
