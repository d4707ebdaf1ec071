/** Where users ask for roles that they lack. GET /roles/request lists those that the operator lets them see. */
import { type RequestHandler, Router } from 'express'
import type { GatewaySettings } from '../../gateway/gateway.ts'
import {
  type RequestableRole,
  requestAccessUrl,
  requestableRoles,
  showsRequestableRoles,
} from '../../gateway/roles/request-access.ts'
import { WebError } from '../errors.ts'
import { text } from '../fields.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { orToLogin, requireLogin } from '../session.ts'
import { matchesQuery } from './filter.ts'
import type { AccessOffer, RequestAccessPage } from './model.ts'
import { pickedRole } from './picked-role.ts'

/** A longer list is searched. */
const MOST_SHOWN = 100

export function requestAccessRoutes(parts: WebParts): Router {
  return Router().get('/roles/request', orToLogin(parts.gateway), list(parts))
}

/** GET /roles/request. Throws WebError `http.not_found` where the operator shows no roles. */
function list({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const { settings } = gateway
    const login = await requireLogin(gateway, request)
    if (!showsRequestableRoles(settings)) throw new WebError('http.not_found')
    const query = text(request.query.q).slice(0, 200).trim()
    const all = requestableRoles(gateway, login.signIn.identity)
    const found = query === '' ? all : all.filter(isFound(query))
    const page: RequestAccessPage = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      query,
      total: all.length,
      found: found.length,
      roles: found.slice(0, MOST_SHOWN).map((role) => ({
        ...pickedRole({ ...role, isSensitive: false }),
        description: role.description,
        href: requestAccessUrl(settings, role.arn) ?? '',
      })),
    }
    sendPage(response, views.render('request-access', page))
  }
}

function isFound(query: string) {
  return (role: RequestableRole): boolean =>
    matchesQuery(query, { id: role.account, name: role.accountName, environment: role.environment }, role)
}

/** What the pages offer a user who lacks a role; `asked`: its ARN if it is known. undefined: nothing. */
export function accessOffer(
  settings: Pick<GatewaySettings, 'requestAccess'>,
  asked: string,
  query = '',
): AccessOffer | undefined {
  const href = requestAccessUrl(settings, asked)
  if (href === undefined) return undefined
  const search = query === '' ? '' : `?${new URLSearchParams({ q: query })}`
  return { href, ...(showsRequestableRoles(settings) ? { listHref: `/roles/request${search}` } : {}) }
}
