import { type Request, type RequestHandler, Router } from 'express'
import { showDuration } from '../../core/duration.ts'
import { helpWithoutRoles } from '../../gateway/login/idp-help.ts'
import { returnPath } from '../../gateway/login/return-to.ts'
import { predictedRole } from '../../gateway/roles/identity-preview.ts'
import { grantedRole, listRoles } from '../../gateway/roles/list-roles.ts'
import { preflightRole } from '../../gateway/roles/preflight-role.ts'
import { pinRole, preferencesOf } from '../../gateway/user/preferences.ts'
import { referenceOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { fields, text } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import { forecastFindings } from '../models/findings.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { choiceFor } from './choices.ts'
import { filterIn } from './filter.ts'
import { roleList } from './list.ts'
import { accessOffer } from './request-access.ts'
import { evidenceOf, sentToAws } from './sent-to-aws.ts'
import { viewOf } from './view-cookie.ts'

export function roleRoutes(parts: WebParts): Router {
  return Router()
    .get('/roles', orToLogin(parts.gateway), list(parts))
    .get('/roles/why', orToLogin(parts.gateway), why(parts))
    .post('/roles/pin', requireCsrf(parts.gateway), pin(parts))
}

/** GET /roles */
function list({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const preferences = await preferencesOf(gateway, login)
    const roles = listRoles(gateway, login.signIn.identity)
    const filter = filterIn(request.query)
    const view = viewOf(request, response, gateway.settings.baseUrl)
    const occasion = { now: gateway.now(), reference: referenceOf(response) }
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      ...roleList(gateway, request, login, { roles, preferences, filter, view }),
      isKept: preferences.isKept,
      sentToAws: sentToAws(gateway, login),
      requestAccess: accessOffer(gateway.settings, '', filter.query),
      evidence: {
        ...evidenceOf(gateway, login),
        ...(roles.length === 0 ? { idpHelpHref: await helpWithoutRoles(gateway, login, occasion) } : {}),
      },
    }
    if (page.shown > 0) allowConsole(gateway, response, roles)
    sendPage(response, views.render('roles', page))
  }
}

/** GET /roles/why: everything known about one role. Throws GatewayError `role.not_granted`. */
function why({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const listed = grantedRole(gateway, login.signIn.identity, text(request.query.role))
    const preferences = await preferencesOf(gateway, login)
    const preflight = preflightRole(gateway, login, listed)
    const { reason, change } = predictedRole(listed, preflight)
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      role: choiceFor(gateway, request, login, preferences)(listed),
      grantedBy: listed.grantedBy,
      longest: showDuration(listed.maxSessionSeconds),
      sentToAws: sentToAws(gateway, login),
      preflight: { outcome: preflight.outcome, reason, change, findings: forecastFindings({ preflight }) },
    }
    allowConsole(gateway, response, [listed])
    sendPage(response, views.render('role', page))
  }
}

/** POST /roles/pin: redirects back to the page; for a script the response is empty. */
function pin({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const returnTo = returnPath(request.body[fields.returnTo], '/roles')
    await pinRole(gateway, login, text(request.body[fields.role]), text(request.body[fields.pinned]) !== 'no')
    if (isScript(request)) return void response.status(204).end()
    redirect(response, 303, returnTo)
  }
}

/** Whether a script sent the request, which keeps its page. */
function isScript(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'json'
}
