/** Where a request has its signature: the Authorization header, or the query of a presigned URL. */
import { parse } from 'node:querystring'
import { AwsError, texts } from '../aws-errors.ts'
import type { HttpRequest } from '../http.ts'
import type { CredentialScope } from './signature.ts'

export interface Authorization {
  readonly accessKeyId: string
  readonly scope: CredentialScope
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `20261122T120000Z` */
  readonly timestamp: string
  readonly sessionToken: string | undefined
  /** Of a presigned URL, in seconds. Only S3 observes it. */
  readonly expires?: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

type Query = Readonly<Record<string, string | string[] | undefined>>

/** Throws MissingAuthenticationToken for an unsigned request, IncompleteSignature for a malformed signature. */
export function parseAuthorization(request: HttpRequest): Authorization {
  const header = request.headers.authorization
  if (header !== undefined) return fromHeader(header, request)
  const query = parse(request.query)
  if (query['X-Amz-Signature'] !== undefined) return fromQuery(query)
  throw new AwsError('MissingAuthenticationToken', texts.missingAuthentication)
}

function fromHeader(header: string, { headers }: HttpRequest): Authorization {
  const [algorithm, ...rest] = header.trim().split(/\s+/)
  if (algorithm !== ALGORITHM)
    throw incomplete(`Unsupported AWS 'algorithm': '${algorithm === 'AWS4-ECDSA-P256-SHA256' ? algorithm : 'other'}'.`)
  const fields = new Map(
    rest
      .join('')
      .split(',')
      .map((field): [string, string] => {
        const equals = field.indexOf('=')
        return [field.slice(0, equals), field.slice(equals + 1)]
      }),
  )
  const timestamp = headers['x-amz-date']
  if (timestamp === undefined) throw incomplete("Authorization header requires existence of a 'X-Amz-Date' header.")
  return {
    ...signer(fields.get('Credential'), fields.get('SignedHeaders'), fields.get('Signature'), timestamp),
    sessionToken: headers['x-amz-security-token'],
  }
}

function incomplete(what: string): AwsError {
  return new AwsError('IncompleteSignature', what)
}

/** A key ID of any form is accepted here: the lookup reports unknown ones, as AWS does for `test`. */
function signer(
  credential = '',
  signedHeaders = '',
  signature = '',
  timestamp: string,
): Omit<Authorization, 'sessionToken' | 'expires'> {
  const [, accessKeyId, date, region, service] =
    /^([^/]+)\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request$/.exec(credential) ?? []
  if (!accessKeyId || !date || !region || !service)
    throw incomplete('Credential must have the form KEY/DATE/REGION/sts/aws4_request.')
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete("Authorization requires 'Signature' parameter.")
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) throw incomplete('Date must be in ISO-8601 basic format.')
  const names = signedHeaders.split(';')
  if (!names.includes('host')) throw incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.")
  return { accessKeyId, scope: { date, region, service }, signedHeaders: names, signature, timestamp }
}

function fromQuery(query: Query): Authorization {
  const only = (name: string): string | undefined => {
    const value = query[name]
    return typeof value === 'string' ? value : undefined
  }
  if (only('X-Amz-Algorithm') !== ALGORITHM)
    throw incomplete("AWS query-string parameters must include 'X-Amz-Algorithm'.")
  const expires = only('X-Amz-Expires') ?? ''
  if (!/^\d{1,6}$/.test(expires) || Number(expires) > 604_800)
    throw incomplete('X-Amz-Expires must be a number of seconds up to 604800.')
  return {
    ...signer(only('X-Amz-Credential'), only('X-Amz-SignedHeaders'), only('X-Amz-Signature'), only('X-Amz-Date') ?? ''),
    sessionToken: only('X-Amz-Security-Token'),
    expires: Number(expires),
  }
}

/** The scope that a request claims to be signed for, before anything is verified; undefined for an unsigned request. */
export function signedScope({
  headers,
  query,
}: HttpRequest): { readonly region: string; readonly service: string } | undefined {
  const credential =
    /^AWS4-\S+\s(?:.*[\s,])?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ??
    (query.includes('X-Amz-Credential') ? parse(query)['X-Amz-Credential'] : undefined)
  if (typeof credential !== 'string') return undefined
  const [, region = '', service = ''] =
    /(?:\/([a-z0-9-]{1,64}))?\/([a-z0-9-]{1,64})\/aws4_request$/.exec(credential) ?? []
  return service === '' ? undefined : { region, service }
}
