import { type RequestHandler, Router } from 'express'
import { rolesNamed } from '../../gateway/roles/list-roles.ts'
import { isSignInDue, reauthenticateForRoles } from '../../gateway/roles/ready-roles.ts'
import { browserName } from '../browser-name.ts'
import { bindBrowser, boundBrowser } from '../cookies.ts'
import { requireCsrf } from '../csrf.ts'
import { refuseHead } from '../error-answers.ts'
import { fields, text } from '../fields.ts'
import { redirectToIdp } from '../idp-redirect.ts'
import { deviceName } from '../models/command-line.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { orToLogin, requireLogin } from '../session.ts'

/** More than a code with its hyphen and spaces has. */
const LONGEST_CODE = 20

/** The user's side of the device grant (RFC 8628 3.3): no GET changes anything, and no other site can post. */
export function deviceRoutes(parts: WebParts): Router {
  return Router()
    .head('/oauth/device', refuseHead('GET, POST'))
    .get('/oauth/device', orToLogin(parts.gateway), enter(parts))
    .post('/oauth/device', requireCsrf(parts.gateway), ask(parts))
    .post('/oauth/device/decide', requireCsrf(parts.gateway), decide(parts))
}

/** GET /oauth/device: type in the code; a link may have it already. */
function enter(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway, views } = parts
    const login = await requireLogin(gateway, request)
    const way = { returnTo: request.originalUrl, browserSecret: boundBrowser(gateway, request) }
    // So the device can use the login at once: where AWS is sent the provider's own evidence, and for its role.
    const roles = rolesNamed(gateway, login.signIn.identity, text(request.query[fields.role])).map(({ arn }) => arn)
    const started = await reauthenticateForRoles(gateway, login, { roles, ...way })
    if (started) {
      bindBrowser(gateway, response, started.browserSecret)
      return redirectToIdp(parts, response, started.departure)
    }
    const userCode = text(request.query[fields.userCode]).slice(0, LONGEST_CODE)
    const page = { version: VERSION, session: signedIn(gateway, request, login), userCode }
    sendPage(response, views.render('device-code', page))
  }
}

/** POST /oauth/device: what asks, and from where. */
function ask({ gateway, authorization, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const device = await authorization.deviceOfCode(login, text(request.body[fields.userCode]))
    const { userCode, name, from, role = '' } = device
    if (rolesNamed(gateway, login.signIn.identity, role).some((one) => isSignInDue(gateway, login, one))) {
      // By a page: browsers hold what follows a form to its page's form-action.
      const href = `/oauth/device?${new URLSearchParams({ [fields.userCode]: userCode, [fields.role]: role })}`
      const session = signedIn(gateway, request, login)
      return sendPage(response, views.render('renewing', { version: VERSION, session, href }))
    }
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      device: deviceName(name),
      from: { address: from.sourceIp, program: browserName(from.userAgent) },
      userCode,
      action: '/oauth/device/decide',
    }
    sendPage(response, views.render('allow-device', page))
  }
}

/** POST /oauth/device/decide */
function decide({ gateway, authorization, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const isAllowed = request.body[fields.decision] === 'allow'
    const userCode = text(request.body[fields.userCode])
    const { name } = await authorization.decideDeviceCode(login, userCode, isAllowed ? 'allow' : 'refuse')
    const session = signedIn(gateway, request, login)
    sendPage(
      response,
      views.render('device-decided', { version: VERSION, session, device: deviceName(name), isAllowed }),
    )
  }
}
