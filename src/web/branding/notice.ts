/**
 * A notice that users must see before they sign in, such as a consent banner. The sign-in page shows it and remembers so
 * in a cookie for as long as a login may take; a login that starts without it, from a bookmark for example, goes to that
 * page first.
 */
import type { Request, RequestHandler, Response } from 'express'
import { PENDING_SECONDS } from '../../gateway/login/pending-logins.ts'
import { returnPath } from '../../gateway/login/return-to.ts'
import { cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import type { WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'

/** Remembers that this browser has been shown the notice. */
export function rememberNotice({ gateway, branding: { noticeVersion } }: WebParts, response: Response): void {
  if (noticeVersion === undefined) return
  const { baseUrl } = gateway.settings
  const attributes = { ...cookieAttributes(baseUrl), maxAge: PENDING_SECONDS * 1000 }
  response.cookie(cookieNames(baseUrl).notice, noticeVersion, attributes)
}

/** Leads to the sign-in page where the notice has not been shown. */
export function afterNotice({ gateway, branding: { noticeVersion } }: WebParts): RequestHandler {
  return (request, response, next) => {
    if (noticeVersion === undefined || seenNotice(request, gateway.settings.baseUrl) === noticeVersion) return next()
    const returnTo = returnPath(request.query.return_to, '')
    redirect(response, 302, returnTo === '' ? '/login' : `/login?${new URLSearchParams({ return_to: returnTo })}`)
  }
}

function seenNotice(request: Request, baseUrl: string): string | undefined {
  return readCookie(request, cookieNames(baseUrl).notice)
}
