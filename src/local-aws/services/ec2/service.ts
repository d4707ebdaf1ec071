/**
 * A small part of EC2, in its Query protocol: enough that permissions have an effect that can be seen. Start here;
 * operations.ts has what is answered, permission.ts the refusal with the message for DecodeAuthorizationMessage.
 */
import { element, isWritable, type Markup, render } from '../../../xml/write.ts'
import type { HttpRequest, HttpResponse } from '../../http.ts'
import { type Parameters, parseParameters } from '../../query/parameters.ts'
import { asServiceError, type ErrorNames, logText, ServiceError } from '../service-error.ts'
import { callerOf, type ServiceHost, startCall } from '../signed-call.ts'
import type { InstanceStore } from './instances.ts'
import { authorizeEc2, ec2Operations } from './operations.ts'

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/'

const NOT_VALIDATED = 'AWS was not able to validate the provided access credentials'

const errorNames: ErrorNames = {
  InvalidClientTokenId: ['AuthFailure', 401, NOT_VALIDATED],
  SignatureDoesNotMatch: ['AuthFailure', 401, NOT_VALIDATED],
  IncompleteSignature: ['AuthFailure', 401, NOT_VALIDATED],
  MissingAuthenticationToken: ['MissingParameter', 400, 'The request must contain the parameter AWSAccessKeyId'],
  ExpiredToken: ['RequestExpired', 400, 'Request has expired.'],
}

/** Answers one call; never throws. */
export function answerEc2(host: ServiceHost, instances: InstanceStore, request: HttpRequest, now: Date): HttpResponse {
  const parameters = parametersOf(request)
  const { call, record } = startCall(host, request, now, parameters)
  const name = printable(parameters.get('Action') ?? 'no action')
  const reply = (status: number, root: Markup): HttpResponse => ({
    status,
    headers: { 'Content-Type': 'text/xml;charset=UTF-8', 'x-amzn-RequestId': call.requestId },
    body: request.method === 'HEAD' ? '' : render(root),
  })
  try {
    const caller = callerOf(host, call, 'ec2')
    const asked = { aws: host.aws, instances, call, caller }
    const operation = operationNamed(parameters)
    if ([...parameters.values()].some((value) => !isWritable(value)))
      throw new ServiceError('InvalidParameterValue', 400, 'A value has characters that XML cannot represent')
    authorizeEc2(operation, asked)
    const members = operation.answer(asked)
    record('ec2', name, undefined)
    host.log(`ec2 ${name} by ${caller.arn}`)
    return reply(
      200,
      element(`${name}Response`, { xmlns: NAMESPACE }, [element('requestId', {}, call.requestId), ...members]),
    )
  } catch (thrown) {
    const error = asServiceError(thrown, errorNames)
    record('ec2', name, new ServiceError(`Client.${error.code}`, error.status, error.message))
    host.log(`ec2 ${name} ${logText(error)}`)
    const code = element('Code', {}, error.code)
    const message = element('Message', {}, textOf(error))
    return reply(
      error.status,
      element('Response', {}, [
        element('Errors', {}, [element('Error', {}, [code, message])]),
        element('RequestID', {}, call.requestId),
      ]),
    )
  }
}

function parametersOf({ method, query, body, form }: HttpRequest): Parameters {
  return method === 'POST' && body.length > 0 ? form() : parseParameters(query)
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\w]/g, '?')
}

/** Throws InvalidAction with the operations that are here. */
function operationNamed(parameters: Parameters) {
  const name = parameters.get('Action') ?? ''
  const operation = ec2Operations.get(name)
  if (operation) return operation
  throw new ServiceError(
    'InvalidAction',
    400,
    `The action ${printable(name)} is not valid for this web service. The local AWS answers ${[...ec2Operations.keys()].join(', ')}.`,
  )
}

function textOf({ message, encodedMessage }: ServiceError): string {
  return encodedMessage === undefined ? message : `${message}. Encoded authorization failure message: ${encodedMessage}`
}
