/** The logo and the colours. Their URLs have a hash of the content, so browsers cache them indefinitely. */
import { type RequestHandler, type Response, Router } from 'express'
import type { Branding } from './branding.ts'

/**
 * An SVG opened by itself is a document: scripts in it must not run, nor may it load anything. Its own styles are inline, and in
 * a sandbox they can do no harm.
 */
const LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

/** Without a logo or a colour there is no such page. */
export function brandingRoutes({ logo, css }: Branding): Router {
  const sendLogo: RequestHandler = (_request, response, next) => {
    if (!logo) return next()
    response.set('Content-Security-Policy', LOGO_POLICY)
    cacheable(response).type(logo.type).send(logo.body)
  }
  const sendColors: RequestHandler = (_request, response, next) => {
    if (css === undefined) return next()
    cacheable(response).type('text/css').send(css)
  }
  return Router().get('/branding/logo', sendLogo).get('/branding/colors.css', sendColors)
}

function cacheable(response: Response): Response {
  return response.set('Cache-Control', 'public, max-age=31536000, immutable')
}
