import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express, Response } from 'express'
import { autoPostScript } from './pages.ts'
import { stylesheet } from './stylesheet.ts'

/** A demo server that listens. */
export interface RunningServer {
  /** The origin: `http://127.0.0.1:8082` */
  readonly url: string
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

/**
 * Listens first and builds the application then, because it has to know its own origin (port 0 picks a free port).
 * Rejects with the system's error when the port is taken.
 */
export const startServer = async (
  { host, port }: { readonly host: string; readonly port: number },
  build: (url: string) => Promise<RequestListener>,
): Promise<RunningServer> => {
  const server = createServer()
  await listen(server, host, port)
  const url = `http://${host}:${(server.address() as AddressInfo).port}`
  const listener = await build(url)
  const { host: ownHost } = new URL(url)
  server.on('request', (request, response) => {
    // Nothing is built from a Host that someone else chose.
    request.headers.host = ownHost
    listener(request, response)
  })
  return { url, close: () => close(server) }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** The files that the pages of both providers use. */
export const serveAssets = (app: Express): void => {
  app.get('/demo.css', (_request, response) => {
    response.set(COMMON_HEADERS).type('css').send(stylesheet)
  })
  app.get('/post.js', (_request, response) => {
    response.set(COMMON_HEADERS).type('js').send(autoPostScript)
  })
}

/** Sends a page. `formTargets`: the origins that its form may lead to; form-action covers redirects after a POST too. */
export const sendPage = (response: Response, status: number, page: string, formTargets: readonly string[]): void => {
  response.status(status).set(pageHeaders(formTargets)).type('html').send(page)
}

export const pageHeaders = (formTargets: readonly string[]): Readonly<Record<string, string>> => ({
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
})

const COMMON_HEADERS = { 'x-content-type-options': 'nosniff' }
