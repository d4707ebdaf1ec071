import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { newId } from '../core/ids.ts'
import { GatewayError } from '../gateway/errors.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { BrowserSession } from '../gateway/login/finish-login.ts'
import { type Login, readLogin } from '../gateway/login/logins.ts'
import type { SignedInFrom } from '../gateway/logout/pending-logouts.ts'
import { mustBeOperator } from '../gateway/operations/status.ts'
import { cookieAttributes, cookieNames, readCookie } from './cookies.ts'
import { redirect } from './redirect.ts'

declare module 'express-session' {
  interface SessionData {
    /** The login of this session; the login itself is another record of the store. */
    loginId?: string
    /** The login's identity provider: the page's sign-out may lead to its single logout service. */
    from?: SignedInFrom
    /** When it was last used, to the minute; set by the session store. */
    usedAt?: Date
  }
}

/** Sessions in the given store. Nothing is stored, and no cookie set, before a sign-in. */
export function sessions({ settings }: Gateway, store: session.Store): RequestHandler {
  return session({
    name: cookieNames(settings.baseUrl).session,
    secret: settings.session.secrets.map((secret) => secret.reveal()),
    store,
    genid: newId,
    resave: false,
    saveUninitialized: false,
    cookie: cookieAttributes(settings.baseUrl),
  })
}

/** What each request has read, so that middleware, route and page read it once. */
const read = new WeakMap<Request, Promise<Login | undefined>>()

/** The live login of this browser, or undefined: as it is at the first call of a request. */
export function currentLogin(gateway: Gateway, request: Request): Promise<Login | undefined> {
  const reading = read.get(request) ?? readLogin(gateway.store, request.session.loginId)
  read.set(request, reading)
  return reading
}

/** Throws GatewayError `session.required`. */
export async function requireLogin(gateway: Gateway, request: Request): Promise<Login> {
  const login = await currentLogin(gateway, request)
  if (!login) throw new GatewayError('session.required')
  return login
}

/** The operator's login. Throws GatewayError `session.required` or `operator.required`. */
export async function requireOperator(gateway: Gateway, request: Request): Promise<Login> {
  const login = await requireLogin(gateway, request)
  mustBeOperator(gateway, login.signIn.identity)
  return login
}

/** For pages: users who are not signed in are sent to sign in, and return here. */
export function orToLogin(gateway: Gateway): RequestHandler {
  return async (request, response, next) => {
    if (await currentLogin(gateway, request)) return next()
    redirect(response, 303, `/login?${new URLSearchParams({ return_to: request.originalUrl })}`)
  }
}

/** The session of this request, as the use-cases see it. */
export function browserSession(gateway: Gateway, request: Request, response: Response): BrowserSession {
  let isNew = false
  return {
    loginId: request.session.loginId,
    begin: (login, settled) => {
      isNew = true
      return beginSession(gateway, request, response, login, settled)
    },
    forget: () => {
      // Otherwise the error page would save it again, and sign the user in or be cut off.
      if (isNew) forgetSession(request)
    },
  }
}

/** A session with a new ID for this login: the browser's previous ID becomes worthless. */
async function beginSession(
  gateway: Gateway,
  request: Request,
  response: Response,
  login: Login,
  settled: Promise<void>,
): Promise<void> {
  const { baseUrl } = gateway.settings
  await saveNewSession(gateway, request, login, settled)
  // The notice of an earlier logout no longer applies.
  const { logout } = cookieNames(baseUrl)
  if (readCookie(request, logout) !== undefined) response.clearCookie(logout, cookieAttributes(baseUrl))
}

async function saveNewSession(
  { settings, now }: Gateway,
  request: Request,
  login: Login,
  settled: Promise<void>,
): Promise<void> {
  // Without a cookie the id is new already, and nothing is stored under it.
  if (readCookie(request, cookieNames(settings.baseUrl).session) !== undefined) {
    await settled
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error: unknown) => (error ? reject(error) : resolve()))
    })
  }
  read.delete(request)
  const { provider, issuer } = login.signIn.identity
  request.session.loginId = login.id
  request.session.from = { provider, issuer }
  request.session.usedAt = now()
  await new Promise<void>((resolve, reject) => {
    request.session.save((error: unknown) => (error ? reject(error) : resolve()))
  })
}

function forgetSession(request: { session?: unknown }): void {
  delete request.session
}

/** Ends the session here, and deletes the browser's cookie. */
export async function endSession(gateway: Gateway, request: Request, response: Response): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request.session.destroy((error: unknown) => (error ? reject(error) : resolve()))
  })
  read.delete(request)
  const { baseUrl } = gateway.settings
  response.clearCookie(cookieNames(baseUrl).session, cookieAttributes(baseUrl))
}
