import { type Request, type RequestHandler, type Response, Router } from 'express'
import { parseDuration } from '../../core/duration.ts'
import { credentialFormats } from '../../credentials/formats.ts'
import { GatewayError } from '../../gateway/errors.ts'
import { grantedRole, type ListedRole, listRoles } from '../../gateway/list-roles.ts'
import type { Login } from '../../gateway/logins.ts'
import { openConsole } from '../../gateway/open-console.ts'
import { isPassedOn, needsRenewal, startRenewal } from '../../gateway/renewal.ts'
import { takeRole } from '../../gateway/take-role.ts'
import type { WantedRole } from '../../gateway/taken-role.ts'
import { bindBrowser, boundBrowser } from '../binding.ts'
import { callerOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { depart } from '../departure.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { accountGroups, evidenceOf } from '../role-list.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { type CredentialFormat, fields, type Picked, type PickedRole, toInstant } from '../view-models.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

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
      evidenceUntil: isPassedOn(gateway, login) ? toInstant(login.signIn.evidence.expiresAt) : undefined,
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
  { id: 'json', label: 'JSON', use: 'What a credential_process prints, for tools that read it.' },
]

/** What is on a page about one role. */
const pickedRole = ({ role, accountName, accountColor }: ListedRole): PickedRole => ({
  arn: role.arn,
  name: role.name,
  accountId: role.account,
  accountName,
  color: accountColor,
})

/** What was picked, as a query: it is still the person's to confirm, so it may travel in the open. */
const pickOf = (form: Readonly<Record<string, unknown>>, what: Picked): URLSearchParams =>
  new URLSearchParams({
    for: what,
    ...Object.fromEntries(
      [fields.role, fields.duration, fields.destination].flatMap((name) =>
        form[name] ? [[name, text(form[name])]] : [],
      ),
    ),
  })

/**
 * A page and no redirect: browsers hold what follows a form to its page's form-action, and where an identity provider
 * leads on to is its own affair.
 */
const renewFirst = (
  { gateway, views }: WebParts,
  request: Request,
  response: Response,
  { login, what }: { readonly login: Login; readonly what: Picked },
): void => {
  const href = `/roles/renew?${pickOf(request.body, what)}`
  const page = { version: VERSION, session: signedIn(gateway, request, login), href }
  sendPage(response, views.render('renewing', page))
}

/** GET /roles/renew: through the identity provider once more, and back to the same pick. */
const renew =
  (parts: WebParts): RequestHandler =>
  async (request, response) => {
    const { gateway } = parts
    const login = await requireLogin(gateway, request)
    const returnTo = `/roles/confirm?${pickOf(request.query, pickedIn(request.query))}`
    if (!needsRenewal(gateway, login)) return response.redirect(303, returnTo)
    const started = await startRenewal(gateway, login, { returnTo, browserSecret: boundBrowser(gateway, request) })
    bindBrowser(gateway, response, started.browserSecret)
    depart(parts, response, started.departure)
  }

const pickedIn = (query: Request['query']): Picked => (query.for === 'console' ? 'console' : 'credentials')

/** GET /roles/confirm: one button, because no GET takes a role. Throws GatewayError `role.not_granted`. */
const confirm =
  ({ gateway, views }: WebParts): RequestHandler =>
  async (request, response) => {
    const login = await requireLogin(gateway, request)
    const role = grantedRole(gateway, login.signIn.identity, text(request.query.role))
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      role: pickedRole(role),
      what: pickedIn(request.query),
      duration: text(request.query.duration),
      destination: text(request.query.destination),
    }
    sendPage(response, views.render('confirm-role', page))
  }

/** POST /roles/credentials */
const credentials =
  (parts: WebParts): RequestHandler =>
  async (request, response) => {
    const { gateway, views } = parts
    const login = await requireLogin(gateway, request)
    if (needsRenewal(gateway, login)) return renewFirst(parts, request, response, { login, what: 'credentials' })
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
        text: credentialFormats[format.id]({ credentials: taken.credentials, region }),
      })),
    }
    sendPage(response, views.render('credentials', page))
  }

/** POST /roles/console */
const consoleSession =
  (parts: WebParts): RequestHandler =>
  async (request, response) => {
    const { gateway } = parts
    const login = await requireLogin(gateway, request)
    if (needsRenewal(gateway, login)) return renewFirst(parts, request, response, { login, what: 'console' })
    const destination = text(request.body[fields.destination])
    const wanted = { ...wantedRole(request.body), destination }
    const url = await openConsole(gateway, login, wanted, callerOf(request, response))
    response.redirect(303, url.href)
  }

export const roleRoutes = (parts: WebParts): Router =>
  Router()
    .get('/roles', orToLogin(parts.gateway), list(parts))
    .get('/roles/renew', orToLogin(parts.gateway), renew(parts))
    .get('/roles/confirm', orToLogin(parts.gateway), confirm(parts))
    .post('/roles/credentials', requireCsrf(parts.gateway), credentials(parts))
    .post('/roles/console', requireCsrf(parts.gateway), consoleSession(parts))
