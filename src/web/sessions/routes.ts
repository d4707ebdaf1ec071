/** GET, POST /status/sessions: operators see who is signed in, and end a session or all of a user's. */
import { type RequestHandler, Router } from 'express'
import type { Gateway } from '../../gateway/gateway.ts'
import type { Login } from '../../gateway/login/logins.ts'
import {
  type ActiveSession,
  activeSessions,
  endSessionOf,
  endSessionsOfUserOf,
} from '../../gateway/operations/active-sessions.ts'
import { browserName } from '../browser-name.ts'
import { callerOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { fields, text } from '../fields.ts'
import { deviceName } from '../models/command-line.ts'
import { nameOf, sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'
import { orToLogin, requireOperator } from '../session.ts'
import { texts } from '../texts.ts'
import { toInstant } from '../time-zone.ts'
import type { SessionRow } from './model.ts'

const LONGEST_QUERY = 200

export function sessionRoutes(parts: WebParts): Router {
  return Router()
    .get('/status/sessions', orToLogin(parts.gateway), list(parts))
    .post('/status/sessions', requireCsrf(parts.gateway), end(parts))
}

function list({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireOperator(gateway, request)
    const query = queryIn(request.query.q)
    const { sessions, hasMore } = await activeSessions(gateway, query)
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      query,
      sessions: sessions.map(rowOf(gateway, login)),
      hasMore,
    }
    sendPage(response, views.render('sessions', page))
  }
}

function queryIn(value: unknown): string {
  return text(value).slice(0, LONGEST_QUERY).trim()
}

function rowOf({ providers }: Gateway, own: Login) {
  return ({ handle, login, devices }: ActiveSession): SessionRow => {
    const { id, signIn, startedAt, expiresAt, from } = login
    const { provider, subject } = signIn.identity
    return {
      handle,
      name: nameOf(signIn.identity),
      subject,
      // It may have been removed from the configuration since.
      providerLabel: providers.get(provider)?.settings.label ?? provider,
      startedAt: toInstant(startedAt),
      expiresAt: toInstant(expiresAt),
      address: from?.sourceIp ?? texts.activity.unknownAddress,
      browser: browserName(from?.userAgent ?? ''),
      devices: devices.map(({ name }) => deviceName(name)),
      isThis: id === own.id,
    }
  }
}

function end({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireOperator(gateway, request)
    const endThem = request.body[fields.everywhere] === 'yes' ? endSessionsOfUserOf : endSessionOf
    await endThem(gateway, text(request.body[fields.handle]), login, callerOf(request, response))
    const query = queryIn(request.body.q)
    redirect(response, 303, `/status/sessions${query === '' ? '' : `?${new URLSearchParams({ q: query })}`}`)
  }
}
