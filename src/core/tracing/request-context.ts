/**
 * What belongs to a request wherever its work leads, without being passed along: the reference that the user sees, for log
 * lines, and the trace, for what is sent on the request's behalf. Nothing is decided by it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { TraceContext } from './trace-context.ts'

export interface RequestContext {
  /** In a flood of refusals it changes to that of the line that counts them. */
  reference: string
  /** As the sender states it. */
  readonly trace?: TraceContext
}

const requests = new AsyncLocalStorage<RequestContext | undefined>()

/** Runs the work as that request's, with everything that it starts. */
export function inRequest<Result>(request: RequestContext, work: () => Result): Result {
  return requests.run(request, work)
}

/** For what outlives the request that started it, such as a retry of something that all requests share. */
export function outsideRequests<Result>(work: () => Result): Result {
  return requests.run(undefined, work)
}

export function currentRequest(): RequestContext | undefined {
  return requests.getStore()
}

let spanTraceId = (): string | undefined => undefined

/**
 * From now on the trace of a log line is that of the span, where there is one. Called by spans.ts, so programs without
 * spans need not load OpenTelemetry's API.
 */
export function readTraceIdBy(find: () => string | undefined): void {
  spanTraceId = find
}

/** That of the current span where OpenTelemetry is loaded, otherwise that of the request. */
export function currentTraceId(): string | undefined {
  return spanTraceId() ?? requests.getStore()?.trace?.traceId
}

/** What every log line of a request has. */
export function requestFields(): { readonly reference?: string; readonly traceId?: string } {
  const reference = requests.getStore()?.reference
  const traceId = currentTraceId()
  return { ...(reference !== undefined && { reference }), ...(traceId !== undefined && { traceId }) }
}
