import { type Request, type RequestHandler, type Response, Router } from 'express'
import { credentialFormats } from '../../credentials/formats.ts'
import type { Login } from '../../gateway/login/logins.ts'
import type { TakenRole } from '../../gateway/roles/sts-request.ts'
import { type RolesTaken, takeRoles } from '../../gateway/roles/take-roles.ts'
import { callerOf, referenceOf } from '../caller.ts'
import { rememberFormat, sendFile } from '../credential-formats.ts'
import { requireCsrf } from '../csrf.ts'
import { fields, text } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import {
  credentialsOfSeveralPage,
  credentialsPage,
  credentialsToWrite,
  profilesFile,
  takenIn,
} from '../models/issued-credentials.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { askBefore } from '../picker/confirm.ts'
import { pickedArns, type RequestedFile, requestedDuration, requestedFile } from '../role-form.ts'
import { requireLogin } from '../session.ts'
import { reauthenticateFirst } from './reauthentication.ts'

export function credentialRoutes(parts: WebParts): Router {
  return Router().post('/roles/credentials', requireCsrf(parts.gateway), credentials(parts))
}

/** POST /roles/credentials: one role or several, as a page or as a file. */
function credentials(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway } = parts
    const login = await requireLogin(gateway, request)
    const file = requestedFile(request.body)
    const held = await askBefore(parts, request, response, { login, what: 'credentials' })
    if (held === 'asked') return
    const wanted = { roles: pickedArns(request.body), ...requestedDuration(gateway, request) }
    const result = held ? { kind: held } : await takeRoles(gateway, login, wanted, callerOf(request, response))
    if (result.kind === 'reauthenticate-first')
      return reauthenticateFirst(parts, request, response, { login, what: 'credentials' })
    const taken = takenIn(result)
    if (file && taken.length > 0) return sendCredentials(response, gateway.settings.baseUrl, file, taken)
    sendPage(response, pageOf(parts, request, response, login, result))
  }
}

function pageOf(
  { gateway, views }: WebParts,
  request: Request,
  response: Response,
  login: Login,
  result: RolesTaken,
): string {
  const page = { version: VERSION, session: signedIn(gateway, request, login) }
  const duration = text(request.body[fields.duration])
  if (result.kind === 'several') {
    const several = credentialsOfSeveralPage(result.outcomes, duration)
    return views.render('credentials-of-several', { ...page, ...several, reference: referenceOf(response) })
  }
  allowConsole(gateway, response, [result.taken.role])
  const one = credentialsPage(request, gateway.settings.baseUrl, result.taken, duration)
  return views.render('credentials', { ...page, ...one })
}

/** A browser without JavaScript gets a file of credentials that were issued for it. */
function sendCredentials(
  response: Response,
  baseUrl: string,
  { format, profile }: RequestedFile,
  all: readonly TakenRole[],
): void {
  rememberFormat(response, baseUrl, format)
  const [only] = all
  if (only && all.length === 1) sendFile(response, format, credentialFormats[format](credentialsToWrite(only, profile)))
  else sendFile(response, 'ini', profilesFile(all))
}
