import express, { type RequestHandler, type Response, Router } from 'express'
import { keepOidcCallback, keptOidcCallback, receiveOidcCallback } from '../../gateway/login/receive-oidc-callback.ts'
import { type ReceiveResult, receiveSamlResponse } from '../../gateway/login/receive-saml-response.ts'
import { callerOf } from '../caller.ts'
import { boundBrowser } from '../cookies.ts'
import { refuseHead } from '../error-answers.ts'
import { redirectToIdp } from '../idp-redirect.ts'
import type { PageParts } from '../pages.ts'
import { limited } from '../rate-limit.ts'
import { redirect } from '../redirect.ts'

/** 300 roles in a response exceed Express's default of 100 KB. */
const FORM_LIMIT = '1.5mb'

/** Where identity providers send their responses: before sessions and CSRF, which do not apply here. */
export function answerRoutes(parts: PageParts): Router {
  return Router()
    .post(
      '/saml/:provider/acs',
      limited(parts, 'acs'),
      express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: 20 }),
      acs(parts),
    )
    .head('/oidc/:provider/callback', refuseHead('GET, POST'))
    .get('/oidc/:provider/callback', limited(parts, 'callbacks'), callback(parts))
    .post(
      '/oidc/:provider/callback',
      limited(parts, 'callbacks'),
      // As text, so a repeated parameter is detected.
      express.text({ type: 'application/x-www-form-urlencoded', limit: '20kb' }),
      formCallback(parts),
    )
}

/** POST /saml/:provider/acs. From another site by design: no cookie is read, no session touched. */
function acs(parts: PageParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { provider } = request.params
    const form = { SAMLResponse: request.body?.SAMLResponse, RelayState: request.body?.RelayState }
    const { gateway } = parts
    const received = await gateway.measures.loginStep('saml_response', () =>
      receiveSamlResponse(gateway, { provider, form }, callerOf(request, response)),
    )
    follow(parts, response, received)
  }
}

/** Always 303: what follows is a GET. */
function follow(parts: PageParts, response: Response, received: ReceiveResult): void {
  switch (received.kind) {
    case 'verified':
      return void toFinish(response, received.handle)
    case 'unsolicited': {
      const query = new URLSearchParams({ return_to: received.returnTo })
      return void redirect(response, 303, `/login/${received.provider}?${query}`)
    }
    case 'tested': {
      const query = new URLSearchParams({ handle: received.handle })
      return void redirect(response, 303, `/status/try/${encodeURIComponent(received.provider)}/result?${query}`)
    }
    case 'retry-visibly':
      return void redirectToIdp(parts, response, received.departure, 303)
  }
}

/** A top-level GET sends the browser's Lax cookie; never 307, which would post the response again. */
function toFinish(response: Response, handle: string): void {
  redirect(response, 303, `/login/finish?${new URLSearchParams({ handle })}`)
}

/** GET /oidc/:provider/callback: the parameters in the URL, or those posted before. */
function callback(parts: PageParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { gateway } = parts
    const query = new URL(request.originalUrl, gateway.settings.baseUrl).searchParams
    const handle = query.get('handle')
    const answer = {
      provider: request.params.provider,
      parameters: handle === null ? query : await keptOidcCallback(gateway, handle),
      browserSecret: boundBrowser(gateway, request),
    }
    const received = await gateway.measures.loginStep('oidc_callback', () =>
      receiveOidcCallback(gateway, answer, callerOf(request, response)),
    )
    follow(parts, response, received)
  }
}

/** POST /oidc/:provider/callback (form_post). From another site by design, like the ACS. */
function formCallback({ gateway }: PageParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { provider } = request.params
    const parameters = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    const handle = await keepOidcCallback(gateway, { provider, parameters }, callerOf(request, response))
    redirect(response, 303, `/oidc/${encodeURIComponent(provider)}/callback?${new URLSearchParams({ handle })}`)
  }
}
