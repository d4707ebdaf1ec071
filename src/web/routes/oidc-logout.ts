import express, { type RequestHandler, Router } from 'express'
import { FedgateError } from '../../core/errors.ts'
import { receiveFrontchannelLogout, receiveLogoutToken } from '../../gateway/logout/oidc-logout.ts'
import { callerOf } from '../caller.ts'
import { refuseHead } from '../error-answers.ts'
import { allowFraming } from '../headers.ts'
import { sendPage, VERSION, type WebParts } from '../pages.ts'
import { limited } from '../rate-limit.ts'

/** Logouts sent by OpenID providers, directly or in a frame: before sessions, because no cookie is read. */
export function oidcLogoutRoutes(parts: WebParts): Router {
  return Router()
    .post(
      '/oidc/:provider/backchannel-logout',
      limited(parts, 'logouts'),
      express.urlencoded({ extended: false, limit: '100kb', parameterLimit: 20 }),
      backChannel(parts),
    )
    .head('/oidc/:provider/frontchannel-logout', refuseHead('GET'))
    .get('/oidc/:provider/frontchannel-logout', limited(parts, 'logouts'), frontChannel(parts))
}

/**
 * POST /oidc/:provider/backchannel-logout: 200, or 400 with the reason's code. Back-Channel Logout 1.0, 2.8. A failing
 * store is no fault of the token, which can be sent again: 503.
 */
function backChannel({ gateway }: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const token: unknown = request.body?.logout_token
    const notice = { provider: request.params.provider, logoutToken: typeof token === 'string' ? token : '' }
    try {
      await receiveLogoutToken(gateway, notice, callerOf(request, response))
      response.status(200).end()
    } catch (error) {
      if (!(error instanceof FedgateError) || error.code === 'store.unavailable') throw error
      response.status(400).json({ error: 'invalid_request', error_description: `${error.code}: ${error.message}` })
    }
  }
}

/** GET /oidc/:provider/frontchannel-logout: in a frame of the provider's page. Front-Channel Logout 1.0, 2 */
function frontChannel({ gateway, views }: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { searchParams: parameters } = new URL(request.originalUrl, gateway.settings.baseUrl)
    const notice = { provider: request.params.provider, parameters }
    allowFraming(response, await receiveFrontchannelLogout(gateway, notice, callerOf(request, response)))
    sendPage(response, views.render('signed-out', { version: VERSION, notice: undefined, signInHref: '/login' }))
  }
}
