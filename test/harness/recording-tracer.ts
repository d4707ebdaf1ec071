/** OpenTelemetry as a program that is loaded before the gateway registers it, in memory: spans, contexts and headers. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api'

export interface RecordedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** undefined: a span that begins a trace. */
  readonly parentId: string | undefined
  readonly attributes: Attributes
  hasFailed: boolean
  hasEnded: boolean
}

const contexts = (): ContextManager => {
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, thisArg, ...args) => storage.run(active, () => work.call(thisArg, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}

/** W3C Trace Context, as instrumentations send it. */
const propagator: TextMapPropagator = {
  inject: (active, carrier, setter) => {
    const span = trace.getSpanContext(active)
    if (span) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`)
  },
  extract: (active) => active,
  fields: () => ['traceparent'],
}

const tracerInto = (spans: RecordedSpan[]): Tracer => {
  const startSpan: Tracer['startSpan'] = (name, { attributes = {} } = {}, active = context.active()) => {
    const parent = trace.getSpanContext(active)
    const recorded: RecordedSpan = {
      name,
      traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      parentId: parent?.spanId,
      attributes: { ...attributes },
      hasFailed: false,
      hasEnded: false,
    }
    spans.push(recorded)
    const span = {
      spanContext: () => ({ traceId: recorded.traceId, spanId: recorded.spanId, traceFlags: 1 }),
      setAttribute: (key: string, value: Attributes[string]) => {
        recorded.attributes[key] = value
        return span
      },
      setStatus: () => {
        recorded.hasFailed = true
        return span
      },
      end: () => {
        recorded.hasEnded = true
      },
      isRecording: () => true,
    } as unknown as Span
    return span
  }
  return { startSpan, startActiveSpan: () => undefined as never }
}

/** Registers it for this process until `unregister` is called. */
export const registerTracer = () => {
  const spans: RecordedSpan[] = []
  const tracer = tracerInto(spans)
  context.setGlobalContextManager(contexts())
  propagation.setGlobalPropagator(propagator)
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  return {
    spans,
    unregister: () => {
      trace.disable()
      propagation.disable()
      context.disable()
    },
  }
}
