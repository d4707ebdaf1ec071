import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { FedgateError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { auditRefusedRequest } from '../gateway/audit-lines.ts'
import { helpWithRefusal } from '../gateway/login/idp-help.ts'
import type { Login } from '../gateway/login/logins.ts'
import type { Provider } from '../gateway/providers.ts'
import { callerOf, changeReference, referenceOf } from './caller.ts'
import { fedgateErrorOf, retryAfterOf, statusOf, WebError } from './errors.ts'
import { errorReport } from './models/error-report.ts'
import type { SignedIn } from './models/page.ts'
import { type PageParts, sendPage, signedIn, VERSION } from './pages.ts'
import { currentLogin } from './session.ts'

/** Codes after which the user may well have a session to continue with. */
const MAY_CONTINUE: ReadonlySet<string> = new Set(['saml.replayed', 'login.used'])

/** What browsers never ask for. */
const PROGRAMS = /^\/(?:api|oauth\/token|oauth\/device\/auth)(?:\/|$)/

/** No route matched: page not found, or method not allowed. */
export const notFound: RequestHandler = (request) => {
  throw new WebError(
    request.method === 'GET' || request.method === 'HEAD' ? 'http.not_found' : 'http.method_not_allowed',
  )
}

/** Whether a script sent the request: it gets a problem document instead of a page. */
export function wantsJson(request: Request): boolean {
  return PROGRAMS.test(request.path) || request.accepts(['html', 'json']) === 'json'
}

/**
 * Every refusal and every defect ends here: as a page or a problem document, with its reference in the audit log, and a
 * defect also as a line in the operator's log.
 */
export function errorAnswers(parts: PageParts, log: Log): ErrorRequestHandler {
  return async (thrown: unknown, request, response, _next) => {
    const error = fedgateErrorOf(thrown)
    const login = await loginOf(parts, request, error)
    const refused = { error, request: `${request.method} ${request.path}`, login }
    changeReference(response, await auditRefusedRequest(parts.gateway, refused, callerOf(request, response)))
    // Never a request's content: its path, and the reason.
    if (error.code === 'internal')
      log.error('A request failed because of a defect', {
        reference: referenceOf(response),
        request: refused.request,
        stack: stackOf(thrown),
      })
    if (response.headersSent) return void response.destroy()
    const retryAfter = retryAfterOf(error.code)
    if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
    if (wantsJson(request)) sendProblem(response, error, statusOf(error.code))
    else {
      const provider = providerIn(parts, request, login)
      sendErrorPage(parts, response, { error, provider, session: sessionOf(parts, request, login) })
    }
  }
}

/**
 * The user's login, if there is one. Undefined before the session middleware has run. A failing store is ignored here:
 * an error thrown while answering an error would be answered by Express, with its stack. One that has just failed is not
 * asked again, as the user would wait twice.
 */
async function loginOf({ gateway }: PageParts, request: Request, { code }: FedgateError): Promise<Login | undefined> {
  if (code === 'store.unavailable') return undefined
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

/** The provider that the request's path names, otherwise that of the login. */
function providerIn({ gateway }: PageParts, { path }: Request, login: Login | undefined): Provider | undefined {
  const named = /^\/(?:login|saml|oidc)\/([\w.-]+)/.exec(path)?.[1]
  const inPath = named === undefined ? undefined : gateway.providers.get(named)
  return inPath ?? (login && gateway.providers.get(login.signIn.identity.provider))
}

function sendErrorPage(
  { gateway, views }: PageParts,
  response: Response,
  {
    error,
    provider,
    session,
  }: {
    readonly error: FedgateError
    readonly provider: Provider | undefined
    readonly session: SignedIn | undefined
  },
): void {
  const { code, message, hint } = error
  const reference = referenceOf(response)
  const { baseUrl } = gateway.settings
  const status = statusOf(code)
  const isOfLogin = /^(login|saml|xml|oidc|session|provider)\./.test(code)
  const page = {
    version: VERSION,
    session,
    status,
    code,
    sentence: message,
    hint,
    reference,
    idpHelpHref: helpWithRefusal(error, { now: gateway.now(), reference }),
    report: errorReport({ error, reference, at: gateway.now(), baseUrl, provider }),
    ...(isOfLogin ? { signInHref: '/login' } : {}),
    ...(MAY_CONTINUE.has(code) || !isOfLogin || session ? { continueHref: '/roles' } : {}),
  }
  sendPage(response, views.render('error', page), status)
}

/** A signed-in user keeps the navigation, unless their provider is no longer configured. */
function sessionOf({ gateway }: PageParts, request: Request, login: Login | undefined): SignedIn | undefined {
  try {
    return login && signedIn(gateway, request, login)
  } catch {
    return undefined
  }
}

/**
 * For a GET that starts something or uses something up: Express would also run it for HEAD. `allowed`: the methods of
 * that route. RFC 9110 9.3.2, 15.5.6
 */
export function refuseHead(allowed: string): RequestHandler {
  return (_request, response) => {
    response.set('Allow', allowed)
    throw new WebError('http.method_not_allowed')
  }
}
