import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client'
import { workersDefinition } from './definitions.ts'
import { type Instruments, processRegistry } from './instruments.ts'

type Metric = MetricObjectWithValues<MetricValue<string>>

/** The values of one process, in a form that can be sent to another. */
export type MetricValues = readonly Metric[]

export const METRICS_CONTENT_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE

/** The text of this process. `further`: what else it measures. */
export function textOf({ registry }: Instruments, ...further: readonly Registry[]): Promise<string> {
  return Registry.merge([registry, processRegistry(), ...further]).metrics()
}

export function valuesOf({ registry }: Instruments, ...further: readonly Registry[]): Promise<MetricValues> {
  return Registry.merge([registry, processRegistry(), ...further]).getMetricsAsJSON()
}

/** One text for all workers, which are asked at each scrape. Workers are named by a number that is never used again. */
export interface WorkerMetrics {
  /** `answers`: of the workers that answered in time; `running`: of those that have not ended. */
  textOf(answers: ReadonlyMap<number, MetricValues>, running: ReadonlySet<number>): Promise<string>
}

/**
 * Sums counters and histograms over the workers, and keeps the last ones of those that have ended or do not answer:
 * otherwise a sum would fall, and Prometheus would take that for a restart and count everything again.
 */
export function createWorkerMetrics(): WorkerMetrics {
  const last = new Map<number, MetricValues>()
  let ended: MetricValues = []

  const retireOthers = async (running: ReadonlySet<number>): Promise<void> => {
    const gone = [...last].filter(([worker]) => !running.has(worker))
    if (gone.length === 0) return
    for (const [worker] of gone) last.delete(worker)
    ended = await sumOf([ended, ...gone.map(([, values]) => values)]).getMetricsAsJSON()
  }

  return {
    textOf: async (answers, running) => {
      for (const [worker, values] of answers) last.set(worker, values.filter(isCounted))
      await retireOthers(running)
      const silent = [...last].flatMap(([worker, values]) => (answers.has(worker) ? [] : [values]))
      return sumOf([ended, ...silent, ...answers.values(), [workers(answers.size)]]).metrics()
    },
  }
}

function sumOf(all: readonly MetricValues[]): Registry {
  return AggregatorRegistry.aggregate(all.map((values) => values.map(worst)))
}

function isCounted({ type }: Metric): boolean {
  // The declarations of prom-client have numbers for what are texts.
  return ['counter', 'histogram'].includes(String(type))
}

/** The mean over the workers would hide one that is stuck. */
function worst(metric: Metric): Metric {
  return metric.name.startsWith('nodejs_eventloop_lag') ? { ...metric, aggregator: 'max' } : metric
}

function workers(count: number): Metric {
  const { name, help, type } = workersDefinition
  return { name, help, type, aggregator: 'sum', values: [{ value: count, labels: {} }] } as unknown as Metric
}
