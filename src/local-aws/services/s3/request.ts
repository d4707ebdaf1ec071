/** What a request asks of S3: the bucket and the key, in the path or in the host, and the query. */
import { parse } from 'node:querystring'
import type { HttpRequest } from '../../http.ts'
import { type Parameters, parseParameters } from '../../query/parameters.ts'
import { signedScope } from '../../sigv4/authorization.ts'
import { sha256Hex } from '../../sigv4/signature.ts'
import { ServiceError } from '../service-error.ts'

export interface S3Request {
  readonly method: string
  /** Empty: the request is about all buckets. */
  readonly bucket: string
  /** Empty: the request is about the bucket. */
  readonly key: string
  readonly query: Parameters
  readonly headers: HttpRequest['headers']
}

/** Clients of AWS name themselves; a browser never looks like this. */
const CLIENTS = /\b(?:aws-cli|aws-sdk|boto3|botocore|terraform-provider-aws|s3cmd|rclone)\b/i

/** Longer than any name of a host: the pattern below looks at no more. */
const LONGEST_HOST = 253

/**
 * `bucket.s3.amazonaws.com`, `bucket.s3.eu-west-1.amazonaws.com`, `bucket.localhost`. Nothing that is repeated can match
 * the same text in two ways: the host comes from strangers.
 */
const BUCKET_IN_HOST =
  /^(?!s3[.-])([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:s3(?:[.-][a-z0-9]+)*\.amazonaws\.(?:com(?:\.cn)?|eu)|localhost)$/

/** Signed for S3; or unsigned, by a client of AWS, and of no other service. */
export function isS3Request(request: HttpRequest): boolean {
  const scope = signedScope(request)
  if (scope) return scope.service === 's3'
  const isQuery = request.query !== '' && parseParameters(request.query).has('Action')
  const isOther = request.method === 'POST' || request.headers['x-amz-target'] !== undefined || isQuery
  return !isOther && CLIENTS.test(request.headers['user-agent'] ?? '')
}

export function s3RequestOf({ method, path, query, headers }: HttpRequest): S3Request {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '')
  const named = host.length > LONGEST_HOST ? undefined : BUCKET_IN_HOST.exec(host)?.[1]
  const [first = '', ...rest] = path.slice(1).split('/')
  const [bucket, key] = named === undefined ? [first, rest.join('/')] : [named, path.slice(1)]
  const fields = Object.entries(parse(query)).map(([name, value = '']): [string, string] => [
    name,
    [value].flat()[0] ?? '',
  ])
  return { method, bucket: decoded(bucket), key: decoded(key), query: new Map(fields), headers }
}

/** Throws InvalidURI. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ServiceError('InvalidURI', 400, "Couldn't parse the specified URI.")
  }
}

/**
 * The octets of the object. Throws XAmzContentSHA256Mismatch where they are not those that were signed, and
 * NotImplemented for a signature on each chunk, which only large bodies need.
 */
export function bodyOf({ headers, body }: HttpRequest): Buffer {
  const hash = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  if (hash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return unchunked(body)
  if (hash.startsWith('STREAMING-'))
    throw new ServiceError(
      'NotImplemented',
      501,
      'The local AWS does not verify signatures of single chunks. Send the body in one piece.',
    )
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256Hex(body))
    throw new ServiceError(
      'XAmzContentSHA256Mismatch',
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
  return body
}

/** `aws-chunked`: the size in hex, the octets, …, a chunk of size 0, and trailers. */
function unchunked(body: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at)
    const size = /^[0-9a-f]{1,8}$/i.test(body.toString('latin1', at, end).split(';')[0] ?? '')
      ? Number.parseInt(body.toString('latin1', at, end), 16)
      : -1
    const from = end + 2
    if (end < 0 || size < 0 || from + size > body.length)
      throw new ServiceError('IncompleteBody', 400, 'The request body terminated unexpectedly')
    if (size === 0) return Buffer.concat(chunks)
    chunks.push(body.subarray(from, from + size))
    at = from + size + 2
  }
}
