/** What tests read from a page: its forms, and what an error page says. Enough HTML for pages of our own and of the demo. */

export interface Form {
  readonly action: string
  readonly method: string
  /** What a browser would send if the user changed nothing and pressed no button. */
  readonly fields: Readonly<Record<string, string>>
  /** The names of its inputs that a user fills in. */
  readonly inputs: readonly string[]
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const characterOf = (name: string): string => {
  const number = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name)
  if (!number) return CHARACTERS[name] ?? `&${name};`
  const [, hex, decimal] = number
  return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
}

export const unescapeMarkup = (text: string): string =>
  text.replace(/&(#?\w+);/g, (_, name: string) => characterOf(name))

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescapeMarkup(value)
}

const tagsIn = (markup: string, name: string): readonly string[] =>
  markup.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? []

const isSentAsIs = (input: string): boolean => attribute(input, 'type') === 'hidden'

/** A field that a user may change, and which says something already. */
const isFilledIn = (input: string): boolean =>
  attribute(input, 'type') === 'text' && attribute(input, 'value') !== undefined

const chosenOption = (select: string): string => {
  const options = [...select.matchAll(/(<option\b[^>]*>)([^<]*)/g)]
  const [, tag = '', text = ''] = options.find(([, option = '']) => /\sselected\b/.test(option)) ?? options[0] ?? []
  return attribute(tag, 'value') ?? unescapeMarkup(text.trim())
}

const formOf = (markup: string, pageUrl: string): Form => {
  const [tag = ''] = tagsIn(markup, 'form')
  const inputs = tagsIn(markup, 'input')
  const hidden = inputs
    .filter((input) => isSentAsIs(input) || isFilledIn(input))
    .map((input) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? ''])
  const selects = markup.match(/<select\b.*?<\/select>/gs) ?? []
  const chosen = selects.map((select) => [attribute(select, 'name') ?? '', chosenOption(select)])
  return {
    action: new URL(attribute(tag, 'action') ?? '', pageUrl).href,
    method: (attribute(tag, 'method') ?? 'get').toUpperCase(),
    fields: Object.fromEntries([...hidden, ...chosen]),
    inputs: inputs.filter((input) => !isSentAsIs(input)).map((input) => attribute(input, 'name') ?? ''),
  }
}

export const formsIn = (html: string, pageUrl: string): readonly Form[] =>
  (html.match(/<form\b.*?<\/form>/gs) ?? []).map((markup) => formOf(markup, pageUrl))

/** What an error page shows. Throws when the page is none. */
export const refusalIn = (html: string): { status: number; code: string; reference: string; sentence: string } => {
  const [, status, code] = /<p class="error-code"><span>(\d+)<\/span> <code>([^<]*)<\/code>/.exec(html) ?? []
  const sentence = /<h1>([^<]*)<\/h1>/.exec(html)?.[1]
  const reference = /<dt>Reference<\/dt><dd[^>]*><code>([^<]*)<\/code>/.exec(html)?.[1]
  if (!status || !code || !sentence || !reference) throw new Error(`not an error page: ${html.slice(0, 2000)}`)
  return { status: Number(status), code, reference, sentence: unescapeMarkup(sentence) }
}
