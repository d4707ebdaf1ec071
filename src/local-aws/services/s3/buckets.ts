/** The buckets with their small objects, in memory. */
import { createHash } from 'node:crypto'
import { type Policy, parsePolicy } from '../../../iam/policy.ts'

export interface StoredObject {
  readonly key: string
  readonly body: Buffer
  /** Content-Type and the user's own metadata, as they were sent. */
  readonly headers: Readonly<Record<string, string>>
  /** MD5 in hex, in quotes. */
  readonly etag: string
  readonly modifiedAt: Date
}

export interface BucketPolicy {
  /** JSON, as given. */
  readonly document: string
  readonly policy: Policy
}

export interface Bucket {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly createdAt: Date
  readonly policy: BucketPolicy | undefined
  /** By key, in the order of S3's lists. */
  readonly objects: ReadonlyMap<string, StoredObject>
}

/** A bucket as the state file has it. */
export interface BucketState {
  readonly name: string
  readonly account: string
  readonly region?: string | undefined
  /** The document, or its JSON text. */
  readonly policy?: unknown
  readonly objects?: Readonly<Record<string, ObjectState>> | undefined
}

/** A text; or octets in base64 with headers. */
export type ObjectState =
  | string
  | { readonly base64: string; readonly headers?: Readonly<Record<string, string>> | undefined }

export interface BucketStore {
  find(name: string): Bucket | undefined
  all(): readonly Bucket[]
  put(bucket: Bucket): void
  delete(name: string): void
  /** Octets of all objects. */
  size(): number
  written(): readonly BucketState[]
}

const DEFAULT_REGION = 'us-east-1'
const TEXT = 'text/plain; charset=utf-8'

/** Throws MalformedPolicyError. `changed` is called after each change. */
export function createBucketStore(state: readonly BucketState[], now: Date, changed: () => void): BucketStore {
  const buckets = new Map(state.map((one) => [one.name, opened(one, now)]))
  return {
    find: (name) => buckets.get(name),
    all: () => [...buckets.values()].sort((a, b) => compare(a.name, b.name)),
    put: (bucket) => {
      buckets.set(bucket.name, bucket)
      changed()
    },
    delete: (name) => {
      buckets.delete(name)
      changed()
    },
    size: () => [...buckets.values()].flatMap(({ objects }) => [...objects.values()]).reduce(sizeWith, 0),
    written: () => [...buckets.values()].map(writtenBucket),
  }
}

function sizeWith(sum: number, { body }: StoredObject): number {
  return sum + body.length
}

/** By UTF-8 octets, as S3 sorts keys. */
export function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

export function bucketPolicy(document: unknown): BucketPolicy {
  return {
    document: typeof document === 'string' ? document : JSON.stringify(document),
    policy: parsePolicy(document, 'resource'),
  }
}

/** `headers`: Content-Type and metadata. */
export function newObject(
  key: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  now: Date,
): StoredObject {
  const etag = `"${createHash('md5').update(body).digest('hex')}"`
  return { key, body, headers, etag, modifiedAt: now }
}

export function withObject(bucket: Bucket, object: StoredObject): Bucket {
  const objects = [...bucket.objects.values()].filter(({ key }) => key !== object.key)
  return { ...bucket, objects: inOrder([...objects, object]) }
}

export function withoutObject(bucket: Bucket, key: string): Bucket {
  return { ...bucket, objects: inOrder([...bucket.objects.values()].filter((one) => one.key !== key)) }
}

function inOrder(objects: readonly StoredObject[]): ReadonlyMap<string, StoredObject> {
  return new Map([...objects].sort((a, b) => compare(a.key, b.key)).map((object) => [object.key, object]))
}

function opened({ name, account, region = DEFAULT_REGION, policy, objects = {} }: BucketState, now: Date): Bucket {
  const stored = Object.entries(objects).map(([key, object]) =>
    typeof object === 'string'
      ? newObject(key, Buffer.from(object), { 'content-type': TEXT }, now)
      : newObject(key, Buffer.from(object.base64, 'base64'), object.headers ?? {}, now),
  )
  return {
    name,
    account,
    region,
    createdAt: now,
    policy: policy === undefined ? undefined : bucketPolicy(policy),
    objects: inOrder(stored),
  }
}

function writtenBucket({ name, account, region, policy, objects }: Bucket): BucketState {
  const written = [...objects.values()].map(({ key, body, headers }): [string, ObjectState] => [
    key,
    headers['content-type'] === TEXT && isText(body)
      ? body.toString('utf8')
      : { base64: body.toString('base64'), headers },
  ])
  return {
    name,
    account,
    region,
    ...(policy ? { policy: policy.document } : {}),
    ...(written.length === 0 ? {} : { objects: Object.fromEntries(written) }),
  }
}

function isText(body: Buffer): boolean {
  return Buffer.from(body.toString('utf8')).equals(body)
}
