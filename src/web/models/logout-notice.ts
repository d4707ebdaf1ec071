import type { Request, RequestHandler, Response } from 'express'
import type { Gateway } from '../../gateway/gateway.ts'
import { LOGOUT_SECONDS, outcomeOf } from '../../gateway/logout/pending-logouts.ts'
import { logoutOrigins } from '../../gateway/logout/single-logout-messages.ts'
import { cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import { addFormTargets } from '../headers.ts'
import { texts } from '../texts.ts'

/** Every page with a login has a sign-out, which may lead to the identity provider. */
export function allowSignOut(gateway: Gateway): RequestHandler {
  return async (request, response, next) => {
    // `OPTIONS *` has no path, so the session middleware does not run for it.
    const from = (request.session as typeof request.session | undefined)?.from
    if (from) addFormTargets(response, await logoutOrigins(gateway, from))
    next()
  }
}

/** Lets this browser, and no other, see the outcome of its logout. */
export function keepLogout({ settings: { baseUrl } }: Gateway, response: Response, handle: string): void {
  const attributes = { ...cookieAttributes(baseUrl), maxAge: LOGOUT_SECONDS * 1000 }
  response.cookie(cookieNames(baseUrl).logout, handle, attributes)
}

/** The identity provider's part of the signed-out page. */
export interface LogoutNotice {
  readonly provider: string
  readonly providerLabel: string
  /** What became of the session there. */
  readonly sentence: string
}

/** undefined if no logout was recently started in this browser. */
export async function logoutNotice(gateway: Gateway, request: Request): Promise<LogoutNotice | undefined> {
  const handle = readCookie(request, cookieNames(gateway.settings.baseUrl).logout)
  const { state, answer } = request.query
  const logout = await outcomeOf(gateway, handle, { state, answer })
  if (!logout) return undefined
  const { provider, outcome } = logout
  // It may have been removed from the configuration since.
  const providerLabel = gateway.providers.get(provider)?.settings.label ?? provider
  return { provider, providerLabel, sentence: texts.signOut.provider[outcome](providerLabel) }
}
