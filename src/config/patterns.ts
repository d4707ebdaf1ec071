/** The small languages inside the configuration: values to match, ARN patterns, templates. */
import type { ValueMatch } from './types.ts'

/** The expression between two slashes; undefined for plain text, to which a group like `/aws` belongs. */
export const patternBody = (text: string): string | undefined =>
  text.length > 1 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : undefined

/** Anchored to the whole value. Throws SyntaxError; `a)|(b` must not get past because of our own parentheses. */
const anchored = (body: string): RegExp => {
  if (body === '') throw new SyntaxError('there is nothing between the slashes')
  new RegExp(body, 'u')
  return new RegExp(`^(?:${body})$`, 'su')
}

/** Throws SyntaxError when a value between slashes is not a regular expression. */
export const toValueMatch = (text: string): ValueMatch => {
  const body = patternBody(text)
  return body === undefined ? { kind: 'text', value: text } : { kind: 'pattern', pattern: anchored(body) }
}

/** The named groups of an expression, matched or not. */
export const namedGroups = ({ source, flags }: RegExp): readonly string[] =>
  Object.keys(new RegExp(`${source}|`, flags).exec('')?.groups ?? {})

/** `*` any text, `?` one character, all else as it is. */
export const globPattern = (glob: string): RegExp => {
  const body = glob
    .replace(/[\\^$.+()|[\]{}/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${body}$`, 'su')
}

/** The names in braces: `account` and `role` of `arn:aws:iam::{account}:role/{role}`. */
export const placeholders = (template: string): readonly string[] =>
  [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name)

/** The template with every placeholder replaced. */
export const fill = (template: string, value: (name: string) => string): string =>
  template.replace(/\{([^{}]+)\}/g, (_match, name: string) => value(name))
