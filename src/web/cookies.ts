import { parseCookie } from 'cookie'
import type { CookieOptions, Request, Response } from 'express'
import type { Gateway } from '../gateway/gateway.ts'
import { PENDING_SECONDS } from '../gateway/login/pending-logins.ts'

/** Cookies ignore ports: every name begins with fedgate, so the servers of the demo do not overwrite each other's. */
export interface CookieNames {
  readonly session: string
  /** Binds pending logins to the browser that started them. */
  readonly binding: string
  /** The organization that was chosen last. */
  readonly idp: string
  /** The provider that was used last. */
  readonly provider: string
  /** The browser's time zone, set by its script. */
  readonly timeZone: string
  /** Whether the roles were last shown by account or by role. */
  readonly view: string
  /** The logout that was started in this browser, so its signed-out page can show the outcome. */
  readonly logout: string
  /** The notice that this browser was shown before signing in. */
  readonly notice: string
}

/** A little longer than a pending login, so the cookie never expires first. */
const BINDING_MS = (PENDING_SECONDS + 10 * 60) * 1000

export function isHttps(baseUrl: string): boolean {
  return baseUrl.startsWith('https:')
}

/** With https the `__Host-` prefix: no other host of the domain can set these. */
export function cookieNames(baseUrl: string): CookieNames {
  const prefix = isHttps(baseUrl) ? '__Host-' : ''
  return {
    session: `${prefix}fedgate_session`,
    binding: `${prefix}fedgate_login`,
    idp: `${prefix}fedgate_idp`,
    provider: `${prefix}fedgate_provider`,
    timeZone: `${prefix}fedgate_zone`,
    view: `${prefix}fedgate_view`,
    logout: `${prefix}fedgate_logout`,
    notice: `${prefix}fedgate_notice`,
  }
}

/** Lax, because the identity provider sends users back by a top-level navigation from another site. */
export function cookieAttributes(baseUrl: string) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(baseUrl) } as const satisfies CookieOptions
}

/** The first cookie of that name, decoded; undefined when there is none. */
export function readCookie(request: Request, name: string): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[name]
}

/** The value that this browser's pending logins are bound to, if any. */
export function boundBrowser({ settings }: Gateway, request: Request): string | undefined {
  return readCookie(request, cookieNames(settings.baseUrl).binding)
}

/** Sets or extends the cookie that the return from an identity provider requires. */
export function bindBrowser({ settings: { baseUrl } }: Gateway, response: Response, browserSecret: string): void {
  response.cookie(cookieNames(baseUrl).binding, browserSecret, { ...cookieAttributes(baseUrl), maxAge: BINDING_MS })
}
