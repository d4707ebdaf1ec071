import cluster, { type Worker } from 'node:cluster'
import { within } from '../../../core/time-limit.ts'
import { createWorkerMetrics, type MetricValues } from '../../../gateway/metrics/exposition.ts'
import type { FromWorker, ToWorker } from '../worker-messages.ts'

/** The metrics of all workers, in the first process. */
export interface MetricsOfWorkers {
  /** As Prometheus reads them. */
  text(): Promise<string>
}

/** Less than Prometheus waits. A worker that does not answer counts with what it said last. */
const ANSWERS_WITHIN_MS = 4_000

/** Asks the workers at each scrape. A worker that is scraped itself gets the same text. Before the workers start. */
export function createMetricsOfWorkers(): MetricsOfWorkers {
  const metrics = createWorkerMetrics()
  const listening = new Map<number, Worker>()
  const waiting = new Map<number, (values: MetricValues) => void>()
  let questions = 0
  let running: Promise<string> | undefined

  const ask = async (worker: Worker): Promise<MetricValues | undefined> => {
    questions += 1
    const question = questions
    const answered = new Promise<MetricValues>((resolve) => waiting.set(question, resolve))
    tell(worker, { kind: 'metrics', question })
    const values = await within(ANSWERS_WITHIN_MS, answered, () => undefined)
    waiting.delete(question)
    return values
  }
  const askAll = async (): Promise<string> => {
    const asked = [...listening].map(async ([id, worker]) => [id, await ask(worker)] as const)
    const answers = (await Promise.all(asked)).flatMap(([id, values]) => (values ? [[id, values] as const] : []))
    return metrics.textOf(
      new Map(answers),
      new Set(Object.values(cluster.workers ?? {}).flatMap((one) => one?.id ?? [])),
    )
  }
  const text = (): Promise<string> => {
    running ??= askAll().finally(() => {
      running = undefined
    })
    return running
  }

  cluster.on('message', (worker: Worker, message: FromWorker) => {
    if (message.kind === 'listening') listening.set(worker.id, worker)
    if (message.kind === 'metrics') waiting.get(message.question)?.(message.values)
    if (message.kind === 'metrics-wanted')
      void text().then((all) => tell(worker, { kind: 'metrics-text', question: message.question, text: all }))
  })
  cluster.on('exit', ({ id }: Worker) => listening.delete(id))
  return { text }
}

function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}
