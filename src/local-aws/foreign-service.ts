/**
 * Calls for services of AWS that are not here, as clients make them that were given this endpoint for all services: an
 * error in the form that the client of that service reads, with what to do. Which service is meant the signature says.
 */
import { randomUUID } from 'node:crypto'
import { element, type Markup, render } from '../xml/write.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { parseParameters } from './query/parameters.ts'

/** The versions by which STS and IAM are asked for. */
const OUR_VERSIONS: ReadonlySet<string> = new Set(['2011-06-15', '2010-05-08'])

/** Services whose answers are XML by path: S3 has a form of its own. */
const REST_XML: ReadonlySet<string> = new Set(['route53', 'cloudfront'])
const S3: ReadonlySet<string> = new Set(['s3', 's3express', 's3-outposts'])

/** The service that is meant, where it is not one of those here. */
export function foreignService(request: HttpRequest): string | undefined {
  const service = signedService(request)
  if (service === undefined || service === 'sts' || service === 'iam') return undefined
  return isOurs(request) ? undefined : service
}

/** The service that a signature is scoped to; undefined for a request that is not signed. */
function signedService({ headers, query }: HttpRequest): string | undefined {
  const credential =
    /^AWS4-\S+\s(?:.*[\s,])?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ??
    parseParameters(query).get('X-Amz-Credential')
  return credential === undefined ? undefined : /\/([a-z0-9-]{1,64})\/aws4_request$/.exec(credential)?.[1]
}

/** A call of STS or IAM that was signed for another service: their own error about that says more. */
function isOurs({ method, path, query, body, headers }: HttpRequest): boolean {
  if (path !== '/') return false
  const isForm = method === 'POST' && /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')
  const parameters = parseParameters(isForm ? body.toString('utf8') : query)
  const version = parameters.get('Version')
  return parameters.has('Action') && (version === undefined || OUR_VERSIONS.has(version))
}

/** The refusal, in the protocol of that service. */
export function refuseForeignService(request: HttpRequest, service: string): HttpResponse {
  const id = randomUUID()
  const message = messageFor(service)
  const text = (name: string, value: string): Markup => element(name, {}, value)
  if (S3.has(service)) {
    const error = element('Error', {}, [
      text('Code', 'NotImplemented'),
      text('Message', message),
      text('RequestId', id),
    ])
    return xml(501, id, request, error)
  }
  if (isJson(request, service))
    return {
      status: 400,
      headers: {
        'Content-Type':
          /^application\/x-amz-json-1\.\d/.exec(request.headers['content-type'] ?? '')?.[0] ?? 'application/json',
        'x-amzn-RequestId': id,
        'x-amzn-ErrorType': 'UnknownOperationException',
      },
      body: request.method === 'HEAD' ? '' : JSON.stringify({ __type: 'UnknownOperationException', message }),
    }
  const said = [text('Code', 'InvalidAction'), text('Message', message)]
  const root =
    service === 'ec2'
      ? element('Response', {}, [element('Errors', {}, [element('Error', {}, said)]), text('RequestID', id)])
      : element('ErrorResponse', {}, [element('Error', {}, [text('Type', 'Sender'), ...said]), text('RequestId', id)])
  return xml(400, id, request, root)
}

function messageFor(service: string): string {
  return (
    `The local AWS has no ${service}: it answers STS and IAM, and shows its trail at /cloudtrail. ` +
    'Set AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL_IAM instead of AWS_ENDPOINT_URL (or --endpoint-url), so that other services are asked elsewhere.'
  )
}

function xml(status: number, id: string, { method }: HttpRequest, root: Markup): HttpResponse {
  return {
    status,
    headers: { 'Content-Type': 'text/xml', 'x-amzn-RequestId': id },
    body: method === 'HEAD' ? '' : render(root),
  }
}

/** What names its operation in a header or by its path; a form, or one of the few that speak XML, is none. */
function isJson({ headers, path }: HttpRequest, service: string): boolean {
  if (headers['x-amz-target'] !== undefined) return true
  return !REST_XML.has(service) && (path !== '/' || /json/.test(headers['content-type'] ?? ''))
}
