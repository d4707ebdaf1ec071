import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { FedgateError } from '../core/errors.ts'
import { reasonOf } from '../core/errors.ts'
import { oneLine } from '../core/render-verdict.ts'
import { referenceOf } from './caller.ts'
import { fedgateErrorOf, retryAfterOf, statusOf, WebError } from './errors.ts'
import type { SignedIn } from './models/page.ts'
import { sendPage, signedIn, VERSION, type WebParts } from './pages.ts'
import { currentLogin } from './session.ts'

/** One line for whoever runs the gateway. Never a request's content: its path, and the reason. */
export type Log = (line: string) => void

/** Whether a script asks, which gets a problem document and no page. */
export const wantsJson = (request: Request): boolean =>
  request.path.startsWith('/api/') || request.accepts(['html', 'json']) === 'json'

/** RFC 9457 */
const sendProblem = (response: Response, error: FedgateError, status: number): void => {
  const { code, message, hint } = error
  const problem = { type: 'about:blank', title: message, status, code, hint, reference: referenceOf(response) }
  response.status(status).type('application/problem+json').send(JSON.stringify(problem))
}

/** Codes after which the person may well have a session to go on with. */
const MAY_CONTINUE: ReadonlySet<string> = new Set(['saml.replayed', 'login.used'])

/**
 * Who is signed in keeps the navigation. Before sessions there is none to look for. A store that fails is no news here,
 * nor a provider that is gone: what goes wrong while an error is answered would be answered by Express, stack and all.
 */
const sessionOf = async ({ gateway }: WebParts, request: Request): Promise<SignedIn | undefined> => {
  if ((request.session as typeof request.session | undefined) === undefined) return undefined
  try {
    const login = await currentLogin(gateway, request)
    return login && signedIn(gateway, request, login)
  } catch {
    return undefined
  }
}

const sendErrorPage = async (
  parts: WebParts,
  request: Request,
  response: Response,
  error: FedgateError,
): Promise<void> => {
  const { code, message, hint } = error
  const status = statusOf(code)
  const session = await sessionOf(parts, request)
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

/** Every refusal and every defect ends here: a page or a problem document, and for a defect a line in the log. */
export const errorAnswers =
  (parts: WebParts, log: Log): ErrorRequestHandler =>
  async (thrown: unknown, request, response, _next) => {
    const error = fedgateErrorOf(thrown)
    const status = statusOf(error.code)
    if (error.code === 'internal') log(`${referenceOf(response)} ${request.method} ${request.path}: ${stackOf(thrown)}`)
    else if (error.code.startsWith('http.'))
      log(oneLine(`${referenceOf(response)} ${request.method} ${request.path}: ${error.code} ${reasonOf(error) ?? ''}`))
    if (response.headersSent) return void response.destroy()
    const retryAfter = retryAfterOf(error.code)
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
    if (wantsJson(request)) sendProblem(response, error, status)
    else await sendErrorPage(parts, request, response, error)
  }

const stackOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)

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

/** Nothing answered: no such page, or not by this method. */
export const notFound: RequestHandler = (request) => {
  throw new WebError(
    request.method === 'GET' || request.method === 'HEAD' ? 'http.not_found' : 'http.method_not_allowed',
  )
}
