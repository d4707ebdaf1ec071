/** What the first process of a gateway and its workers tell each other. */

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

export type FromWorker =
  /** Messages are heard from now on: those before are lost. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'reloaded' }
  /** The lines say why the new configuration cannot be used. */
  | { readonly kind: 'refused'; readonly lines: readonly string[] }
