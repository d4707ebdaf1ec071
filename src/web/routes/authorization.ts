import { type RequestHandler, Router } from 'express'
import { callerOf } from '../caller.ts'
import { refuseHead } from '../error-answers.ts'
import type { WebParts } from '../pages.ts'

const METADATA = '/oauth/.well-known/oauth-authorization-server'

/**
 * The endpoints of OAuth that the command line uses, by src/authorization: before sessions and parsers, as it reads bodies
 * and cookies of its own. Its pages are in consent.ts and device.ts.
 */
export function authorizationRoutes({ authorization }: WebParts): Router {
  const answer: RequestHandler = (request, response) =>
    authorization.answer(request, response, callerOf(request, response))
  return (
    Router()
      .head('/oauth/auth', refuseHead('GET'))
      .get('/oauth/auth', answer)
      .head('/oauth/auth/:uid', refuseHead('GET'))
      .get('/oauth/auth/:uid', answer)
      .post('/oauth/token', answer)
      .post('/oauth/token/revocation', answer)
      .post('/oauth/device/auth', answer)
      .get('/oauth/.well-known/oauth-authorization-server', answer)
      // Where RFC 8414 3.1 looks for it.
      .get('/.well-known/oauth-authorization-server/oauth', (request, response, next) => {
        request.originalUrl = METADATA
        return answer(request, response, next)
      })
  )
}
