import type { RequestListener, ServerResponse } from 'node:http'
import type { Listen } from '../../../config/types.ts'
import type { Log } from '../../../core/log.ts'
import { type RunningServer, startServer } from '../../../core/running-server.ts'
import { METRICS_CONTENT_TYPE } from '../../../gateway/metrics/exposition.ts'
import { listenError } from '../../errors.ts'

/** Listens where the configuration says, for Prometheus alone. Throws StartError. */
export async function startMetricsListener(
  { host, port }: Listen,
  text: () => Promise<string>,
  log: Log,
): Promise<RunningServer> {
  const server = await startServer({ host, port }, () => answering(text, log)).catch((error: unknown) => {
    throw listenError(error, `${host}:${port}`)
  })
  log.info(`metrics are at ${server.url}/metrics`)
  return server
}

function answering(text: () => Promise<string>, log: Log): RequestListener {
  return ({ method, url }, response) => {
    if (url?.split('?')[0] !== '/metrics') return answer(response, 404, 'Metrics are at /metrics.\n')
    if (method !== 'GET' && method !== 'HEAD') return answer(response, 405, 'Use GET.\n')
    text().then(
      (metrics) => answer(response, 200, metrics, METRICS_CONTENT_TYPE),
      (error: unknown) => {
        log.error('The metrics cannot be read', { reason: error instanceof Error ? error.message : String(error) })
        answer(response, 500, 'The metrics cannot be read. The log has the reason.\n')
      },
    )
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  })
  response.end(text)
}
