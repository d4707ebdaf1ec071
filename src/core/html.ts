/** Markup that may stand in a page as it is. Only `html` makes it. */
class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

export type { Html }

type Part = string | Html | readonly Html[] | undefined

/** A template whose values are escaped, for text and for quoted attributes, unless they are Html themselves. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(literals.map((literal, index) => literal + show(parts[index])).join(''))

const show = (part: Part): string => {
  if (part === undefined) return ''
  if (typeof part === 'string') return escapeMarkup(part)
  return part instanceof Html ? part.toString() : part.join('')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeMarkup = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
