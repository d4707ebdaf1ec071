/** What STS and IAM share: one path, the action in a parameter, a response and an event for every call. */
import { randomUUID } from 'node:crypto'
import { AwsError, texts, withoutCodes } from './aws-errors.ts'
import { createTrailRecorder } from './cloud-trail/facts.ts'
import type { Trail } from './cloud-trail/trail.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { errorReply, successReply } from './query/answer.ts'
import { type Parameters, parseParameters } from './query/parameters.ts'
import { endpointOf } from './regions.ts'
import type { Action, Call, Sts } from './sts/call.ts'

/** A service of the Query protocol. */
export interface Service {
  readonly name: 'sts' | 'iam'
  readonly version: string
  readonly namespace: string
  /** undefined: there is no such action. */
  action(name: string): Action | undefined | Promise<Action | undefined>
}

export type Log = (line: string) => void

/** The services that answer calls. The first one answers calls whose version belongs to no other. */
export interface Program {
  readonly aws: Sts
  readonly services: readonly [Service, ...Service[]]
  readonly trail: Trail
  readonly log: Log
}

/** Answers one call; never throws. Logs a line with the reason that AWS would not reveal. */
export async function answerCall(program: Program, request: HttpRequest, now: Date): Promise<HttpResponse> {
  const { aws, trail, log } = program
  const requestId = randomUUID()
  const parameters = parametersOf(request)
  const name = parameters.get('Action') ?? 'no action'
  const service = serviceOf(program, parameters)
  const endpoint = endpointOf(request.headers.host)
  const gathered = createTrailRecorder()
  const call: Call = { parameters, request, requestId, endpoint, region: endpoint.region, now, note: gathered.note }
  const record = (error: AwsError | undefined): void =>
    trail.record({ call, service: service.name, eventName: printable(name), facts: gathered.facts, error })
  try {
    const { members, summary, responseElements } = await (await findAction(service, parameters))(aws, call)
    if (responseElements) gathered.note({ responseElements })
    record(undefined)
    log(`${name} ${summary}`)
    return successReply(service.namespace, name, members, { request, requestId })
  } catch (thrown) {
    const error = asAwsError(thrown)
    const reason = thrown instanceof AwsError ? error.reason : String(thrown)
    record(error)
    log(`${printable(name)} ${error.code}: ${withoutCodes(error.message)}${reason === undefined ? '' : ` [${reason}]`}`)
    return errorReply(service.namespace, error, { request, requestId })
  }
}

/** The body of a form; else the query. A presigned URL has both its parameters and its signature there. */
function parametersOf({ method, query, body, form }: HttpRequest): Parameters {
  return method === 'POST' && body.length > 0 ? form() : parseParameters(query)
}

function serviceOf({ services }: Program, parameters: Parameters): Service {
  const version = parameters.get('Version')
  return services.find((service) => service.version === version) ?? services[0]
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?')
}

async function findAction(service: Service, parameters: Parameters): Promise<Action> {
  const name = parameters.get('Action')
  if (name === undefined) throw new AwsError('MissingAction', texts.missingAction)
  const version = parameters.get('Version') ?? service.version
  const action = version === service.version ? await service.action(name) : undefined
  if (!action) throw new AwsError('InvalidAction', texts.unknownAction(printable(name), printable(version)))
  return action
}

/** Everything that is not an AWS error is our own defect, whose details the caller does not see. */
export function asAwsError(thrown: unknown): AwsError {
  return thrown instanceof AwsError
    ? thrown
    : new AwsError('InternalFailure', 'The request processing has failed because of an unknown error.')
}
