import { inspect } from 'node:util'

/**
 * A value that must not appear in logs, pages, errors or JSON by accident: it shows as `[secret]` everywhere until
 * `reveal()` is called, so a search for `.reveal(` finds every place where a secret leaves.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. Every caller is a place where the secret leaves the process or is checked. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
