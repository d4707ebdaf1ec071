/**
 * What a service answers in the Query protocol (aws-facts A.1): XML in its namespace, with the request's id; or
 * the same as JSON, for those that ask for it.
 */
import { element, type Markup, render } from '../../xml/write.ts'
import type { AwsError } from '../aws-errors.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { jsonOf } from './json.ts'

/** Markup with the text that it stands for, in the one form or the other. */
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

/** What an answer is to: the request and the id that it got. */
interface Asked {
  readonly request: HttpRequest
  readonly requestId: string
}

/** The answer of an action with the members of its result, if it has one; those that are undefined are left out. */
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

/** Whether the caller wants JSON: as AWS, that is who names it, before XML. Most who call name neither. */
function formatFor(request: HttpRequest): Format {
  const wanted = /application\/json|text\/xml|application\/xml/i.exec(request.headers.accept ?? '')?.[0]
  return wanted?.toLowerCase() === 'application/json' ? asJson : asXml
}

/**
 * The answer instead of a result: who is at fault, the code and the message. Without a request that was read, in XML.
 */
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

/** As EC2 does it: AWS's own STS sends no encoded messages, but here there is no EC2. */
function messageOf({ message, encodedMessage }: AwsError): string {
  return encodedMessage === undefined ? message : `${message}. Encoded authorization failure message: ${encodedMessage}`
}

/** Seconds and a Z, as AWS writes instants. */
export function timestamp(instant: Date): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z')
}
