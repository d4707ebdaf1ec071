/** The API for the command line: the use-cases of the pages, for a token instead of a cookie. */
import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { z } from 'zod'
import { parseDuration } from '../../core/duration.ts'
import { FedgateError } from '../../core/errors.ts'
import { GatewayError } from '../../gateway/errors.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { mustBeOperator } from '../../gateway/operations/status.ts'
import { openConsole } from '../../gateway/roles/open-console.ts'
import { reauthenticationRequired } from '../../gateway/roles/ready-roles.ts'
import { takeRoles } from '../../gateway/roles/take-roles.ts'
import { consoleAnswer, credentialsAnswer, rolesAnswer, sessionAnswer } from '../api/answers.ts'
import { openApi } from '../api/openapi.ts'
import { type ConfigurationAnswer, consoleRequestSchema, credentialsRequestSchema } from '../api/schemas.ts'
import { callerOf, nameDevice } from '../caller.ts'
import { cookieNames } from '../cookies.ts'
import { WebError } from '../errors.ts'
import { VERSION, type WebParts } from '../pages.ts'

const BODY_LIMIT = '10kb'

/** RFC 9449 7.1: what the API accepts. */
const CHALLENGES = 'DPoP algs="ES256 EdDSA Ed25519", Bearer'

/** What a program can do about a body that was refused. */
const BODY_HINT = 'Compare the request with /api/openapi.json.'

/** Before sessions and CSRF: no cookie counts here, but for /api/session without a token. */
export function apiRoutes(parts: WebParts): Router {
  const { gateway } = parts
  const json = express.json({ limit: BODY_LIMIT, type: 'application/json' })
  const { baseUrl } = gateway.settings
  const description = openApi({ baseUrl, version: VERSION, cookie: cookieNames(baseUrl).session })
  return Router()
    .get('/api/openapi.json', (_request, response) => void response.json(description))
    .get('/api/session', onlyWithToken, authorized(parts), async (_request, response) => {
      response.json(sessionAnswer(gateway, loginOf(response)))
    })
    .get('/api/roles', authorized(parts), async (_request, response) => {
      response.json(await rolesAnswer(gateway, loginOf(response)))
    })
    .get('/api/configuration', authorized(parts), async (_request, response) => {
      mustBeOperator(gateway, loginOf(response).signIn.identity)
      response.json({ version: VERSION, configuration: gateway.settings.written } satisfies ConfigurationAnswer)
    })
    .post('/api/credentials', authorized(parts), json, credentials(parts))
    .post('/api/console', authorized(parts), json, console(parts))
}

const onlyWithToken: RequestHandler = (request, _response, next) => {
  next(request.get('Authorization') === undefined ? 'route' : undefined)
}

/** Lets a request with a valid token on, as its user and device. Throws GatewayError or OAuthError. */
function authorized({ authorization }: WebParts): RequestHandler {
  return async (request, response, next) => {
    const asked = {
      method: request.method,
      path: request.path,
      authorization: request.get('Authorization'),
      proof: request.get('DPoP'),
      caller: callerOf(request, response),
    }
    const { login, device } = await authorization.authorize(asked).catch(challenging(request, response))
    response.locals.login = login
    nameDevice(request, response, device.name)
    next()
  }
}

/** RFC 6750 3: a refused token is named, a missing one is not. */
function challenging(request: Request, response: Response) {
  return (error: unknown): never => {
    if (error instanceof FedgateError) {
      const isProof = error.code === 'oauth.proof_invalid'
      const named = isProof ? 'invalid_dpop_proof' : 'invalid_token'
      const isMissing = request.get('Authorization') === undefined
      response.set('WWW-Authenticate', isMissing ? CHALLENGES : CHALLENGES.replace(', ', `, error="${named}", `))
    }
    throw error
  }
}

function loginOf({ locals }: Response): Login {
  return locals.login as Login
}

/** POST /api/credentials */
function credentials({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    const { role, duration } = bodyOf(request, credentialsRequestSchema)
    const wanted = { roles: [role] as const, durationSeconds: secondsOf(duration) }
    const result = await takeRoles(gateway, loginOf(response), wanted, callerOf(request, response))
    if (result.kind !== 'one') throw reauthenticationRequired(gateway, loginOf(response), role)
    response.json(credentialsAnswer(result.taken))
  }
}

/** POST /api/console */
function console({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    const { role, destination } = bodyOf(request, consoleRequestSchema)
    const wanted = { role, destination, durationSeconds: undefined }
    const result = await openConsole(gateway, loginOf(response), wanted, callerOf(request, response))
    if (result.kind !== 'opened') throw reauthenticationRequired(gateway, loginOf(response), role)
    response.json(consoleAnswer(result.opened))
  }
}

/** Throws WebError `http.bad_request`. */
function bodyOf<Body>({ body }: Request, schema: z.ZodType<Body>): Body {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new WebError('http.bad_request', {
    expected: issue?.message.slice(0, 300) ?? 'a body of the described form',
    source: `body.${issue?.path.join('.') ?? ''}`.slice(0, 100),
    hint: BODY_HINT,
  })
}

/** Throws GatewayError `role.duration_invalid`. */
function secondsOf(duration: number | string | undefined): number | undefined {
  if (typeof duration !== 'string') return duration
  const seconds = parseDuration(duration)
  if (seconds !== undefined) return seconds
  throw new GatewayError('role.duration_invalid', { expected: 'such as 1h or 3600', found: duration })
}
