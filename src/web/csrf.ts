import { createHmac } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { sameText } from '../core/ids.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { cookieNames, readCookie } from './cookies.ts'
import { WebError } from './errors.ts'
import { fields } from './fields.ts'
import { requireLogin } from './session.ts'

/** What forms of this session carry: bound to its id, so that it changes at login, and nothing that has to be stored. */
export const csrfToken = ({ settings }: Gateway, request: Request): string =>
  tokenOf(settings, `csrf:${request.sessionID}`)

/** 128 bits: no more can be guessed than of a whole digest, and every form of a long page has one. */
const TOKEN_OCTETS = 16

const tokenOf = ({ session }: Gateway['settings'], purpose: string): string =>
  createHmac('sha256', session.secrets[0].reveal())
    .update(purpose)
    .digest()
    .subarray(0, TOKEN_OCTETS)
    .toString('base64url')

/** The same for a browser without a session: bound to the cookie that its pending logins hang on. */
export const bindingCsrfToken = ({ settings }: Gateway, browserSecret: string): string =>
  tokenOf(settings, `csrf:binding:${browserSecret}`)

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
    refuseOtherTokens(request, csrfToken(gateway, request))
    next()
  }

/** Guards a POST of somebody who is not signed in: a page that was shown to this very browser sent it. */
export const requireBindingCsrf =
  (gateway: Gateway): RequestHandler =>
  (request, _response, next) => {
    refuseOtherSites(gateway, request)
    const browserSecret = readCookie(request, cookieNames(gateway.settings.baseUrl).binding)
    if (!browserSecret) throw new WebError('http.csrf', { expected: 'the binding cookie' })
    refuseOtherTokens(request, bindingCsrfToken(gateway, browserSecret))
    next()
  }

const refuseOtherTokens = (request: Request, expected: string): void => {
  const token: unknown = request.body?.[fields.csrf]
  if (typeof token !== 'string' || !sameText(token, expected)) throw new WebError('http.csrf')
}
