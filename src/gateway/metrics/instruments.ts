import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { definitions, type MetricDefinition } from './definitions.ts'

export type MetricType = 'counter' | 'gauge' | 'histogram'

type Definitions = typeof definitions
type Instrument<Definition extends MetricDefinition> = {
  counter: Counter
  gauge: Gauge
  histogram: Histogram
}[Definition['type']]

/** The metrics of one process, by the names of definitions.ts. A reload keeps them. */
export type Instruments = { readonly [Name in keyof Definitions]: Instrument<Definitions[Name]> } & {
  readonly registry: Registry
}

/** In a registry of their own: two gateways of one process, as in tests, count apart. */
export function createInstruments(): Instruments {
  const registry = new Registry()
  const made = Object.entries(definitions).map(([name, definition]) => [name, instrumentOf(definition, registry)])
  return { ...(Object.fromEntries(made) as Omit<Instruments, 'registry'>), registry }
}

function instrumentOf(definition: MetricDefinition, registry: Registry): Counter | Gauge | Histogram {
  const { name, help, labels, buckets, ofWorkers } = definition
  const settings = {
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    ...(ofWorkers && { aggregator: ofWorkers }),
  }
  switch (definition.type) {
    case 'counter':
      return new Counter(settings)
    case 'gauge':
      return new Gauge(settings)
    case 'histogram':
      return new Histogram({ ...settings, ...(buckets && { buckets: [...buckets] }) })
  }
}

let ofProcess: Registry | undefined

/** CPU, memory and event loop: of the process, however many gateways it has, and only from the first scrape on. */
export function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}
