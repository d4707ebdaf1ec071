import type { RequestListener } from 'node:http'
import type { Express, Response } from 'express'
import { type RunningServer, startServer } from '../core/running-server.ts'
import { autoPostScript } from './pages.ts'
import { stylesheet } from './stylesheet.ts'

interface Place {
  readonly host: string
  readonly port: number
}

const COMMON_HEADERS = { 'x-content-type-options': 'nosniff' }

/** A server that answers only to its own Host, and that stops immediately. */
export function startDemoServer(
  place: Place,
  build: (url: string) => Promise<RequestListener>,
): Promise<RunningServer> {
  return startServer({ ...place, graceMs: 0 }, async (url) => {
    const { host } = new URL(url)
    const listener = await build(url)
    return (request, response) => {
      // oidc-provider builds its URLs from the Host header.
      request.headers.host = host
      listener(request, response)
    }
  })
}

/** The files used by the pages of both providers. */
export function serveAssets(app: Express): void {
  app.get('/demo.css', (_request, response) => {
    response.set(COMMON_HEADERS).type('css').send(stylesheet)
  })
  app.get('/post.js', (_request, response) => {
    response.set(COMMON_HEADERS).type('js').send(autoPostScript)
  })
}

/**
 * Sends a page. `formTargets`: the origins that its form may lead to; form-action also covers redirects after a POST.
 */
export function sendPage(response: Response, status: number, page: string, formTargets: readonly string[]): void {
  response.status(status).set(pageHeaders(formTargets)).type('html').send(page)
}

/**
 * Headers of every page: no inline script or style, no frames, no caching; forms lead only here and to these origins.
 */
export function pageHeaders(formTargets: readonly string[]): Readonly<Record<string, string>> {
  return {
    ...COMMON_HEADERS,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      'img-src data:',
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  }
}
