import { within } from '../../../core/time-limit.ts'
import type { MetricValues } from '../../../gateway/metrics/exposition.ts'
import type { FromWorker, ToWorker } from '../worker-messages.ts'

/** A worker's part of the metrics of all. */
export interface MetricsInWorker {
  /** Whether the message was about metrics. */
  hears(message: ToWorker): boolean
  /** The text of all workers, from the first process. */
  text(): Promise<string>
}

/** Longer than the first process waits for the workers. */
const TEXT_WITHIN_MS = 6_000

/** `values`: of this worker, once it listens. */
export function createMetricsInWorker(
  values: () => Promise<MetricValues> | undefined,
  tell: (message: FromWorker) => void,
): MetricsInWorker {
  const waiting = new Map<number, (text: string) => void>()
  let questions = 0
  return {
    hears: (message) => {
      if (message.kind === 'metrics') {
        const { question } = message
        void values()?.then((given) => tell({ kind: 'metrics', question, values: given }))
        return true
      }
      if (message.kind !== 'metrics-text') return false
      waiting.get(message.question)?.(message.text)
      return true
    },
    text: async () => {
      questions += 1
      const question = questions
      const answered = new Promise<string>((resolve) => waiting.set(question, resolve))
      tell({ kind: 'metrics-wanted', question })
      try {
        return await within(TEXT_WITHIN_MS, answered, () => {
          throw new Error('the first process does not answer')
        })
      } finally {
        waiting.delete(question)
      }
    },
  }
}
