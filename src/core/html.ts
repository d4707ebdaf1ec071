/** Markup that is inserted into a page without escaping. Only `html` makes it. */
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

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A template. Its values are escaped for text and for quoted attributes, unless they are Html themselves. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.map((literal, index) => literal + show(parts[index])).join(''))
}

function show(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string') return escapeMarkup(part)
  return part instanceof Html ? part.toString() : part.join('')
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}
