import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'
import { YEAR_MS } from '../core/duration.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { consoleTargets } from '../gateway/roles/console-link.ts'
import type { ListedRole } from '../gateway/roles/list-roles.ts'
import { isHttps } from './cookies.ts'

const FORM_ACTION = /form-action [^;]*/

/** For everything but static files: responses must not be cached or shown again from history. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}

/** The headers of every response. Forms may post here only, unless a page adds targets with `addFormTargets`. */
export function securityHeaders(baseUrl: string): RequestHandler {
  const headers = written(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          scriptSrc: ["'self'"],
          imgSrc: ["'self'"],
          // Pins are set without leaving the page.
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
        },
      },
      // Safe links from the console's sign-in back to here do not need it, and opening windows is not what we do.
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      // With no-referrer, browsers would send `Origin: null` with our own forms.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: isHttps(baseUrl) ? { maxAge: YEAR_MS / 1000, includeSubDomains: false } : false,
    }),
  )
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value)
    next()
  }
}

/** What helmet sets, which is the same for every response: its thirteen middlewares need not run for each. */
function written(middleware: ReturnType<typeof helmet>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  const response = {
    setHeader: (name: string, value: string) => void headers.set(name, value),
    removeHeader: () => undefined,
  }
  middleware({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error) throw error
  })
  return headers
}

/** Allows pages of that origin, and no others, to show this response in a frame. */
export function allowFraming(response: Response, origin: string): void {
  const policy = String(response.get('Content-Security-Policy'))
  response.set('Content-Security-Policy', policy.replace("frame-ancestors 'none'", `frame-ancestors ${origin}`))
  response.removeHeader('X-Frame-Options')
}

/** Further origins that a form of this page may lead to: browsers also apply form-action to redirects after a POST. */
export function addFormTargets(response: Response, sources: readonly string[]): void {
  const policy = String(response.get('Content-Security-Policy') ?? '')
  response.set(
    'Content-Security-Policy',
    policy.replace(FORM_ACTION, (targets) => [targets, ...sources].join(' ')),
  )
}

/** For a page with a link to the console: its forms may lead to the consoles of these roles' partitions. */
export function allowConsole(gateway: Gateway, response: Response, roles: readonly ListedRole[]): void {
  addFormTargets(response, consoleTargets(gateway, roles))
}
