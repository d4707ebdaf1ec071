/**
 * The question before a sensitive role: a page with one button, which posts what was picked again. It keeps users from
 * using a role by mistake; it is no protection from programs, which name the role that they want.
 */
import type { Request, Response } from 'express'
import type { Login } from '../../gateway/login/logins.ts'
import { grantedByArn } from '../../gateway/roles/list-roles.ts'
import { readyRoles } from '../../gateway/roles/ready-roles.ts'
import { callerOf } from '../caller.ts'
import { fields, text } from '../fields.ts'
import { allowConsole } from '../headers.ts'
import type { SignedInPage } from '../models/page.ts'
import type { ConfirmRolePage, Picked } from '../models/picked.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { pickedArns } from '../role-form.ts'
import { pickedRole } from './picked-role.ts'

/**
 * `asked`: the request was answered with the question. `reauthenticate-first`: the user must sign in again, and the page
 * after that asks. undefined: go on. Throws GatewayError `role.too_many`, and as readyRoles.
 */
export async function askBefore(
  { gateway, views }: WebParts,
  request: Request,
  response: Response,
  { login, what }: { readonly login: Login; readonly what: Picked },
): Promise<'asked' | 'reauthenticate-first' | undefined> {
  if (text(request.body[fields.confirmed]) === 'yes') return undefined
  const arns = pickedArns(request.body)
  const granted = grantedByArn(gateway, login.signIn.identity, arns)
  if (![...granted.values()].some(({ isSensitive }) => isSensitive)) return undefined
  if (!(await readyRoles(gateway, login, arns, callerOf(request, response)))) return 'reauthenticate-first'
  const roles = [...granted.values()]
  if (what === 'console') allowConsole(gateway, response, roles)
  const page: ConfirmRolePage = {
    version: VERSION,
    session: signedIn(gateway, request, login),
    why: 'sensitive',
    roles: roles.map(pickedRole),
    what,
    ...pickFields(request.body),
  }
  sendPage(response, views.render('confirm-role', page))
  return 'asked'
}

/** What was picked besides the roles, as the page posts it again. */
export function pickFields(
  form: Readonly<Record<string, unknown>>,
): Omit<ConfirmRolePage, keyof SignedInPage | 'why' | 'roles' | 'what'> {
  return {
    duration: text(form[fields.duration]),
    destination: text(form[fields.destination]),
    as: text(form[fields.as]),
    download: text(form[fields.download]),
    profile: text(form[fields.profile]),
  }
}
