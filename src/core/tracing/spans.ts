/** Spans, where OpenTelemetry is loaded before the gateway; otherwise its API does nothing. */
import {
  type Attributes,
  context,
  isSpanContextValid,
  type Span,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { FedgateError } from '../errors.ts'
import { readTraceIdBy } from './request-context.ts'
import type { TraceContext } from './trace-context.ts'

const tracer = trace.getTracer('fedgate')
readTraceIdBy(() => trace.getActiveSpan()?.spanContext().traceId)

/** Does the work within a span of that name. A failure is noted by its code, never by its text. */
export function inSpan<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result> {
  const span = tracer.startSpan(name, { attributes })
  if (!isSpanContextValid(span.spanContext())) return work()
  return context.with(trace.setSpan(context.active(), span), () => ended(span, work))
}

async function ended<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.setAttribute('error.type', error instanceof FedgateError ? error.code : 'internal')
    throw error
  } finally {
    span.end()
  }
}

/** Makes spans of this work belong to the trace of the request, unless an instrumentation of the server has done so. */
export function withRemoteParent<Result>(parent: TraceContext | undefined, work: () => Result): Result {
  if (parent === undefined || trace.getActiveSpan() !== undefined) return work()
  const [, traceId = '', spanId = '', flags = ''] = parent.traceparent.split('-')
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  const remote = trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true })
  return context.with(remote, work)
}
