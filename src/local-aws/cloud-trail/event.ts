/** One event in CloudTrail's JSON shape (aws-facts F.3, F.4). */
import { randomUUID } from 'node:crypto'
import { type AwsErrorCode, withoutCodes } from '../aws-errors.ts'
import { timestamp } from '../query/answer.ts'
import type { Call } from '../sts/call.ts'
import type { CloudTrailFacts, JsonObject, UserIdentity } from './facts.ts'

/** A call that was answered, with a success or an error. */
export interface RecordedCall {
  readonly call: Pick<Call, 'request' | 'requestId' | 'region' | 'now'>
  readonly service: 'sts' | 'iam' | 'ec2' | 's3' | 'codeartifact' | 'sso-oauth'
  readonly eventName: string
  readonly facts: CloudTrailFacts
  readonly error: RecordedError | undefined
}

/** The answer, if it is an error: of the Query services, or of another one with codes of its own. */
interface RecordedError {
  readonly code: string
  readonly message: string
}

/** The short error codes that CloudTrail writes as names of exceptions. */
const exceptionNames: Partial<Record<AwsErrorCode, string>> = {
  DeleteConflict: 'DeleteConflictException',
  EntityAlreadyExists: 'EntityAlreadyExistsException',
  IDPCommunicationError: 'IDPCommunicationErrorException',
  IDPRejectedClaim: 'IDPRejectedClaimException',
  InvalidIdentityToken: 'InvalidIdentityTokenException',
  InvalidInput: 'InvalidInputException',
  LimitExceeded: 'LimitExceededException',
  MalformedPolicyDocument: 'MalformedPolicyDocumentException',
  NoSuchEntity: 'NoSuchEntityException',
  PackedPolicyTooLarge: 'PackedPolicyTooLargeException',
}

/** As CloudTrail writes the code. */
function exceptionName(code: string): string {
  return Object.hasOwn(exceptionNames, code) ? (exceptionNames[code as AwsErrorCode] ?? code) : code
}

const UNKNOWN_CALLER: UserIdentity = { type: 'Unknown' }

/**
 * The event for each trail that gets it: that of the caller's account, and that of the role's account if it is another
 * one, linked by sharedEventID. The role's account only sees the account and the unique ID of a caller from another
 * account.
 */
export function cloudTrailEvents(recorded: RecordedCall): readonly JsonObject[] {
  const { userIdentity = UNKNOWN_CALLER, recipientAccountId = userIdentity.accountId } = recorded.facts
  const own = userIdentity.accountId
  if (own === undefined || own === recipientAccountId) return [event(recorded, userIdentity, recipientAccountId)]
  const sharedEventID = randomUUID()
  const { principalId = own } = userIdentity
  const stranger: UserIdentity = { type: 'AWSAccount', principalId, accountId: own }
  return [
    { ...event(recorded, userIdentity, own), sharedEventID },
    { ...event(recorded, stranger, recipientAccountId), sharedEventID },
  ]
}

function event(
  { call, service, eventName, facts, error }: RecordedCall,
  userIdentity: UserIdentity,
  recipientAccountId: string | undefined,
): JsonObject {
  const { request, requestId, region, now } = call
  return {
    eventVersion: '1.08',
    userIdentity,
    eventTime: timestamp(now),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: region,
    sourceIPAddress: request.remoteAddress,
    userAgent: request.headers['user-agent'],
    errorCode: error && exceptionName(error.code),
    errorMessage: error && errorMessage(error, eventName),
    requestParameters: facts.requestParameters ?? null,
    responseElements: error ? null : (facts.responseElements ?? null),
    requestID: requestId,
    eventID: randomUUID(),
    readOnly: isReadOnly(eventName),
    resources: facts.resources,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId,
    eventCategory: 'Management',
    tlsDetails: { clientProvidedHostHeader: request.headers.host },
  }
}

/** CloudTrail reveals less about a denied web identity than the response does (F.4). */
function errorMessage({ code, message }: RecordedError, eventName: string): string {
  return code === 'AccessDenied' && eventName === 'AssumeRoleWithWebIdentity'
    ? 'An unknown error occurred'
    : withoutCodes(message)
}

function isReadOnly(eventName: string): boolean {
  return /^(Get|List|Describe|Head|AssumeRole|Decode)/.test(eventName)
}
