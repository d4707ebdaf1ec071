import type { STSClient } from '@aws-sdk/client-sts'
import { traceHeaders } from '../../core/tracing/outgoing.ts'

/** Makes the client send the trace context of the request that it works for. Calls are not signed, so any time will do. */
export function passTraceOn(client: STSClient): STSClient {
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      Object.assign(headers, traceHeaders())
      return next(args)
    },
    { step: 'build', name: 'passTraceOn' },
  )
  return client
}
