const NOWHERE = 2 ** 30

/**
 * The next occurrence of a string in a text that is read from its start to its end: found once, however many parts of
 * the text before it are asked about. V8 allows no text as long as NOWHERE.
 */
export class Upcoming {
  readonly #wanted: string
  #at = -1

  constructor(wanted: string) {
    this.#wanted = wanted
  }

  /** Whether it occurs in that part of the text. No part may begin before an earlier one. */
  isWithin(text: string, start: number, end: number): boolean {
    if (this.#at < start) {
      const found = text.indexOf(this.#wanted, start)
      this.#at = found === -1 ? NOWHERE : found
    }
    return this.#at < end
  }

  /** To be called before another text is asked about. */
  restart(): void {
    this.#at = -1
  }
}
