/**
 * A small part of S3, in its REST protocol: buckets with small objects, for permissions that have an effect. Start here;
 * request.ts finds bucket and key, operations.ts has what is answered, buckets.ts what is kept.
 */
import { type ContextValue, requestContext } from '../../../iam/condition-keys/context.ts'
import { element, type Markup, render } from '../../../xml/write.ts'
import { callerContext } from '../../caller-context.ts'
import type { HttpRequest, HttpResponse } from '../../http.ts'
import { type Attempt, denialReason, deniedText, type SignedCaller } from '../../permissions.ts'
import type { Call } from '../../sts/call.ts'
import { resourceRefusal } from '../resource-permission.ts'
import { asServiceError, type ErrorNames, logText, ServiceError } from '../service-error.ts'
import { callerOf, type ServiceHost, startCall } from '../signed-call.ts'
import type { Bucket, BucketStore } from './buckets.ts'
import { type S3Answer, type S3Operation, s3OperationOf, s3Operations } from './operations.ts'
import { type S3Request, s3RequestOf } from './request.ts'

const errorNames: ErrorNames = {
  InvalidClientTokenId: [
    'InvalidAccessKeyId',
    403,
    'The AWS Access Key Id you provided does not exist in our records.',
  ],
  IncompleteSignature: ['AuthorizationHeaderMalformed', 400],
  // Unsigned: only a bucket that is open to the public would answer, and new buckets block that.
  MissingAuthenticationToken: ['AccessDenied', 403, 'Access Denied'],
  ExpiredToken: ['ExpiredToken', 400, 'The provided token has expired.'],
}

/** Answers one request; never throws. */
export function answerS3(host: ServiceHost, buckets: BucketStore, request: HttpRequest, now: Date): HttpResponse {
  const { call, record } = startCall(host, request, now, new Map())
  let name = `${request.method} S3`
  let isRecorded = true
  try {
    const asked = s3RequestOf(request)
    const caller = callerOf(host, call, 's3')
    const found = s3OperationOf(asked)
    const operation: S3Operation = s3Operations[found]
    name = found
    isRecorded = !operation.isDataEvent
    call.note({ requestParameters: asked.bucket === '' ? {} : { bucketName: asked.bucket } })
    requireS3(host, buckets, call, caller, operation, asked)
    const answer = operation.answer({ buckets, asked, request, caller, region: call.region, now })
    if (isRecorded) record('s3', name, undefined)
    host.log(`s3 ${name} ${asked.bucket} by ${caller.arn}`)
    return replyOf(call, answer)
  } catch (thrown) {
    const error = asServiceError(thrown, errorNames)
    if (isRecorded) record('s3', name, error)
    host.log(`s3 ${name} ${logText(error)}`)
    return replyOf(call, { status: error.status, body: errorMarkup(error, call) })
  }
}

/** Throws AccessDenied, or NoSuchBucket. */
function requireS3(
  { aws }: ServiceHost,
  buckets: BucketStore,
  call: Call,
  caller: SignedCaller,
  { action, keys, alsoNeeds }: S3Operation,
  asked: S3Request,
): void {
  const bucket = buckets.find(asked.bucket)
  if (asked.bucket !== '' && !bucket && action !== 's3:CreateBucket')
    throw new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist')
  const resource = arnOf(caller, asked)
  const shownAs = action === 's3:ListAllMyBuckets' ? '' : `"${resource}"`
  const attemptOf = (action: string, own: readonly ContextValue[]): Attempt => ({
    action,
    resource,
    shownAs,
    context: requestContext([...own, ...callerContext(aws.iam, caller, call)]),
  })
  const further = alsoNeeds?.(asked)
  const attempts = [attemptOf(action, keys?.(asked) ?? []), ...(further === undefined ? [] : [attemptOf(further, [])])]
  const isOwn = !bucket || bucket.account === caller.account
  // The name of a bucket of another account is taken: that is told, and nothing else.
  const isPolicyIgnored = action === 's3:CreateBucket' || (isOwn && isRootUnlocking(caller, action))
  const owner = isPolicyIgnored ? { account: caller.account } : ownerOf(bucket, caller)
  for (const attempt of attempts) {
    const refusal = resourceRefusal(aws.iam, caller, attempt, owner)
    if (!refusal) continue
    const reason = refusal.decision && denialReason(refusal.decision)
    // S3 explains itself within an account only.
    const message = isOwn ? deniedText(caller, attempt, refusal) : 'Access Denied'
    throw new ServiceError('AccessDenied', 403, message, reason === undefined ? {} : { reason })
  }
  hideMissingKey(aws.iam, caller, call, { action, asked, bucket })
}

const OF_POLICIES: ReadonlySet<string> = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'])

/** No policy of a bucket locks out the root user of its account from that policy (S3 API, DeleteBucketPolicy). */
function isRootUnlocking({ kind }: SignedCaller, action: string): boolean {
  return kind === 'root' && OF_POLICIES.has(action)
}

function ownerOf(bucket: Bucket | undefined, caller: SignedCaller) {
  return { account: bucket?.account ?? caller.account, policy: bucket?.policy?.policy }
}

interface Read {
  readonly action: string
  readonly asked: S3Request
  readonly bucket: Bucket | undefined
}

/** Without the permission to list the bucket, a missing object looks like one that may not be read. */
function hideMissingKey(
  iam: ServiceHost['aws']['iam'],
  caller: SignedCaller,
  call: Call,
  { action, asked, bucket }: Read,
): void {
  if (action !== 's3:GetObject' || !bucket || bucket.objects.has(asked.key)) return
  const attempt = {
    action: 's3:ListBucket',
    resource: arnOf(caller, { ...asked, key: '' }),
    context: requestContext(callerContext(iam, caller, call)),
  }
  if (resourceRefusal(iam, caller, { ...attempt, shownAs: `"${attempt.resource}"` }, ownerOf(bucket, caller)))
    throw new ServiceError('AccessDenied', 403, 'Access Denied', {
      reason: 'there is no such key, and no s3:ListBucket',
    })
}

function arnOf({ partition }: SignedCaller, { bucket, key }: S3Request): string {
  const path = bucket === '' ? '*' : key === '' ? bucket : `${bucket}/${key}`
  return `arn:${partition}:s3:::${path}`
}

function errorMarkup({ code, message }: ServiceError, { requestId }: Call): Markup {
  return element('Error', {}, [
    element('Code', {}, code),
    element('Message', {}, message),
    element('RequestId', {}, requestId),
    element('HostId', {}, Buffer.from(requestId).toString('base64')),
  ])
}

/** node:http leaves out the body of a response to HEAD, and keeps its length. */
function replyOf({ requestId, request }: Call, { status, headers = {}, body = '' }: S3Answer): HttpResponse {
  const isMarkup = typeof body === 'object' && 'markup' in body
  const isError = status >= 400
  return {
    status,
    headers: {
      'x-amz-request-id': requestId,
      'x-amz-id-2': Buffer.from(requestId).toString('base64'),
      ...(isError ? { 'Content-Type': 'application/xml' } : {}),
      ...headers,
    },
    body: isError && request.method === 'HEAD' ? '' : isMarkup ? render(body) : body,
    isCacheable: Buffer.isBuffer(body) || status === 304,
  }
}
