import { type Request, type RequestHandler, type Response, Router } from 'express'
import { FedgateError } from '../../core/errors.ts'
import { type CredentialsToWrite, credentialFormats, profilesIni } from '../../credentials/formats.ts'
import { checkedProfileName, distinctProfileNames, profileNameOf } from '../../credentials/profile-name.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { needsReauthentication } from '../../gateway/login/reauthentication.ts'
import { listRoles } from '../../gateway/roles/list-roles.ts'
import type { TakenRole } from '../../gateway/roles/sts-request.ts'
import { takeRole } from '../../gateway/roles/take-role.ts'
import { callerOf, referenceOf } from '../caller.ts'
import {
  allFormats,
  formatCookie,
  iniFormat,
  offeredFormat,
  preferredFormat,
  rememberFormat,
  sendFile,
  singleValues,
} from '../credential-formats.ts'
import { requireCsrf } from '../csrf.ts'
import { fedgateErrorOf } from '../errors.ts'
import { fields, text } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import type { CredentialsOfSeveralPage, CredentialsPage, RoleOutcome } from '../models/credentials.ts'
import { pickedRole } from '../models/role-list.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { pickedArns, requestedDuration, shortenedFrom } from '../role-form.ts'
import { freshLogin } from '../session.ts'
import { toInstant } from '../time-zone.ts'
import { reauthenticateFirst } from './reauthentication.ts'

/** The outcome of each role: one that AWS refuses does not affect the others. */
interface Taking {
  readonly arn: string
  readonly taken?: TakenRole
  readonly refused?: FedgateError
}

export function credentialRoutes(parts: WebParts): Router {
  return Router().post('/roles/credentials', requireCsrf(parts.gateway), credentials(parts))
}

/** POST /roles/credentials: one role or several, as a page or as a file. */
function credentials(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway, views } = parts
    const login = await freshLogin(gateway, request, response)
    const arns = pickedArns(request.body)
    if (arns.some((arn) => needsReauthentication(gateway, login, arn)))
      return reauthenticateFirst(parts, request, response, { login, what: 'credentials' })
    checkProfileField(request)
    const takings = await takeAll(parts, login, arns, request, response)
    const taken = takings.flatMap((taking) => taking.taken ?? [])
    const [only] = takings
    if (takings.length === 1 && only?.refused) throw only.refused
    if (text(request.body[fields.download]) !== '' && taken.length > 0) return download(parts, request, response, taken)
    const [first] = taken
    if (takings.length === 1 && first) allowConsole(gateway, response, [first.role])
    const html =
      takings.length === 1 && first
        ? views.render('credentials', onePage(parts, request, login, first))
        : views.render('credentials-of-several', severalPage(parts, request, response, login, takings))
    sendPage(response, html)
  }
}

/** Before any credentials are issued. Throws CredentialsError `credentials.profile_invalid`. */
function checkProfileField(request: Request): void {
  const profile = text(request.body[fields.profile])
  if (text(request.body[fields.download]) === 'ini' && profile !== '') checkedProfileName(profile)
}

/** Without a script, a download issues new credentials for the file. */
function download(parts: WebParts, request: Request, response: Response, all: readonly TakenRole[]): void {
  const { baseUrl } = parts.gateway.settings
  const [first, ...others] = all
  const format = offeredFormat(text(request.body[fields.download])) ?? 'ini'
  if (!first) return
  rememberFormat(response, baseUrl, format)
  if (others.length > 0) {
    sendFile(response, 'ini', profilesIni(withOwnProfiles(all)))
    return
  }
  const written = toWrite(first, format === 'ini' ? text(request.body[fields.profile]) : '')
  sendFile(response, format, credentialFormats[format](written))
}

/** Two roles may come out under one name: every profile has its own. */
function withOwnProfiles(all: readonly TakenRole[]): readonly CredentialsToWrite[] {
  const written = all.map((taken) => toWrite(taken))
  const profiles = distinctProfileNames(written.map(({ profile }) => profile))
  return written.map((one, n) => ({ ...one, profile: profiles[n] ?? one.profile }))
}

function toWrite({ credentials, role }: TakenRole, profile = ''): CredentialsToWrite {
  return {
    credentials,
    region: role.region,
    profile: profile === '' ? profileNameOf(role.accountName, role.role.name) : profile,
  }
}

async function takeAll(
  { gateway }: WebParts,
  login: Login,
  arns: readonly string[],
  request: Request,
  response: Response,
): Promise<readonly Taking[]> {
  const wanted = requestedDuration(gateway, request)
  const caller = callerOf(request, response)
  return Promise.all(
    arns.map(async (arn): Promise<Taking> => {
      try {
        return { arn, taken: await takeRole(gateway, login, { role: arn, ...wanted }, caller) }
      } catch (error) {
        if (error instanceof FedgateError) return { arn, refused: fedgateErrorOf(error) }
        throw error
      }
    }),
  )
}

function onePage({ gateway }: WebParts, request: Request, login: Login, taken: TakenRole): CredentialsPage {
  const { baseUrl } = gateway.settings
  const written = toWrite(taken)
  const isShortened = taken.shortenedFromSeconds !== undefined
  return {
    version: VERSION,
    session: signedIn(gateway, request, login),
    role: pickedRole(taken.role),
    sessionArn: taken.assumedRoleArn,
    expiresAt: toInstant(taken.credentials.expiration),
    duration: isShortened ? String(taken.durationSeconds) : text(request.body[fields.duration]),
    shortenedFrom: shortenedFrom(taken),
    profile: written.profile,
    format: preferredFormat(request, baseUrl),
    formatCookie: formatCookie(baseUrl),
    formats: allFormats(written),
    values: singleValues(written),
  }
}

function severalPage(
  parts: WebParts,
  request: Request,
  response: Response,
  login: Login,
  takings: readonly Taking[],
): CredentialsOfSeveralPage {
  const taken = takings.flatMap((taking) => taking.taken ?? [])
  return {
    version: VERSION,
    session: signedIn(parts.gateway, request, login),
    outcomes: takings.map((taking) => outcomeOf(parts, login, taking)),
    duration: text(request.body[fields.duration]),
    file: taken.length === 0 ? undefined : iniFormat(profilesIni(withOwnProfiles(taken))),
    reference: referenceOf(response),
  }
}

function outcomeOf(parts: WebParts, login: Login, { arn, taken, refused }: Taking): RoleOutcome {
  if (taken) {
    const { name, accountName, accountId } = pickedRole(taken.role)
    return { arn, name, account: accountName ?? accountId, expiresAt: toInstant(taken.credentials.expiration) }
  }
  const listed = listRoles(parts.gateway, login.signIn.identity).find(({ role }) => role.arn === arn)
  return {
    arn,
    name: listed?.role.name ?? arn,
    account: listed?.accountName,
    sentence: refused?.message,
    hint: refused?.hint,
  }
}
