/**
 * Calls for AWS services that are not here, from clients configured with this endpoint for all services: an error in
 * the format of that service, with what to do. The signature names the service.
 */
import { randomUUID } from 'node:crypto'
import { element, type Markup, render } from '../xml/write.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { parseParameters } from './query/parameters.ts'
import { signedScope } from './sigv4/authorization.ts'

/** The versions in calls to STS and IAM. */
const OUR_VERSIONS: ReadonlySet<string> = new Set(['2011-06-15', '2010-05-08'])

/** Services that respond with XML and identify operations by path: the other services of S3 have its format. */
const REST_XML: ReadonlySet<string> = new Set(['route53', 'cloudfront'])
const S3: ReadonlySet<string> = new Set(['s3express', 's3-outposts'])

/** The service of the call, if it is not one of those here. */
export function foreignService(request: HttpRequest): string | undefined {
  const service = signedScope(request)?.service
  if (service === undefined || service === 'sts' || service === 'iam') return undefined
  return isQueryCall(request) ? undefined : service
}

/** A call of STS or IAM, whatever service it is signed for: their own error is more specific. */
export function isQueryCall({ method, path, query, form, headers }: HttpRequest): boolean {
  if (path !== '/') return false
  const isForm = method === 'POST' && /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')
  const parameters = isForm ? form() : parseParameters(query)
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
  const root = element('ErrorResponse', {}, [
    element('Error', {}, [text('Type', 'Sender'), ...said]),
    text('RequestId', id),
  ])
  return xml(400, id, request, root)
}

function messageFor(service: string): string {
  return (
    `The local AWS has no ${service}: it answers STS and IAM, and in part EC2, S3, CodeArtifact and Organizations. ` +
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

/** Requests that name their operation in a header or by path; not a form, nor one of the few that use XML. */
function isJson({ headers, path }: HttpRequest, service: string): boolean {
  if (headers['x-amz-target'] !== undefined) return true
  return !REST_XML.has(service) && (path !== '/' || /json/.test(headers['content-type'] ?? ''))
}
