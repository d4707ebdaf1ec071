/** What a service answers in the Query protocol (aws-sts-semantics A.1): XML in its namespace, with the request's id. */
import { element, type Markup, render } from '../../xml/write.ts'
import type { AwsError } from '../aws-errors.ts'
import type { Reply } from '../reply.ts'

const xmlReply = (status: number, requestId: string, root: Markup): Reply => ({
  status,
  headers: { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId },
  body: render(root),
})

/** The answer of an action with the members of its result, if it has one; those that are undefined are left out. */
export const successReply = (
  namespace: string,
  action: string,
  members: readonly (Markup | undefined)[] | undefined,
  requestId: string,
): Reply =>
  xmlReply(
    200,
    requestId,
    element(`${action}Response`, { xmlns: namespace }, [
      members && element(`${action}Result`, {}, members),
      element('ResponseMetadata', {}, [element('RequestId', {}, requestId)]),
    ]),
  )

/** The answer in place of a result: who is at fault, the code and the message. */
export const errorReply = (namespace: string, error: AwsError, requestId: string): Reply =>
  xmlReply(
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

/** As EC2 does it: AWS's own STS sends no encoded messages, but here there is no EC2. */
const messageOf = ({ message, encodedMessage }: AwsError): string =>
  encodedMessage === undefined ? message : `${message}. Encoded authorization failure message: ${encodedMessage}`

/** Seconds and a Z, as AWS writes instants. */
export const timestamp = (instant: Date): string => instant.toISOString().replace(/\.\d{3}Z$/, 'Z')
