/**
 * CodeArtifact's GetAuthorizationToken: the call that needs sts:GetServiceBearerToken, which no client can call itself
 * (aws-facts A.5). Any domain of the caller's own account exists; there are no repositories.
 */
import { randomBytes } from 'node:crypto'
import { single } from '../../../iam/condition-keys/context.ts'
import type { HttpRequest, HttpResponse } from '../../http.ts'
import type { SignedCaller } from '../../permissions.ts'
import { type Parameters, parseParameters } from '../../query/parameters.ts'
import type { Call } from '../../sts/call.ts'
import { requirePermission } from '../identity-permission.ts'
import { jsonReply } from '../json-reply.ts'
import { asServiceError, type ErrorNames, logText, ServiceError } from '../service-error.ts'
import { callerOf, type ServiceHost, startCall } from '../signed-call.ts'

const SERVICE_NAME = 'codeartifact.amazonaws.com'
const LONGEST_SECONDS = 43_200
const SHORTEST_SECONDS = 900

const errorNames: ErrorNames = {
  AccessDenied: ['AccessDeniedException', 403],
  ExpiredToken: ['ExpiredTokenException', 403],
  IncompleteSignature: ['IncompleteSignatureException', 400],
  InternalFailure: ['InternalServerException', 500],
  InvalidClientTokenId: ['UnrecognizedClientException', 403],
  MissingAuthenticationToken: ['MissingAuthenticationTokenException', 403],
  SignatureDoesNotMatch: ['InvalidSignatureException', 403],
}

/** Answers one call; never throws. */
export function answerCodeArtifact(host: ServiceHost, request: HttpRequest, now: Date): HttpResponse {
  const parameters = parseParameters(request.query)
  const { call, record } = startCall(host, request, now, parameters)
  const isToken = request.method === 'POST' && request.path === '/v1/authorization-token'
  const name = isToken ? 'GetAuthorizationToken' : request.method
  try {
    const caller = callerOf(host, call, 'codeartifact')
    if (!isToken)
      throw new ServiceError(
        'UnknownOperationException',
        404,
        'The local AWS has no CodeArtifact beyond GetAuthorizationToken.',
      )
    const answer = authorizationToken(host, call, caller)
    record('codeartifact', name, undefined)
    host.log(`codeartifact ${name} by ${caller.arn}`)
    return jsonReply(call, 200, answer)
  } catch (thrown) {
    const error = asServiceError(thrown, errorNames)
    record('codeartifact', name, error)
    host.log(`codeartifact ${name} ${logText(error)}`)
    return jsonReply(call, error.status, { message: error.message }, { 'x-amzn-ErrorType': error.code })
  }
}

/** Both permissions are needed. The token is random, and opens nothing. */
function authorizationToken(host: ServiceHost, call: Call, caller: SignedCaller): Readonly<Record<string, unknown>> {
  const domain = call.parameters.get('domain') ?? ''
  if (!/^[a-z][a-z0-9-]{0,48}[a-z0-9]$/.test(domain))
    throw new ServiceError(
      'ValidationException',
      400,
      'The domain must have 2 to 50 lower-case letters, digits and hyphens.',
    )
  const owner = call.parameters.get('domain-owner') ?? caller.account
  const seconds = secondsOf(call.parameters, caller, call.now)
  const arn = `arn:${caller.partition}:codeartifact:${call.region}:${owner}:domain/${domain}`
  requirePermission(host, call, caller, {
    action: 'codeartifact:GetAuthorizationToken',
    resource: arn,
    status: 403,
  })
  if (owner !== caller.account)
    throw new ServiceError(
      'AccessDeniedException',
      403,
      `User: ${caller.arn} is not authorized to perform: codeartifact:GetAuthorizationToken on resource: ${arn} because no resource-based policy allows the codeartifact:GetAuthorizationToken action`,
    )
  requirePermission(host, call, caller, {
    action: 'sts:GetServiceBearerToken',
    resource: '*',
    keys: [
      single('sts:AWSServiceName', SERVICE_NAME, 'the service'),
      single('sts:DurationSeconds', String(seconds), 'duration'),
    ],
    status: 403,
  })
  return {
    authorizationToken: randomBytes(96).toString('base64url'),
    expiration: Math.floor(call.now.getTime() / 1000) + seconds,
  }
}

/** Twelve hours by default; 0: as long as the caller's own temporary credentials. Throws ValidationException. */
function secondsOf(parameters: Parameters, { temporary }: SignedCaller, now: Date): number {
  const text = parameters.get('duration')
  if (text === undefined) return LONGEST_SECONDS
  const seconds = Number(text)
  if (seconds === 0 && temporary)
    return Math.max(0, Math.floor((temporary.expiration.getTime() - now.getTime()) / 1000))
  if (Number.isInteger(seconds) && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds
  throw new ServiceError(
    'ValidationException',
    400,
    `The duration must be ${SHORTEST_SECONDS} to ${LONGEST_SECONDS} seconds, or 0 with temporary credentials.`,
  )
}
