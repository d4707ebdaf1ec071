import { type RequestHandler, Router } from 'express'
import { signOutDevice } from '../../authorization/sign-out-device.ts'
import { parseRoleArn } from '../../core/arn.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import { loginsOfUser } from '../../gateway/login/login-index.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { type Activity, activityOf, cloudTrailCommand, type ExchangeActivity } from '../../gateway/user/activity.ts'
import { type Device, devicesOfUser } from '../../gateway/user/devices.ts'
import { hasPersistentSubject } from '../../gateway/user/user-record.ts'
import { browserName } from '../browser-name.ts'
import { callerOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { fields, text } from '../fields.ts'
import type { ActivityRow, DeviceRow, LoginRow, TakenRow, Whereabouts } from '../models/activity.ts'
import { deviceName } from '../models/command-line.ts'
import type { PickedRole } from '../models/picked.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { texts } from '../texts.ts'
import { toInstant } from '../time-zone.ts'

export function activityRoutes(parts: WebParts): Router {
  return Router()
    .get('/activity', orToLogin(parts.gateway), list(parts))
    .post('/activity/end', requireCsrf(parts.gateway), end(parts))
}

/** GET /activity: the user's recent activity and active sessions. */
function list({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const [logins, devices, activities] = await Promise.all([
      loginsOfUser(gateway, login),
      devicesOfUser(gateway, login),
      activityOf(gateway, login),
    ])
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      isKept: hasPersistentSubject(login),
      logins: logins.map(loginRow(login)),
      devices: devices.map(deviceRow),
      activities: activities.map(activityRow(gateway)),
    }
    sendPage(response, views.render('activity', page))
  }
}

function loginRow(current: Login) {
  return ({ id, startedAt, expiresAt, from }: Login): LoginRow => ({
    startedAt: toInstant(startedAt),
    expiresAt: toInstant(expiresAt),
    from: whereabouts(from),
    isThis: id === current.id,
  })
}

function deviceRow({ id, name, signedInAt, usedAt, from }: Device): DeviceRow {
  return {
    id,
    name: deviceName(name),
    signedInAt: toInstant(signedInAt),
    usedAt: toInstant(usedAt),
    address: from.sourceIp,
  }
}

/** POST /activity/end: signs one device out. */
function end({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    await signOutDevice(gateway, login, text(request.body[fields.device]), callerOf(request, response))
    redirect(response, 303, '/activity')
  }
}

function whereabouts(from: Login['from']): Whereabouts {
  return {
    address: from?.sourceIp ?? texts.activity.unknownAddress,
    browser: browserName(from?.userAgent ?? ''),
  }
}

function activityRow(gateway: Gateway) {
  return (activity: Activity): ActivityRow => {
    const { at, reference } = activity
    const device = activity.device === undefined ? undefined : deviceName(activity.device)
    const shared = { at: toInstant(at), from: whereabouts(activity), reference, device }
    switch (activity.kind) {
      case 'exchange': {
        const what = activity.destination === undefined ? 'credentials' : 'console'
        return { ...shared, what, role: roleOf(gateway, activity.role), taken: takenRow(activity) }
      }
      case 'denied': {
        const { sentence, code, role } = activity
        return { ...shared, what: 'denied', role: roleOf(gateway, role), refusal: { sentence, code } }
      }
      default:
        return { ...shared, what: activity.kind }
    }
  }
}

/** By its name, even if the user no longer has the role. */
function roleOf({ settings }: Gateway, arn: string): PickedRole {
  const role = parseRoleArn(arn)
  if (!role) return { arn, name: arn, accountId: '' }
  const account = settings.accounts.get(role.account)
  return { arn, name: role.name, accountId: role.account, accountName: account?.name, color: account?.color }
}

function takenRow(exchange: ExchangeActivity): TakenRow {
  return {
    accessKeyId: exchange.accessKeyId,
    sessionName: exchange.sessionName,
    expiresAt: toInstant(exchange.expiresAt),
    destination: exchange.destination,
    cloudTrail: cloudTrailCommand(exchange),
  }
}
