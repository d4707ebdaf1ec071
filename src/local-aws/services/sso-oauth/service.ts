/**
 * CreateTokenWithIAM of IAM Identity Center, for a token of a trusted token issuer: an application that is signed in
 * elsewhere exchanges its user's token for a context assertion, and AssumeRole takes that in ProvidedContexts. Every user
 * of the issuer is in the identity store; there is no other grant type.
 */
import { randomBytes } from 'node:crypto'
import { isObject } from '../../../core/json.ts'
import { AwsError } from '../../aws-errors.ts'
import type { HttpRequest, HttpResponse } from '../../http.ts'
import type { SignedCaller } from '../../permissions.ts'
import type { TrustedTokenIssuerState } from '../../state.ts'
import type { Call } from '../../sts/call.ts'
import { CONTEXT_SECONDS, userIdOf } from '../../sts/identity-contexts.ts'
import {
  checkAudience,
  checkTimes,
  decodeToken,
  verifyTokenSignature,
} from '../../sts/web-identity/web-identity-token.ts'
import { requirePermission } from '../identity-permission.ts'
import { jsonReply } from '../json-reply.ts'
import { asServiceError, type ErrorNames, logText, ServiceError } from '../service-error.ts'
import { callerOf, type ServiceHost, startCall } from '../signed-call.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** OAuth's own error in the body, by the name of the exception. RFC 6749, 5.2 */
const oauthErrors: Readonly<Record<string, string>> = {
  AccessDeniedException: 'access_denied',
  InvalidClientException: 'invalid_client',
  InvalidGrantException: 'invalid_grant',
  InvalidRequestException: 'invalid_request',
  UnsupportedGrantTypeException: 'unsupported_grant_type',
}

const errorNames: ErrorNames = {
  ExpiredToken: ['ExpiredTokenException', 400],
  IncompleteSignature: ['InvalidRequestException', 400],
  InternalFailure: ['InternalServerException', 500],
  InvalidClientTokenId: ['AccessDeniedException', 400],
  MissingAuthenticationToken: ['AccessDeniedException', 400],
  SignatureDoesNotMatch: ['AccessDeniedException', 400],
}

type Fields = Readonly<Record<string, unknown>>

/** Answers one call; never throws. */
export async function answerSsoOAuth(
  host: ServiceHost,
  issuers: readonly TrustedTokenIssuerState[],
  request: HttpRequest,
  now: Date,
): Promise<HttpResponse> {
  const { call, record } = startCall(host, request, now, new Map())
  const name = 'CreateTokenWithIAM'
  try {
    const caller = callerOf(host, call, 'sso-oauth')
    if (request.method !== 'POST' || request.path !== '/token')
      throw new ServiceError('InvalidRequestException', 400, `The local AWS has no Identity Center beyond ${name}.`)
    const answer = await createToken(host, issuers, call, caller)
    record('sso-oauth', name, undefined)
    host.log(`sso-oauth ${name} by ${caller.arn}`)
    return jsonReply(call, 200, answer)
  } catch (thrown) {
    const error = asServiceError(thrown, errorNames)
    record('sso-oauth', name, error)
    host.log(`sso-oauth ${name} ${logText(error)}`)
    const body = { error: oauthErrors[error.code] ?? 'server_error', error_description: error.message }
    return jsonReply(call, error.status, body, { 'x-amzn-ErrorType': error.code })
  }
}

async function createToken(
  host: ServiceHost,
  issuers: readonly TrustedTokenIssuerState[],
  call: Call,
  caller: SignedCaller,
): Promise<Fields> {
  const { clientId, grantType, assertion } = inputOf(call.request)
  const ofApplication = issuers.filter(({ application }) => application === clientId)
  requirePermission(host, call, caller, {
    action: 'sso-oauth:CreateTokenWithIAM',
    resource: String(clientId),
    status: 400,
  })
  if (ofApplication.length === 0)
    throw new ServiceError('InvalidClientException', 401, 'Client information provided is invalid')
  if (grantType !== JWT_BEARER || typeof assertion !== 'string')
    throw new ServiceError(
      'UnsupportedGrantTypeException',
      400,
      `The local AWS accepts only the grant type ${JWT_BEARER}`,
    )
  const context = await contextOf(host, ofApplication, assertion, call.now)
  const identityContext = host.aws.contexts.sign(context, call.now)
  return {
    accessToken: randomBytes(48).toString('base64url'),
    tokenType: 'Bearer',
    expiresIn: CONTEXT_SECONDS,
    issuedTokenType: ACCESS_TOKEN,
    scope: ['openid', 'aws', 'sts:identity_context'],
    idToken: unsignedToken({ sub: context.userId, 'sts:identity_context': identityContext }),
    awsAdditionalDetails: { identityContext },
  }
}

/** Applications read claims out of it; its signature means nothing to AWS, so it has none here. RFC 7519, 6 */
function unsignedToken(claims: Fields): string {
  const part = (value: Fields): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
}

/** The user of the token. Throws InvalidGrantException. */
async function contextOf(
  { aws }: ServiceHost,
  issuers: readonly TrustedTokenIssuerState[],
  assertion: string,
  now: Date,
) {
  try {
    const token = decodeToken(assertion)
    const trusted = issuers.find(({ issuer }) => issuer === token.issuer)
    if (!trusted) throw new ServiceError('InvalidGrantException', 400, `The issuer ${token.issuer} is not trusted`)
    checkAudience(token, trusted.audiences)
    await verifyTokenSignature(token, aws.issuerKeys, [], now)
    checkTimes(token, now)
    const value = token.claims[trusted.claim ?? 'email']
    if (typeof value !== 'string' || value === '')
      throw new ServiceError('InvalidGrantException', 400, `The token has no claim ${trusted.claim ?? 'email'}`)
    return { userId: userIdOf(trusted.account, value), application: trusted.application }
  } catch (error) {
    if (error instanceof AwsError) {
      const more = error.reason === undefined ? {} : { reason: error.reason }
      throw new ServiceError('InvalidGrantException', 400, error.message, more)
    }
    throw error
  }
}

function inputOf({ body }: HttpRequest): Fields {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'))
    if (isObject(input)) return input
  } catch {
    // Refused below.
  }
  throw new ServiceError('InvalidRequestException', 400, 'The body is not a JSON object')
}
