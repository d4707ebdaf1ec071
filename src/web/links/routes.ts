/**
 * links owns what is behind a link to the console: the page with one button or with roles to choose from (go-page.ts),
 * and the page of a link that cannot be followed. Following a link changes nothing and issues nothing.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { rolesCalled } from '../../core/role-names.ts'
import { auditRefusedRequest } from '../../gateway/audit-lines.ts'
import { GatewayError } from '../../gateway/errors.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { type ConsoleLink, namedServices, rolesOfLink } from '../../gateway/roles/console-link.ts'
import { listRoles } from '../../gateway/roles/list-roles.ts'
import { nearestRoles } from '../../gateway/roles/role-names.ts'
import { callerOf, changeReference, referenceOf } from '../caller.ts'
import { wantsJson } from '../error-answers.ts'
import { statusOf } from '../errors.ts'
import { text } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { accessOffer } from '../picker/request-access.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { goPage, goRoles } from './go-page.ts'
import type { RefusedLinkPage } from './model.ts'

const LONGEST_SHOWN = 2000

export function linkRoutes(parts: WebParts): Router {
  return Router().get('/go', orToLogin(parts.gateway), go(parts))
}

/** GET /go: the user confirms, because no GET issues credentials. */
function go(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway, views } = parts
    const login = await requireLogin(gateway, request)
    const link = { role: text(request.query.role).trim(), destination: text(request.query.destination) }
    try {
      const going = rolesOfLink(gateway, login.signIn.identity, link)
      const page = await goPage(parts, request, login, going, link)
      allowConsole(gateway, response, going.roles)
      sendPage(response, views.render('go', page))
    } catch (error) {
      if (!(error instanceof GatewayError) || !error.code.startsWith('role.') || wantsJson(request)) throw error
      await refuse(parts, request, response, { login, link, error })
    }
  }
}

interface RefusedLink {
  readonly login: Login
  readonly link: ConsoleLink
  readonly error: GatewayError
}

/** As every refusal it is in the audit log, under the reference that the page shows. */
async function refuse(
  parts: WebParts,
  request: Request,
  response: Response,
  { login, link, error }: RefusedLink,
): Promise<void> {
  const { gateway, views } = parts
  const refused = { error, request: `${request.method} ${request.path}`, login }
  changeReference(response, await auditRefusedRequest(gateway, refused, callerOf(request, response)))
  const roles = listRoles(gateway, login.signIn.identity)
  const called = rolesCalled(roles, link.role)
  // Roles that the link names are its own: what is wrong is its page.
  const nearest = called.length > 0 ? called.slice(0, 5) : nearestRoles(roles, link.role)
  allowConsole(gateway, response, nearest)
  const page: RefusedLinkPage = {
    version: VERSION,
    session: signedIn(gateway, request, login),
    status: statusOf(error.code),
    code: error.code,
    sentence: error.message,
    hint: error.hint,
    reference: referenceOf(response),
    role: link.role.slice(0, LONGEST_SHOWN),
    destination: link.destination.slice(0, LONGEST_SHOWN),
    services: namedServices,
    nearest: await goRoles(parts, request, login, nearest),
    requestAccess: error.code === 'role.not_granted' ? accessOffer(gateway.settings, link.role, link.role) : undefined,
  }
  sendPage(response, views.render('go-refused', page), statusOf(error.code))
}
