import { createHmac } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { sameText } from '../core/ids.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { WebError } from './errors.ts'
import { requireLogin } from './session.ts'
import { fields } from './view-models.ts'

/** What forms of this session carry: bound to its id, so that it changes at login, and nothing that has to be stored. */
export const csrfToken = ({ settings }: Gateway, request: Request): string =>
  createHmac('sha256', settings.session.secrets[0].reveal()).update(`csrf:${request.sessionID}`).digest('base64url')

/** Browsers say where a POST comes from; when they do, it has to be a page of ours. */
const refuseOtherSites = ({ settings }: Gateway, request: Request): void => {
  const origin = request.get('Origin')
  const site = request.get('Sec-Fetch-Site')
  if (origin !== undefined && origin !== settings.baseUrl)
    throw new WebError('http.cross_site', { expected: settings.baseUrl, found: origin.slice(0, 200), source: 'Origin' })
  if (site !== undefined && site !== 'same-origin')
    throw new WebError('http.cross_site', {
      expected: 'same-origin',
      found: site.slice(0, 50),
      source: 'Sec-Fetch-Site',
    })
}

/** Guards every POST that changes something: a page of ours sent it, in this live session. After the form is parsed. */
export const requireCsrf =
  (gateway: Gateway): RequestHandler =>
  async (request, _response, next) => {
    refuseOtherSites(gateway, request)
    await requireLogin(gateway, request)
    const token: unknown = request.body?.[fields.csrf]
    if (typeof token !== 'string' || !sameText(token, csrfToken(gateway, request))) throw new WebError('http.csrf')
    next()
  }
