import { type Request, type RequestHandler, type Response, Router } from 'express'
import { parseDuration } from '../../core/duration.ts'
import { credentialFormats } from '../../credentials/formats.ts'
import { profileNameOf } from '../../credentials/profile-name.ts'
import { GatewayError } from '../../gateway/errors.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import { listRoles } from '../../gateway/list-roles.ts'
import type { Login } from '../../gateway/logins.ts'
import { openConsole } from '../../gateway/open-console.ts'
import { withFreshEvidence } from '../../gateway/refresh-evidence.ts'
import { isPassedOn, needsRenewal } from '../../gateway/renewal.ts'
import { takeRole } from '../../gateway/take-role.ts'
import type { WantedRole } from '../../gateway/taken-role.ts'
import { callerOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { toInstant } from '../instant.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { text } from '../parameters.ts'
import { accountGroups, evidenceOf, pickedRole } from '../role-list.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { type CredentialFormat, fields } from '../view-models.ts'
import { renewFirst } from './renewal.ts'

/** GET /roles */
const list =
  ({ gateway, views }: WebParts): RequestHandler =>
  async (request, response) => {
    const login = await requireLogin(gateway, request)
    const roles = listRoles(gateway, login.signIn.identity)
    const query = text(request.query.q).slice(0, 200)
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      query,
      total: roles.length,
      accounts: accountGroups(gateway, login, roles, query),
      evidenceUntil:
        isPassedOn(gateway, login) && !login.signIn.renewal ? toInstant(login.signIn.evidence.expiresAt) : undefined,
      evidence: evidenceOf(gateway, login),
    }
    sendPage(response, views.render('roles', page))
  }

/** The form of both buttons. Throws GatewayError `role.duration_invalid`. */
const wantedRole = (form: Readonly<Record<string, unknown>>): WantedRole => {
  const wanted = text(form[fields.duration])
  const durationSeconds = parseDuration(wanted)
  if (wanted !== '' && durationSeconds === undefined)
    throw new GatewayError('role.duration_invalid', { expected: 'such as 1h or 3600', found: wanted.slice(0, 50) })
  return { role: text(form[fields.role]), durationSeconds }
}

const FORMATS: readonly (Omit<CredentialFormat, 'text'> & { readonly id: keyof typeof credentialFormats })[] = [
  { id: 'env', label: 'bash, zsh', use: 'Paste it into a terminal: it holds for that terminal only.' },
  { id: 'process', label: 'JSON', use: 'What a credential_process prints, for tools that read it.' },
]

/** The login of this browser, with evidence as fresh as can be had without the person. */
const freshLogin = async (gateway: Gateway, request: Request, response: Response): Promise<Login> =>
  withFreshEvidence(gateway, await requireLogin(gateway, request), callerOf(request, response))

const mustRenew = (gateway: Gateway, request: Request, login: Login): boolean =>
  needsRenewal(gateway, login, text(request.body[fields.role]))

/** POST /roles/credentials */
const credentials =
  (parts: WebParts): RequestHandler =>
  async (request, response) => {
    const { gateway, views } = parts
    const login = await freshLogin(gateway, request, response)
    if (mustRenew(gateway, request, login)) return renewFirst(parts, request, response, { login, what: 'credentials' })
    const taken = await takeRole(gateway, login, wantedRole(request.body), callerOf(request, response))
    const { region } = taken.role
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      role: pickedRole(taken.role),
      sessionArn: taken.assumedRoleArn,
      expiresAt: toInstant(taken.credentials.expiration),
      durationSeconds: taken.durationSeconds,
      formats: FORMATS.map((format) => ({
        ...format,
        text: credentialFormats[format.id]({
          credentials: taken.credentials,
          region,
          profile: profileNameOf(taken.role.accountName, taken.role.role.name),
        }),
      })),
    }
    sendPage(response, views.render('credentials', page))
  }

/** POST /roles/console */
const consoleSession =
  (parts: WebParts): RequestHandler =>
  async (request, response) => {
    const { gateway } = parts
    const login = await freshLogin(gateway, request, response)
    if (mustRenew(gateway, request, login)) return renewFirst(parts, request, response, { login, what: 'console' })
    const destination = text(request.body[fields.destination])
    const wanted = { ...wantedRole(request.body), destination }
    const url = await openConsole(gateway, login, wanted, callerOf(request, response))
    response.redirect(303, url.href)
  }

export const roleRoutes = (parts: WebParts): Router =>
  Router()
    .get('/roles', orToLogin(parts.gateway), list(parts))
    .post('/roles/credentials', requireCsrf(parts.gateway), credentials(parts))
    .post('/roles/console', requireCsrf(parts.gateway), consoleSession(parts))
