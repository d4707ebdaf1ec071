/**
 * Text of errors and of operators as HTML, everything in it escaped: `code` in sentences, and the few forms of Markdown
 * that a notice needs. HTML in it is shown as text.
 */
import { escapeMarkup } from '../../core/html.ts'

const LINK = /\[([^[\]\n]{1,200})\]\(((?:https:\/\/|mailto:)[^\s()]{1,500})\)/
const STRONG = /\*\*([^*\n]{1,500})\*\*/
const EMPHASIS = /\*([^*\n]{1,500})\*/
const CODE = /`([^`\n]{1,200})`/

const INLINE = new RegExp([CODE, LINK, STRONG, EMPHASIS].map(({ source }) => source).join('|'), 'g')
const ONLY_CODE = new RegExp(CODE.source, 'g')

/** A sentence in which text between backticks is `<code>`. */
export function withCode(sentence: string): string {
  return replaced(sentence, ONLY_CODE, ([code = '']) => `<code>${escapeMarkup(code)}</code>`)
}

/** Paragraphs, `#` headings (shown below the page's own), `-` lists, **strong**, *emphasis*, `code` and links. */
export function markdown(text: string): string {
  const blocks = text
    .replaceAll('\r\n', '\n')
    .trim()
    .split(/\n[ \t]*\n\s*/)
  return blocks.map(block).join('\n')
}

function block(text: string): string {
  const [, heading, rest] = /^#{1,6}[ \t]+([^\n]+)\n?([\s\S]*)$/.exec(text) ?? []
  if (heading !== undefined) return `<h2>${inline(heading)}</h2>${rest ? `\n${block(rest)}` : ''}`
  const lines = text.split('\n')
  const items = lines.filter((line) => /^[ \t]*[-*][ \t]+/.test(line))
  if (items.length === lines.length)
    return `<ul>${items.map((item) => `<li>${inline(item.replace(/^[ \t]*[-*][ \t]+/, ''))}</li>`).join('')}</ul>`
  return `<p>${inline(text)}</p>`
}

function inline(text: string): string {
  return replaced(text, INLINE, ([code, label, href, strong, emphasis]) => {
    if (code !== undefined) return `<code>${escapeMarkup(code)}</code>`
    if (label !== undefined) return `<a href="${escapeMarkup(href ?? '')}" rel="noreferrer">${escapeMarkup(label)}</a>`
    if (strong !== undefined) return `<strong>${escapeMarkup(strong)}</strong>`
    return `<em>${escapeMarkup(emphasis ?? '')}</em>`
  })
}

/** Escapes what is between the matches. */
function replaced(
  text: string,
  pattern: RegExp,
  toMarkup: (groups: readonly (string | undefined)[]) => string,
): string {
  let end = 0
  const parts: string[] = []
  for (const match of text.matchAll(pattern)) {
    parts.push(escapeMarkup(text.slice(end, match.index)), toMarkup(match.slice(1)))
    end = match.index + match[0].length
  }
  return [...parts, escapeMarkup(text.slice(end))].join('')
}
