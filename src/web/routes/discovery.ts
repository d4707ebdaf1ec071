/** Choosing an identity provider of a federation, besides the page: suggestions, logos, and a discovery service. */
import { type RequestHandler, Router } from 'express'
import { DAY_SECONDS } from '../../core/duration.ts'
import { idpFromDiscovery, idpLogo } from '../../gateway/login/idp-discovery.ts'
import { returnPath } from '../../gateway/login/return-to.ts'
import { text } from '../fields.ts'
import type { WebParts } from '../pages.ts'
import { limited } from '../rate-limit.ts'
import { redirect } from '../redirect.ts'
import { suggestIdps } from './find-idp.ts'

/** An image is never a document: whatever is in it, the browser runs nothing. */
const IMAGE_POLICY = "default-src 'none'; sandbox"

export function discoveryRoutes(parts: WebParts): Router {
  return Router()
    .get('/login/:provider/organizations', limited(parts, 'api'), suggestIdps(parts))
    .get('/login/:provider/logo', limited(parts, 'api'), logo(parts))
    .get('/saml/:provider/discovery', limited(parts, 'loginStarts'), chosen(parts))
}

/** GET /login/:provider/logo?idp=: the logo of an identity provider that is offered here. */
function logo({ gateway }: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const image = await idpLogo(gateway, request.params.provider, text(request.query.idp))
    // No page and no line in the log: the browser shows nothing in its place.
    if (!image) return void response.status(404).end()
    response.set('Content-Security-Policy', IMAGE_POLICY).set('Cache-Control', `private, max-age=${DAY_SECONDS}`)
    response.type(image.type).send(image.octets)
  }
}

/**
 * GET /saml/:provider/discovery?entityID=: back from the discovery service (Identity Provider Discovery Service Protocol
 * 1.0, 2.4.2). Anyone can write such a link: only an identity provider that is offered here and a path of ours count, and
 * it does no more than a link to our own page.
 */
function chosen({ gateway }: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { provider } = request.params
    const returnTo = returnPath(request.query.return_to, '')
    const idp = await idpFromDiscovery(gateway, provider, text(request.query.entityID))
    // Without a choice the user gets our own page: a service that answers nothing must not be asked in a loop.
    const query = new URLSearchParams(idp === undefined ? { q: '' } : { idp })
    if (returnTo !== '') query.set('return_to', returnTo)
    redirect(response, 303, `/login/${provider}?${query}`)
  }
}
