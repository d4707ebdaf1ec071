import type { Request, Response } from 'express'
import type { Gateway } from '../gateway/gateway.ts'
import { PENDING_SECONDS } from '../gateway/pending-logins.ts'
import { cookieAttributes, cookieNames, readCookie } from './cookies.ts'

/** A little longer than a pending login, so that the cookie is never what runs out first. */
const BINDING_MS = (PENDING_SECONDS + 10 * 60) * 1000

/** What this browser's pending logins are bound to, where it has any. */
export const boundBrowser = ({ settings }: Gateway, request: Request): string | undefined =>
  readCookie(request, cookieNames(settings.baseUrl).binding)

/** Gives the browser the cookie that the way back from an identity provider asks for, or extends it. */
export const bindBrowser = ({ settings: { baseUrl } }: Gateway, response: Response, browserSecret: string): void => {
  response.cookie(cookieNames(baseUrl).binding, browserSecret, { ...cookieAttributes(baseUrl), maxAge: BINDING_MS })
}
