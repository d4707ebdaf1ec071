import { hasSubscribers } from 'node:diagnostics_channel'
import { context, propagation } from '@opentelemetry/api'
import { currentRequest } from './request-context.ts'

/** Where instrumentations of fetch listen. They add the headers themselves, and twice would be malformed. */
const FETCH_CHANNEL = 'undici:request:create'

/** The trace context of the current request, as headers for what is sent on its behalf. W3C Trace Context 3 */
export function traceHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  if (headers.traceparent !== undefined) return headers
  const trace = currentRequest()?.trace
  if (!trace) return headers
  return { traceparent: trace.traceparent, ...(trace.tracestate !== undefined && { tracestate: trace.tracestate }) }
}

/** `fetch` with the trace context of the current request. */
export function tracedFetch(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> {
  if (hasSubscribers(FETCH_CHANNEL)) return fetch(input, init)
  const added = Object.entries(traceHeaders())
  if (added.length === 0) return fetch(input, init)
  const headers = new Headers(init.headers)
  for (const [name, value] of added) headers.set(name, value)
  return fetch(input, { ...init, headers })
}
