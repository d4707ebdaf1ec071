import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'
import { isHttps } from './cookies.ts'

/**
 * The headers of every answer. `formTargets` are the origins that a form's answer may lead to besides the gateway:
 * browsers hold redirects after a POST to form-action as well.
 */
export const securityHeaders = (baseUrl: string, formTargets: readonly string[] = []): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'", ...formTargets],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Safe links from the console's sign-in back to here do not need it, and opening windows is not what we do.
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    // With no-referrer, browsers would send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isHttps(baseUrl) ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  })

/** Lets pages of that origin, and no others, show this answer in a frame. */
export const allowFraming = (response: Response, origin: string): void => {
  const policy = String(response.get('Content-Security-Policy'))
  response.set('Content-Security-Policy', policy.replace("frame-ancestors 'none'", `frame-ancestors ${origin}`))
  response.removeHeader('X-Frame-Options')
}

/** For everything but static files: nothing here may be kept by a cache or shown again from history. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}
