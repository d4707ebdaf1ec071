import express, { type RequestHandler, Router } from 'express'
import { receiveLogout } from '../../gateway/logout/single-logout.ts'
import { callerOf } from '../caller.ts'
import { refuseHead } from '../error-answers.ts'
import { redirectToIdpSignedOut } from '../idp-redirect.ts'
import type { WebParts } from '../pages.ts'
import { limited } from '../rate-limit.ts'

/** Enough for a logout message with hundreds of SessionIndexes. */
const FORM_LIMIT = '400kb'

/** Single logout: from other sites by design, so before sessions and CSRF. No cookie is read, no session touched. */
export function sloRoutes(parts: WebParts): Router {
  return Router()
    .head('/saml/:provider/slo', refuseHead('GET, POST'))
    .get('/saml/:provider/slo', limited(parts, 'logouts'), redirected(parts))
    .post(
      '/saml/:provider/slo',
      limited(parts, 'logouts'),
      express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: 20 }),
      posted(parts),
    )
}

/** GET /saml/:provider/slo: the only GET that changes something, and only with a valid signature. */
function redirected(parts: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const logout = { provider: request.params.provider, query: rawQuery(request.originalUrl) }
    redirectToIdpSignedOut(parts, response, await receiveLogout(parts.gateway, logout, callerOf(request, response)))
  }
}

/** The query as received: it must not be parsed and written again before its signature is verified. */
function rawQuery(url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}

/** POST /saml/:provider/slo */
function posted(parts: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const logout = { provider: request.params.provider, form: request.body ?? {} }
    redirectToIdpSignedOut(parts, response, await receiveLogout(parts.gateway, logout, callerOf(request, response)))
  }
}
