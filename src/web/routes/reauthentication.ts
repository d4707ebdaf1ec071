import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Login } from '../../gateway/login/logins.ts'
import { allGranted } from '../../gateway/roles/list-roles.ts'
import { reauthenticateForRoles } from '../../gateway/roles/ready-roles.ts'
import { bindBrowser, boundBrowser } from '../cookies.ts'
import { refuseHead } from '../error-answers.ts'
import { fields, texts } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import { redirectToIdp } from '../idp-redirect.ts'
import type { Picked } from '../models/picked.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { pickFields } from '../picker/confirm.ts'
import { pickedRole } from '../picker/picked-role.ts'
import { redirect } from '../redirect.ts'
import { pickedArns } from '../role-form.ts'
import { orToLogin, requireLogin } from '../session.ts'

/**
 * A page instead of a redirect: browsers apply form-action to everything after a form, and an identity provider may
 * redirect anywhere.
 */
export function reauthenticateFirst(
  { gateway, views }: WebParts,
  request: Request,
  response: Response,
  { login, what }: { readonly login: Login; readonly what: Picked },
): void {
  const href = `/roles/reauthenticate?${pickOf(request.body, what)}`
  const page = { version: VERSION, session: signedIn(gateway, request, login), href }
  sendPage(response, views.render('renewing', page))
}

/** The picked roles, as a query: the user still confirms them, so they need no protection. */
function pickOf(form: Readonly<Record<string, unknown>>, what: Picked): URLSearchParams {
  return new URLSearchParams([
    ['for', what],
    ...[fields.role, fields.duration, fields.destination, fields.as, fields.download, fields.profile].flatMap((name) =>
      texts(form[name]).map((value) => [name, value] as [string, string]),
    ),
  ])
}

export function renewalRoutes(parts: WebParts): Router {
  return Router()
    .head('/roles/reauthenticate', refuseHead('GET'))
    .get('/roles/reauthenticate', orToLogin(parts.gateway), renew(parts))
    .get('/roles/confirm', orToLogin(parts.gateway), confirm(parts))
}

/** GET /roles/reauthenticate: through the identity provider once more, and back to the same pick. */
function renew(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway } = parts
    const login = await requireLogin(gateway, request)
    const returnTo = `/roles/confirm?${pickOf(request.query, pickedIn(request.query))}`
    const roles = texts(request.query[fields.role])
    const asked = { roles, returnTo, browserSecret: boundBrowser(gateway, request) }
    const started = await reauthenticateForRoles(gateway, login, asked)
    if (!started) return redirect(response, 303, returnTo)
    bindBrowser(gateway, response, started.browserSecret)
    redirectToIdp(parts, response, started.departure)
  }
}

function pickedIn(query: Request['query']): Picked {
  return query.for === 'console' ? 'console' : 'credentials'
}

/** GET /roles/confirm: one button, because no GET issues credentials. Throws GatewayError `role.not_granted`. */
function confirm({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const granted = allGranted(gateway, login.signIn.identity, pickedArns(request.query))
    const what = pickedIn(request.query)
    if (what === 'console') allowConsole(gateway, response, granted)
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      why: 'signed-in-again' as const,
      roles: granted.map(pickedRole),
      what,
      ...pickFields(request.query),
    }
    sendPage(response, views.render('confirm-role', page))
  }
}
