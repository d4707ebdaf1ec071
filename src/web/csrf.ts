import { createHmac } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { sameText } from '../core/ids.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { cookieNames, readCookie } from './cookies.ts'
import { WebError } from './errors.ts'
import { fields } from './fields.ts'
import { requireLogin } from './session.ts'

/** 128 bits: as hard to guess as a whole digest, but shorter, as every form of a long page has one. */
const TOKEN_OCTETS = 16

/** The token in forms of this session: bound to its id, so it changes at login, and need not be stored. */
export function csrfToken({ settings }: Gateway, request: Request): string {
  return tokensOf(settings, purposeOf(request))[0]
}

function purposeOf(request: Request): string {
  return `csrf:${request.sessionID}`
}

/** With each secret: a page that was open when the secret was rotated still works. */
function tokensOf({ session }: Gateway['settings'], purpose: string): readonly [string, ...string[]] {
  const [first, ...older] = session.secrets
  const tokenOf = (secret: typeof first): string =>
    createHmac('sha256', secret.reveal()).update(purpose).digest().subarray(0, TOKEN_OCTETS).toString('base64url')
  return [tokenOf(first), ...older.map(tokenOf)]
}

/** The same for a browser without a session: bound to the cookie of its pending logins. */
export function bindingCsrfToken({ settings }: Gateway, browserSecret: string): string {
  return tokensOf(settings, bindingPurposeOf(browserSecret))[0]
}

function bindingPurposeOf(browserSecret: string): string {
  return `csrf:binding:${browserSecret}`
}

/**
 * Guards every POST that changes something: it must come from a page of ours in this live session. After the form is
 * parsed.
 */
export function requireCsrf(gateway: Gateway): RequestHandler {
  return async (request, _response, next) => {
    refuseOtherSites(gateway, request)
    await requireLogin(gateway, request)
    refuseOtherTokens(request, tokensOf(gateway.settings, purposeOf(request)))
    next()
  }
}

/** Browsers send the origin of a POST; if they do, it must be ours. */
function refuseOtherSites({ settings }: Gateway, request: Request): void {
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

function refuseOtherTokens(request: Request, expected: readonly string[]): void {
  const token: unknown = request.body?.[fields.csrf]
  if (typeof token !== 'string' || !expected.some((one) => sameText(token, one))) throw new WebError('http.csrf')
}

/** Guards a POST without a login: it must come from a page that was sent to this browser. */
export function requireBindingCsrf(gateway: Gateway): RequestHandler {
  return (request, _response, next) => {
    refuseOtherSites(gateway, request)
    const browserSecret = readCookie(request, cookieNames(gateway.settings.baseUrl).binding)
    if (!browserSecret) throw new WebError('http.csrf', { expected: 'the binding cookie' })
    refuseOtherTokens(request, tokensOf(gateway.settings, bindingPurposeOf(browserSecret)))
    next()
  }
}
