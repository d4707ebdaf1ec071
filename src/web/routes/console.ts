import { type Request, type RequestHandler, type Response, Router } from 'express'
import { GatewayError } from '../../gateway/errors.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { rolesOfLink } from '../../gateway/roles/console-link.ts'
import { type OpenedConsole, openConsole } from '../../gateway/roles/open-console.ts'
import { callerOf, referenceOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { wantsJson } from '../error-answers.ts'
import { statusOf } from '../errors.ts'
import { fields, text } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import { goPage } from '../links/go-page.ts'
import type { ConsoleLinkPage } from '../models/console.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { askBefore } from '../picker/confirm.ts'
import { pickedRole } from '../picker/picked-role.ts'
import { redirect } from '../redirect.ts'
import { requestedDuration, shortenedFrom } from '../role-form.ts'
import { requireLogin } from '../session.ts'
import { toInstant } from '../time-zone.ts'
import { reauthenticateFirst } from './reauthentication.ts'

export function consoleRoutes(parts: WebParts): Router {
  return Router().post('/roles/console', requireCsrf(parts.gateway), open(parts))
}

/**
 * POST /roles/console: redirects to the console, or with `as=link` shows a page with the link. That page is also shown
 * if the session is shorter than requested: a user redirected to the console would not see the notice.
 */
function open(parts: WebParts): RequestHandler {
  return async (request: Request, response: Response) => {
    const { gateway, views } = parts
    const login = await requireLogin(gateway, request)
    const place = { role: text(request.body[fields.role]), destination: text(request.body[fields.destination]) }
    const wanted = { ...place, ...requestedDuration(gateway, request) }
    const held = await askBefore(parts, request, response, { login, what: 'console' })
    if (held === 'asked') return
    const result = held
      ? { kind: held }
      : await openConsole(gateway, login, wanted, callerOf(request, response)).catch(refusedPlace(request))
    if (result instanceof GatewayError) return askAgain(parts, request, response, login, result)
    if (result.kind === 'reauthenticate-first')
      return reauthenticateFirst(parts, request, response, { login, what: 'console' })
    const page = linkPage(parts, request, login, result.opened)
    const isTold = text(request.body[fields.as]) === 'link' || page.shortenedFrom !== undefined
    if (!isTold) return redirect(response, 303, page.url)
    sendPage(response, views.render('console-link', page))
  }
}

/** A user can correct an invalid destination: they get the form again, and not an error page. */
function refusedPlace(request: Request) {
  return (error: unknown): GatewayError => {
    if (error instanceof GatewayError && error.code.startsWith('role.destination_') && !wantsJson(request)) return error
    throw error
  }
}

/** An invalid destination: the form again, with the input and what is wrong with it. */
async function askAgain(
  parts: WebParts,
  request: Request,
  response: Response,
  login: Login,
  { code, message, hint }: GatewayError,
): Promise<void> {
  const { gateway, views } = parts
  const link = { role: text(request.body[fields.role]), destination: '' }
  const going = rolesOfLink(gateway, login.signIn.identity, link)
  const page = await goPage(parts, request, login, going, link)
  const destination = text(request.body[fields.destination]).slice(0, 2000)
  allowConsole(gateway, response, going.roles)
  const refusal = { code, sentence: message, hint, reference: referenceOf(response) }
  sendPage(response, views.render('go', { ...page, destination, refusal }), statusOf(code))
}

function linkPage(
  { gateway }: WebParts,
  request: Request,
  login: Login,
  { taken, url, worksUntil, destination, sharedUrl }: OpenedConsole,
): ConsoleLinkPage {
  return {
    version: VERSION,
    session: signedIn(gateway, request, login),
    role: pickedRole(taken.role),
    url: url.href,
    worksUntil: toInstant(worksUntil),
    expiresAt: toInstant(taken.credentials.expiration),
    destination,
    sharedUrl,
    shortenedFrom: shortenedFrom(taken),
  }
}
