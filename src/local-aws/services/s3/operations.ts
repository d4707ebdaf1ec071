/** S3's operations that are here: which one a request means, what must be allowed, and the answer. */
import { type ContextValue, single } from '../../../iam/condition-keys/context.ts'
import { MalformedPolicyError } from '../../../iam/errors.ts'
import { parseXml } from '../../../xml/parse.ts'
import { element, isWritable, type Markup } from '../../../xml/write.ts'
import type { HttpRequest } from '../../http.ts'
import type { SignedCaller } from '../../permissions.ts'
import { ServiceError } from '../service-error.ts'
import {
  type Bucket,
  type BucketStore,
  bucketPolicy,
  newObject,
  type StoredObject,
  withObject,
  withoutObject,
} from './buckets.ts'
import { isUnchanged, requireConditions } from './conditions.ts'
import { listObjects } from './list-objects.ts'
import { bodyOf, type S3Request } from './request.ts'

/** A call by a verified caller. */
export interface S3Call {
  readonly buckets: BucketStore
  readonly asked: S3Request
  readonly request: HttpRequest
  readonly caller: SignedCaller
  readonly region: string
  readonly now: Date
}

export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Markup | Buffer | string
}

export interface S3Operation {
  /** `s3:GetObject` */
  readonly action: string
  /** CloudTrail records management events; those of objects only where somebody pays for it. */
  readonly isDataEvent?: boolean
  readonly keys?: (asked: S3Request) => readonly ContextValue[]
  /** A further action that the same object must allow, such as `s3:GetObject` for a comparison with it. */
  readonly alsoNeeds?: (asked: S3Request) => string | undefined
  answer(call: S3Call): S3Answer
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const MOST_OCTETS = 64 * 1024 * 1024
const MOST_OBJECTS = 10_000
const MOST_BUCKETS = 100
const POLICY_SIZE = 20 * 1024

const listBuckets: S3Operation = {
  action: 's3:ListAllMyBuckets',
  answer: ({ buckets, caller }) => {
    const own = buckets.all().filter(({ account }) => account === caller.account)
    const items = own.map(({ name, createdAt, region }) =>
      element('Bucket', {}, [
        element('Name', {}, name),
        element('CreationDate', {}, createdAt.toISOString()),
        element('BucketRegion', {}, region),
      ]),
    )
    return ok(
      element('ListAllMyBucketsResult', { xmlns: NAMESPACE }, [
        element('Buckets', {}, items),
        element('Owner', {}, [element('ID', {}, ownerId(caller.account))]),
      ]),
    )
  },
}

const createBucket: S3Operation = {
  action: 's3:CreateBucket',
  answer: ({ buckets, asked, request, caller, region, now }) => {
    const { bucket: name } = asked
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..'))
      throw new ServiceError('InvalidBucketName', 400, 'The specified bucket is not valid.')
    const before = buckets.find(name)
    if (before && before.account !== caller.account)
      throw new ServiceError(
        'BucketAlreadyExists',
        409,
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      )
    if (before)
      throw new ServiceError(
        'BucketAlreadyOwnedByYou',
        409,
        'Your previous request to create the named bucket succeeded and you already own it.',
      )
    if (buckets.all().length >= MOST_BUCKETS)
      throw new ServiceError('TooManyBuckets', 400, `The local AWS keeps at most ${MOST_BUCKETS} buckets.`)
    const place = locationIn(bodyOf(request)) ?? region
    buckets.put({ name, account: caller.account, region: place, createdAt: now, policy: undefined, objects: new Map() })
    return { status: 200, headers: { Location: `/${name}` } }
  },
}

const headBucket: S3Operation = {
  action: 's3:ListBucket',
  answer: (call) => ({ status: 200, headers: { 'x-amz-bucket-region': bucketOf(call).region } }),
}

const getBucketLocation: S3Operation = {
  action: 's3:GetBucketLocation',
  answer: (call) => {
    const { region } = bucketOf(call)
    return ok(element('LocationConstraint', { xmlns: NAMESPACE }, region === 'us-east-1' ? '' : region))
  },
}

const deleteBucket: S3Operation = {
  action: 's3:DeleteBucket',
  answer: (call) => {
    const bucket = bucketOf(call)
    if (bucket.objects.size > 0)
      throw new ServiceError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty')
    call.buckets.delete(bucket.name)
    return { status: 204 }
  },
}

const listObjectsV2: S3Operation = {
  action: 's3:ListBucket',
  keys: ({ query }) => [
    single('s3:prefix', query.get('prefix'), 'prefix'),
    single('s3:delimiter', query.get('delimiter'), 'delimiter'),
    single('s3:max-keys', query.get('max-keys'), 'max-keys'),
  ],
  answer: (call) =>
    ok(element('ListBucketResult', { xmlns: NAMESPACE }, listObjects(bucketOf(call), call.asked.query))),
}

const getObject: S3Operation = {
  action: 's3:GetObject',
  isDataEvent: true,
  answer: (call) => {
    const object = bucketOf(call).objects.get(call.asked.key)
    if (!object) throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.')
    if (isUnchanged(call.asked.headers, object, call.now)) return { status: 304, headers: validators(object) }
    return part(object, call.asked.headers.range)
  },
}

const putObject: S3Operation = {
  action: 's3:PutObject',
  isDataEvent: true,
  keys: ({ headers }) => [
    single('s3:x-amz-acl', headers['x-amz-acl'], 'x-amz-acl'),
    single('s3:x-amz-server-side-encryption', headers['x-amz-server-side-encryption'], 'x-amz-server-side-encryption'),
    single('s3:x-amz-storage-class', headers['x-amz-storage-class'], 'x-amz-storage-class'),
    single('s3:if-none-match', headers['if-none-match'], 'If-None-Match'),
    single('s3:if-match', headers['if-match'], 'If-Match'),
  ],
  alsoNeeds: readingToCompare,
  answer: (call) => {
    const { buckets, asked, request, now } = call
    const { key, headers } = asked
    const bucket = bucketOf(call)
    for (const name of ['x-amz-copy-source', 'x-amz-tagging', 'x-amz-object-lock-mode'])
      if (headers[name] !== undefined) throw notImplemented(`${name} of PutObject`)
    if (headers['x-amz-acl'] !== undefined && headers['x-amz-acl'] !== 'bucket-owner-full-control')
      throw new ServiceError('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs')
    if (Buffer.byteLength(key) > 1024) throw new ServiceError('KeyTooLongError', 400, 'Your key is too long')
    if (!isWritable(key)) throw notImplemented('a key with characters that XML cannot represent')
    const object = newObject(key, bodyOf(request), keptHeaders(headers), now)
    requireConditions(headers, bucket.objects.get(key))
    const before = bucket.objects.get(key)?.body.length ?? 0
    if (!bucket.objects.has(key) && bucket.objects.size >= MOST_OBJECTS)
      throw new ServiceError('InvalidRequest', 400, `The local AWS keeps at most ${MOST_OBJECTS} objects in a bucket.`)
    if (buckets.size() - before + object.body.length > MOST_OCTETS)
      throw new ServiceError('InvalidRequest', 400, `The local AWS keeps at most ${MOST_OCTETS} octets of objects.`)
    buckets.put(withObject(bucket, object))
    return { status: 200, headers: { ETag: object.etag } }
  },
}

const deleteObject: S3Operation = {
  action: 's3:DeleteObject',
  isDataEvent: true,
  keys: ({ headers }) => [single('s3:if-match', headers['if-match'], 'If-Match')],
  alsoNeeds: readingToCompare,
  answer: (call) => {
    const { key, headers } = call.asked
    const bucket = bucketOf(call)
    requireConditions(headers, bucket.objects.get(key))
    call.buckets.put(withoutObject(bucket, key))
    return { status: 204 }
  },
}

const getBucketPolicy: S3Operation = {
  action: 's3:GetBucketPolicy',
  answer: (call) => {
    const { policy } = bucketOf(call)
    if (!policy) throw new ServiceError('NoSuchBucketPolicy', 404, 'The bucket policy does not exist')
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: policy.document }
  },
}

const putBucketPolicy: S3Operation = {
  action: 's3:PutBucketPolicy',
  answer: (call) => {
    const document = bodyOf(call.request).toString('utf8')
    if (document.length > POLICY_SIZE)
      throw new ServiceError('PolicyTooLarge', 400, `Policies are limited to ${POLICY_SIZE} bytes.`)
    call.buckets.put({ ...bucketOf(call), policy: readable(document) })
    return { status: 204 }
  },
}

const deleteBucketPolicy: S3Operation = {
  action: 's3:DeleteBucketPolicy',
  answer: (call) => {
    call.buckets.put({ ...bucketOf(call), policy: undefined })
    return { status: 204 }
  },
}

/** By the name that AWS's documentation and CloudTrail have. */
export const s3Operations = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  DeleteBucket: deleteBucket,
  ListObjectsV2: listObjectsV2,
  GetObject: getObject,
  HeadObject: getObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  GetBucketPolicy: getBucketPolicy,
  PutBucketPolicy: putBucketPolicy,
  DeleteBucketPolicy: deleteBucketPolicy,
} as const satisfies Readonly<Record<string, S3Operation>>

export type S3OperationName = keyof typeof s3Operations

/** The names of parameters that any operation may have. */
const PLAIN =
  /^(?:x-id|X-Amz-[\w-]+|list-type|prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|max-buckets|bucket-region)$/

/** The operation that the request means. Throws NotImplemented for one that is not here. */
export function s3OperationOf({ method, bucket, key, query }: S3Request): S3OperationName {
  const [stray] = [...query.keys()].filter((name) => !PLAIN.test(name))
  const name = stray === undefined ? plainOperation(method, bucket, key, query) : subresource(method, key, stray)
  if (name) return name
  throw notImplemented(
    `${method} of ${key === '' ? (bucket === '' ? 'the service' : 'a bucket') : 'an object'}${stray === undefined ? '' : ` with ${stray.slice(0, 50)}`}`,
  )
}

function plainOperation(
  method: string,
  bucket: string,
  key: string,
  query: S3Request['query'],
): S3OperationName | undefined {
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : undefined
  const names: Readonly<Record<string, S3OperationName | undefined>> =
    key === ''
      ? {
          PUT: 'CreateBucket',
          HEAD: 'HeadBucket',
          DELETE: 'DeleteBucket',
          GET: query.get('list-type') === '2' ? 'ListObjectsV2' : undefined,
        }
      : { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }
  return Object.hasOwn(names, method) ? names[method] : undefined
}

function subresource(method: string, key: string, name: string): S3OperationName | undefined {
  const names: Readonly<Record<string, S3OperationName>> = {
    'GET policy': 'GetBucketPolicy',
    'PUT policy': 'PutBucketPolicy',
    'DELETE policy': 'DeleteBucketPolicy',
    'GET location': 'GetBucketLocation',
  }
  return key === '' && Object.hasOwn(names, `${method} ${name}`) ? names[`${method} ${name}`] : undefined
}

/**
 * A write that compares an ETag reads the object (S3 User Guide, "How to prevent object overwrites with conditional
 * writes" and "How to perform conditional deletes"). `*` only asks whether there is one.
 */
function readingToCompare({ headers }: S3Request): string | undefined {
  const match = headers['if-match']
  return match === undefined || match === '*' ? undefined : 's3:GetObject'
}

function notImplemented(what: string): ServiceError {
  return new ServiceError(
    'NotImplemented',
    501,
    `The local AWS has no S3 beyond ${Object.keys(s3Operations).join(', ')}: not ${what}.`,
  )
}

/** Throws NoSuchBucket. */
function bucketOf({ buckets, asked }: S3Call): Bucket {
  const bucket = buckets.find(asked.bucket)
  if (bucket) return bucket
  throw new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist')
}

function ok(body: Markup): S3Answer {
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body }
}

/** The canonical ID of an account: always the same. */
function ownerId(account: string): string {
  return Buffer.from(account.padEnd(32, '0')).toString('hex')
}

/** The region in CreateBucketConfiguration. Throws MalformedXML. */
function locationIn(body: Buffer): string | undefined {
  if (body.length === 0) return undefined
  try {
    const limits = { characters: 10_000, depth: 5, elements: 20, attributesPerElement: 5, attributes: 20 }
    const [location] = parseXml(body.toString('utf8'), limits).children.filter((child) => typeof child !== 'string')
    const region = location?.local === 'LocationConstraint' ? location.children.join('') : ''
    if (region === '' || /^[a-z]{2,4}(?:-[a-z]+)+-\d$/.test(region)) return region === '' ? undefined : region
  } catch {
    throw new ServiceError(
      'MalformedXML',
      400,
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  }
  throw new ServiceError('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid')
}

const KEPT = /^(?:content-type|content-encoding|content-disposition|content-language|cache-control|x-amz-meta-[\w-]+)$/

function keptHeaders(headers: HttpRequest['headers']): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    KEPT.test(name) && value !== undefined ? [[name, value.replace(/(?:^|,\s*)aws-chunked(?=,|$)/g, '')] as const] : [],
  )
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept.filter(([, value]) => value !== '')) }
}

/** What tells one version of the object from another, and how long it may be kept (RFC 9110 section 15.4.5). */
function validators({ etag, modifiedAt, headers }: StoredObject): Readonly<Record<string, string>> {
  const kept = headers['cache-control']
  return {
    ETag: etag,
    'Last-Modified': modifiedAt.toUTCString(),
    ...(kept === undefined ? {} : { 'Cache-Control': kept }),
  }
}

/** The object, or the octets that `Range: bytes=FROM-TO` asks for. Throws InvalidRange. */
function part(object: StoredObject, range: string | undefined): S3Answer {
  const { body, headers } = object
  const { 'cache-control': _, ...others } = headers
  const common = {
    ...others,
    ...validators(object),
    // The uploader chose the type: opened in a browser it is no page of this origin.
    'Content-Security-Policy': 'sandbox',
    'Accept-Ranges': 'bytes',
  }
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
  if (from === '' && to === '') return { status: 200, headers: common, body }
  const start = from === '' ? Math.max(0, body.length - Number(to)) : Number(from)
  const end = from === '' || to === '' ? body.length - 1 : Math.min(Number(to), body.length - 1)
  if (start > end || start >= body.length)
    throw new ServiceError('InvalidRange', 416, 'The requested range is not satisfiable')
  const shown = { ...common, 'Content-Range': `bytes ${start}-${end}/${body.length}` }
  return { status: 206, headers: shown, body: body.subarray(start, end + 1) }
}

function readable(document: string) {
  try {
    return bucketPolicy(document)
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error
    const [first] = error.problems
    const reason = first && `${first.path}: expected ${first.expected}, found ${first.found}`
    throw new ServiceError(
      'MalformedPolicy',
      400,
      first?.iamMessage ?? error.message,
      reason === undefined ? {} : { reason },
    )
  }
}
