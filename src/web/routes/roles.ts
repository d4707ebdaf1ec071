import { type Request, type RequestHandler, Router } from 'express'
import { listRoles } from '../../gateway/list-roles.ts'
import { pinRole, preferencesOf } from '../../gateway/preferences.ts'
import { isPassedOn } from '../../gateway/renewal.ts'
import { returnPath } from '../../gateway/return-to.ts'
import { requireCsrf } from '../csrf.ts'
import { allowConsole } from '../headers.ts'
import { toInstant } from '../instant.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { text } from '../parameters.ts'
import { accountGroups, choiceFor, evidenceOf } from '../role-list.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { fields } from '../view-models.ts'

/** GET /roles */
const list =
  ({ gateway, views }: WebParts): RequestHandler =>
  async (request, response) => {
    const login = await requireLogin(gateway, request)
    const roles = listRoles(gateway, login.signIn.identity)
    const query = text(request.query.q).slice(0, 200)
    const preferences = await preferencesOf(gateway, login)
    const accounts = accountGroups(roles, query, choiceFor(gateway, request, login, preferences))
    const shown = new Set(accounts.flatMap((account) => account.roles.map(({ arn }) => arn)))
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      query,
      total: roles.length,
      accounts,
      pins: preferences.pins.filter((arn) => shown.has(arn)),
      recent: preferences.recent.flatMap(({ arn }) => (shown.has(arn) ? [arn] : [])),
      isKept: preferences.isKept,
      evidenceUntil:
        isPassedOn(gateway, login) && !login.signIn.renewal ? toInstant(login.signIn.evidence.expiresAt) : undefined,
      evidence: evidenceOf(gateway, login),
    }
    allowConsole(gateway, response, roles)
    sendPage(response, views.render('roles', page))
  }

/** Whether a script asks, which goes on with the page that it has. */
const isScript = (request: Request): boolean => request.accepts(['html', 'json']) === 'json'

/** POST /roles/pin: back to where it came from, or for a script nothing to show. */
const pin =
  ({ gateway }: WebParts): RequestHandler =>
  async (request, response) => {
    const login = await requireLogin(gateway, request)
    const returnTo = returnPath(request.body[fields.returnTo], '/roles')
    await pinRole(gateway, login, text(request.body[fields.role]), text(request.body[fields.pinned]) !== 'no')
    if (isScript(request)) return void response.status(204).end()
    response.redirect(303, returnTo)
  }

export const roleRoutes = (parts: WebParts): Router =>
  Router()
    .get('/roles', orToLogin(parts.gateway), list(parts))
    .post('/roles/pin', requireCsrf(parts.gateway), pin(parts))
