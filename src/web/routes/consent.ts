import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { AskingDevice } from '../../authorization/authorization-requests.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { listRoles } from '../../gateway/roles/list-roles.ts'
import { reauthenticateForRoles } from '../../gateway/roles/ready-roles.ts'
import { callerOf } from '../caller.ts'
import { bindBrowser, boundBrowser } from '../cookies.ts'
import { requireCsrf } from '../csrf.ts'
import { refuseHead } from '../error-answers.ts'
import { fields } from '../fields.ts'
import { addFormTargets } from '../headers.ts'
import { redirectToIdp } from '../idp-redirect.ts'
import { deviceName } from '../models/command-line.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { texts } from '../texts.ts'

export function consentRoutes(parts: WebParts): Router {
  return Router()
    .head('/oauth/consent/:uid', refuseHead('GET, POST'))
    .get('/oauth/consent/:uid', orToLogin(parts.gateway), ask(parts))
    .post('/oauth/consent/:uid', requireCsrf(parts.gateway), decide(parts))
}

/** GET /oauth/consent/:uid: a program on this machine asks to act for the user. */
function ask(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway, authorization, views } = parts
    const login = await requireLogin(gateway, request)
    const asking = await authorization.pending(request, response)
    if (await signInAgainFirst(parts, request, response, { login, asking })) return
    // Browsers hold the redirects after a form to the form-action of its page.
    if (!isIpv6(asking)) addFormTargets(response, [new URL(asking.redirectUri).origin])
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      device: deviceName(asking.name),
      from: undefined,
      userCode: undefined,
      action: request.path,
    }
    sendPage(response, views.render('allow-device', page))
  }
}

/** A Content-Security-Policy cannot name an IPv6 address. */
function isIpv6({ redirectUri }: AskingDevice): boolean {
  return new URL(redirectUri).hostname.startsWith('[')
}

/** Where the login cannot be used for the role that the device wants, or for any: so that it can afterwards. */
async function signInAgainFirst(
  parts: WebParts,
  request: Request,
  response: Response,
  { login, asking }: { readonly login: Login; readonly asking: Pick<AskingDevice, 'role'> },
): Promise<boolean> {
  const { gateway } = parts
  const { role } = asking
  const wanted = role === undefined ? [] : listRoles(gateway, login.signIn.identity)
  const roles = wanted.filter(({ arn, alias }) => arn === role || alias === role).map(({ arn }) => arn)
  const way = { returnTo: request.originalUrl, browserSecret: boundBrowser(gateway, request) }
  const started = await reauthenticateForRoles(gateway, login, { roles, ...way })
  if (!started) return false
  bindBrowser(gateway, response, started.browserSecret)
  redirectToIdp(parts, response, started.departure)
  return true
}

/** POST /oauth/consent/:uid: on to the program. */
function decide({ gateway, authorization, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const asking = await authorization.pending(request, response)
    const decision = request.body[fields.decision] === 'allow' ? 'allow' : 'refuse'
    const caller = callerOf(request, response)
    const { location } = await authorization.decide(request, response, login, decision, caller)
    if (!isIpv6(asking)) return redirect(response, 303, location)
    const page = { version: VERSION, heading: texts.commandLine.returning, href: location }
    sendPage(response, views.render('redirect', page))
  }
}
