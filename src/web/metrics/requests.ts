import type { RequestHandler } from 'express'
import type { Gateway } from '../../gateway/gateway.ts'

/** Probes and scrapes come every few seconds, and would hide how the gateway answers users. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/** Measures every request until its answer is sent, or its client has left. */
export function measured({ measures }: Pick<Gateway, 'measures'>): RequestHandler {
  return (request, response, next) => {
    if (PROBES.has(request.path)) return next()
    const start = performance.now()
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : undefined
      measures.request(request.method, status, (performance.now() - start) / 1000)
    })
    next()
  }
}
