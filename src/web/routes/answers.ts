import express, { type RequestHandler, type Response, Router } from 'express'
import { type Received, receiveOidcCallback, receiveSamlResponse } from '../../gateway/receive-answer.ts'
import { callerOf } from '../caller.ts'
import { cookieNames, readCookie } from '../cookies.ts'
import { depart } from '../departure.ts'
import type { WebParts } from '../pages.ts'

/** 300 roles in a response exceed Express's default of 100 KB. */
const FORM_LIMIT = '1.5mb'

/** A top-level GET brings the browser's Lax cookie along; never 307, which would post the answer again. */
const toFinish = (response: Response, handle: string): void => {
  response.redirect(303, `/login/finish?${new URLSearchParams({ handle })}`)
}

/** Always 303: what follows is a GET. */
const follow = (parts: WebParts, response: Response, received: Received): void => {
  switch (received.kind) {
    case 'parked':
      return void toFinish(response, received.handle)
    case 'unsolicited': {
      const query = new URLSearchParams({ return_to: received.returnTo })
      return void response.redirect(303, `/login/${received.provider}?${query}`)
    }
    case 'asked-again':
      return void depart(parts, response, received.departure, 303)
  }
}

/** POST /saml/:provider/acs. From another site by design: no cookie is read, no session touched. */
const acs =
  (parts: WebParts): RequestHandler<{ provider: string }> =>
  async (request, response) => {
    const { provider } = request.params
    const form = { SAMLResponse: request.body?.SAMLResponse, RelayState: request.body?.RelayState }
    follow(parts, response, await receiveSamlResponse(parts.gateway, { provider, form }, callerOf(request, response)))
  }

/** GET /oidc/:provider/callback */
const callback =
  ({ gateway }: WebParts): RequestHandler<{ provider: string }> =>
  async (request, response) => {
    const { baseUrl } = gateway.settings
    const answer = {
      provider: request.params.provider,
      parameters: new URL(request.originalUrl, baseUrl).searchParams,
      browserSecret: readCookie(request, cookieNames(baseUrl).binding),
    }
    toFinish(response, await receiveOidcCallback(gateway, answer, callerOf(request, response)))
  }

/** Where identity providers send their answers: before sessions and CSRF, which have no say here. */
export const answerRoutes = (parts: WebParts): Router =>
  Router()
    .post(
      '/saml/:provider/acs',
      express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: 20 }),
      acs(parts),
    )
    .get('/oidc/:provider/callback', callback(parts))
