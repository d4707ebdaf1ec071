import type { Request, RequestHandler, Response } from 'express'
import { randomOctets } from '../core/ids.ts'
import { currentRequest, currentTraceId, inRequest } from '../core/tracing/request-context.ts'
import { withRemoteParent } from '../core/tracing/spans.ts'
import { parseTraceContext } from '../core/tracing/trace-context.ts'
import type { Caller } from '../gateway/gateway.ts'

/**
 * Every request gets the reference that the user sees on an error page, and the log and the audit log contain. Its trace,
 * if its sender states one, is only passed on.
 */
export const reference: RequestHandler = (request, response, next) => {
  const reference = randomOctets(9).toString('base64url')
  response.locals.reference = reference
  response.set('X-Request-Id', reference)
  const trace = parseTraceContext(request.get('traceparent'), request.get('tracestate'))
  inRequest({ reference, ...(trace && { trace }) }, () => withRemoteParent(trace, next))
}

export function referenceOf(response: Response): string {
  return String(response.locals.reference)
}

/** The reference of this refusal in the log: in a flood, that of the line that counts it. */
export function changeReference(response: Response, to: string): void {
  response.locals.reference = to
  const current = currentRequest()
  if (current) current.reference = to
  if (!response.headersSent) response.set('X-Request-Id', to)
}

/** The request comes from this signed-in device: the audit log is told. */
export function nameDevice(request: Request, response: Response, device: string): void {
  response.locals.caller = { ...callerOf(request, response), device } satisfies Caller
}

/**
 * The client; the same object for the whole request, because recorded refusals are looked up by it. The address is the
 * one that the proxy reports if proxies are configured, otherwise the connection's.
 */
export function callerOf(request: Request, { locals }: Response): Caller {
  locals.caller ??= newCaller(request, String(locals.reference))
  return locals.caller as Caller
}

function newCaller(request: Request, reference: string): Caller {
  const traceId = currentTraceId()
  return {
    reference,
    sourceIp: request.ip ?? '',
    userAgent: (request.get('User-Agent') ?? '').slice(0, 300),
    ...(traceId !== undefined && { traceId }),
  }
}
