/** The STS endpoint: one path, the action in a parameter, an answer for everything. */
import { randomUUID } from 'node:crypto'
import { partitionOfRegion } from '../../aws/facts/partitions.ts'
import { AwsError, texts } from '../aws-errors.ts'
import { errorReply, successReply } from '../query/answer.ts'
import { type Parameters, parseParameters } from '../query/parameters.ts'
import type { Reply, WebRequest } from '../reply.ts'
import { assumeRoleWithSaml } from './assume-role-with-saml.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import type { Action, Sts } from './call.ts'
import { getCallerIdentity } from './get-caller-identity.ts'

/** TagSession, SetSourceIdentity and GetServiceBearerToken are permissions: calling them is an unknown action. */
const actions: ReadonlyMap<string, Action> = new Map([
  ['AssumeRoleWithSAML', assumeRoleWithSaml],
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
  ['GetCallerIdentity', getCallerIdentity],
])

const VERSION = '2011-06-15'

export type Log = (line: string) => void

/** Answers one call; never throws. The log gets a line with the reason that AWS would keep to itself. */
export const answerSts = async (sts: Sts, request: WebRequest, now: Date, log: Log): Promise<Reply> => {
  const requestId = randomUUID()
  const parameters = parametersOf(request)
  const name = parameters.get('Action') ?? 'no action'
  try {
    const action = findAction(parameters)
    const call = { parameters, request, requestId, region: regionOf(request), now }
    const { members, summary } = await action(sts, call)
    log(`${name} ${summary}`)
    return successReply(name, members, requestId)
  } catch (thrown) {
    const error = asAwsError(thrown)
    const reason = thrown instanceof AwsError ? error.reason : String(thrown)
    log(`${printable(name)} ${error.code}: ${error.message}${reason === undefined ? '' : ` [${reason}]`}`)
    return errorReply(error, requestId)
  }
}

/** Everything that is not an answer of AWS is a defect of ours, which the caller is told nothing about. */
export const asAwsError = (thrown: unknown): AwsError =>
  thrown instanceof AwsError
    ? thrown
    : new AwsError('InternalFailure', 'The request processing has failed because of an unknown error.')

/** Of a form, the body; else the query. A presigned URL has both its parameters and its signature there. */
const parametersOf = ({ method, query, body }: WebRequest): Parameters =>
  parseParameters(method === 'POST' && body.length > 0 ? body.toString('utf8') : query)

const findAction = (parameters: Parameters): Action => {
  const name = parameters.get('Action')
  if (name === undefined) throw new AwsError('MissingAction', texts.missingAction)
  const version = parameters.get('Version') ?? VERSION
  const action = version === VERSION ? actions.get(name) : undefined
  if (!action) throw new AwsError('InvalidAction', texts.unknownAction(printable(name), printable(version)))
  return action
}

const printable = (text: string): string => text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?')

/** `sts.eu-west-1.…` in the Host header; the region of the global endpoint for everything else. */
const regionOf = ({ headers }: WebRequest): string => {
  const region = /^sts(?:-fips)?\.([a-z0-9-]+)\./.exec(headers.host ?? '')?.[1] ?? ''
  return partitionOfRegion(region) ? region : 'us-east-1'
}
