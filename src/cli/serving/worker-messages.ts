/** What the first process of a gateway and its workers tell each other. */

import type { MetricValues } from '../../gateway/metrics/exposition.ts'

/** Each worker gets the text of the configuration: what the first process has read, even if the file is another by now. */
export type ToWorker =
  | {
      readonly kind: 'start'
      readonly configuration: string
      /** As the first process has it. */
      readonly descriptor?: number
    }
  | { readonly kind: 'reload'; readonly configuration: string }
  /** `unreadyMs`: for so long it still accepts connections. */
  | { readonly kind: 'stop'; readonly unreadyMs: number }
  /** Asks for its metrics. */
  | { readonly kind: 'metrics'; readonly question: number }
  /** Those of all workers, which it wanted. */
  | { readonly kind: 'metrics-text'; readonly question: number; readonly text: string }

export type FromWorker =
  /** Messages are heard from now on: those before are lost. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'reloaded' }
  /** The lines say why the new configuration cannot be used. */
  | { readonly kind: 'refused'; readonly lines: readonly string[] }
  | { readonly kind: 'metrics'; readonly question: number; readonly values: MetricValues }
  /** It was scraped, and answers for all. */
  | { readonly kind: 'metrics-wanted'; readonly question: number }
