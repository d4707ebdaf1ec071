import { type Request, type RequestHandler, Router } from 'express'
import type { Gateway } from '../../gateway/gateway.ts'
import { METRICS_CONTENT_TYPE } from '../../gateway/metrics/exposition.ts'
import { requireOperator } from '../session.ts'

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i

/** What a proxy adds: the request then comes from elsewhere, although the connection is from this machine. */
const BY_PROXIES = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'] as const

/**
 * GET /metrics: for operators, and for a Prometheus on this machine. `isDirect`: no proxy is in front, whose requests would
 * come from this machine, too, with any Host that a stranger chose.
 */
export function metricsRoutes(gateway: Gateway, text: () => Promise<string>, isDirect: boolean): Router {
  return Router().get('/metrics', show(gateway, text, isDirect))
}

function show(gateway: Gateway, text: () => Promise<string>, isDirect: boolean): RequestHandler {
  return async (request, response) => {
    if (!(isDirect && isFromThisMachine(request))) await requireOperator(gateway, request)
    response.set('Content-Type', METRICS_CONTENT_TYPE).send(await text())
  }
}

/** A proxy that adds no header passes the public name on as Host, or asks by HTTP/1.0, as nginx does by default. */
function isFromThisMachine({ socket, headers, httpVersion }: Request): boolean {
  const isDirect = httpVersion !== '1.0' && LOOPBACK_HOST.test(headers.host ?? '')
  const isUnmarked = BY_PROXIES.every((name) => headers[name] === undefined)
  return LOOPBACK.test(socket.remoteAddress ?? '') && isDirect && isUnmarked
}
