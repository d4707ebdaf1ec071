/**
 * A response of the Query protocol (aws-facts A.1): XML in the service's namespace, with the request's ID; or the same
 * as JSON, if the caller requests that.
 */
import { element, type Markup, render } from '../../xml/write.ts'
import type { AwsError } from '../aws-errors.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { jsonOf } from './json.ts'

/** An escaped text, in XML or JSON. */
type Format = (status: number, requestId: string, root: Markup) => HttpResponse

const asXml: Format = (status, requestId, root) => ({
  status,
  headers: { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId },
  body: render(root),
})

const asJson: Format = (status, requestId, root) => ({
  status,
  headers: { 'Content-Type': 'application/json', 'x-amzn-RequestId': requestId },
  body: JSON.stringify(jsonOf(render(root))),
})

/** The request that is answered, and its ID. */
interface Asked {
  readonly request: HttpRequest
  readonly requestId: string
}

/** The response of an action with the members of its result, if any; undefined members are left out. */
export function successReply(
  namespace: string,
  action: string,
  members: readonly (Markup | undefined)[] | undefined,
  { request, requestId }: Asked,
): HttpResponse {
  return formatFor(request)(
    200,
    requestId,
    element(`${action}Response`, { xmlns: namespace }, [
      members && element(`${action}Result`, {}, members),
      element('ResponseMetadata', {}, [element('RequestId', {}, requestId)]),
    ]),
  )
}

/** Whether the caller requests JSON: as at AWS, by naming it before XML. Most callers name neither. */
function formatFor(request: HttpRequest): Format {
  const wanted = /application\/json|text\/xml|application\/xml/i.exec(request.headers.accept ?? '')?.[0]
  return wanted?.toLowerCase() === 'application/json' ? asJson : asXml
}

/** The error response: whose fault it is, the code and the message. As XML if the request could not be read. */
export function errorReply(
  namespace: string,
  error: AwsError,
  { request, requestId }: Omit<Asked, 'request'> & Partial<Asked>,
): HttpResponse {
  return (request ? formatFor(request) : asXml)(
    error.status,
    requestId,
    element('ErrorResponse', { xmlns: namespace }, [
      element('Error', {}, [
        element('Type', {}, error.status < 500 ? 'Sender' : 'Receiver'),
        element('Code', {}, error.code),
        element('Message', {}, messageOf(error)),
      ]),
      element('RequestId', {}, requestId),
    ]),
  )
}

/** As EC2 does: AWS's own STS sends no encoded messages, but there is no EC2 here. */
function messageOf({ message, encodedMessage }: AwsError): string {
  return encodedMessage === undefined ? message : `${message}. Encoded authorization failure message: ${encodedMessage}`
}

/** Whole seconds and a Z, as AWS writes timestamps. */
export function timestamp(instant: Date): string {
  return `${instant.toISOString().slice(0, -'.000Z'.length)}Z`
}
