import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { FedgateError } from '../core/errors.ts'
import { auditRefusedRequest } from '../gateway/audit-lines.ts'
import type { Login } from '../gateway/login/logins.ts'
import { callerOf, changeReference, referenceOf } from './caller.ts'
import { fedgateErrorOf, retryAfterOf, statusOf, WebError } from './errors.ts'
import type { SignedIn } from './models/page.ts'
import { sendPage, signedIn, VERSION, type WebParts } from './pages.ts'
import { currentLogin } from './session.ts'

/** One line for whoever runs the gateway. Never a request's content: its path, and the reason. */
export type Log = (line: string) => void

/** Codes after which the person may well have a session to go on with. */
const MAY_CONTINUE: ReadonlySet<string> = new Set(['saml.replayed', 'login.used'])

/** Nothing answered: no such page, or not by this method. */
export const notFound: RequestHandler = (request) => {
  throw new WebError(
    request.method === 'GET' || request.method === 'HEAD' ? 'http.not_found' : 'http.method_not_allowed',
  )
}

/** Whether a script asks, which gets a problem document and no page. */
export function wantsJson(request: Request): boolean {
  return request.path.startsWith('/api/') || request.accepts(['html', 'json']) === 'json'
}

/**
 * Every refusal and every defect ends here: a page or a problem document, with the reference under which the audit log
 * has it, and for a defect a line in the operator's log.
 */
export function errorAnswers(parts: WebParts, log: Log): ErrorRequestHandler {
  return async (thrown: unknown, request, response, _next) => {
    const error = fedgateErrorOf(thrown)
    const login = await loginOf(parts, request)
    const refused = { error, request: `${request.method} ${request.path}`, login }
    changeReference(response, await auditRefusedRequest(parts.gateway, refused, callerOf(request, response)))
    if (error.code === 'internal') log(`${referenceOf(response)} ${refused.request}: ${stackOf(thrown)}`)
    if (response.headersSent) return void response.destroy()
    const retryAfter = retryAfterOf(error.code)
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
    if (wantsJson(request)) sendProblem(response, error, statusOf(error.code))
    else sendErrorPage(parts, response, sessionOf(parts, request, login), error)
  }
}

/**
 * Who is signed in, if anybody is. Before sessions there is none to look for. A store that fails is no news here: what
 * goes wrong while an error is answered would be answered by Express, stack and all.
 */
async function loginOf({ gateway }: WebParts, request: Request): Promise<Login | undefined> {
  if ((request.session as typeof request.session | undefined) === undefined) return undefined
  return currentLogin(gateway, request).catch(() => undefined)
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

/** RFC 9457 */
function sendProblem(response: Response, error: FedgateError, status: number): void {
  const { code, message, hint } = error
  const problem = { type: 'about:blank', title: message, status, code, hint, reference: referenceOf(response) }
  response.status(status).type('application/problem+json').send(JSON.stringify(problem))
}

function sendErrorPage(
  parts: WebParts,
  response: Response,
  session: SignedIn | undefined,
  { code, message, hint }: FedgateError,
): void {
  const status = statusOf(code)
  const isOfLogin = /^(login|saml|xml|oidc|session|provider)\./.test(code)
  const page = {
    version: VERSION,
    session,
    status,
    code,
    sentence: message,
    hint,
    reference: referenceOf(response),
    ...(isOfLogin ? { signInHref: '/login' } : {}),
    ...(MAY_CONTINUE.has(code) || !isOfLogin || session ? { continueHref: '/roles' } : {}),
  }
  sendPage(response, parts.views.render('error', page), status)
}

/** Who is signed in keeps the navigation, unless their provider is gone. */
function sessionOf({ gateway }: WebParts, request: Request, login: Login | undefined): SignedIn | undefined {
  try {
    return login && signedIn(gateway, request, login)
  } catch {
    return undefined
  }
}

/**
 * Before a GET that begins something or uses something up: Express would run it for a HEAD as well. `allowed`: the methods
 * of that address. RFC 9110 9.3.2, 15.5.6
 */
export function refuseHead(allowed: string): RequestHandler {
  return (_request, response) => {
    response.set('Allow', allowed)
    throw new WebError('http.method_not_allowed')
  }
}
