/** The small languages inside the configuration: values to match, ARN patterns, templates. */
import { linearPattern } from '../core/patterns/linear.ts'
import type { ValueMatch } from './types.ts'

/** The expression between two slashes; undefined for plain text, to which a group like `/aws` belongs. */
export function patternBody(text: string): string | undefined {
  return text.length > 1 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : undefined
}

/** Throws SyntaxError when a value between slashes is no regular expression, or one that a linear engine cannot run. */
export function toValueMatch(text: string): ValueMatch {
  const body = patternBody(text)
  if (body === undefined) return { kind: 'text', value: text }
  if (body === '') throw new SyntaxError('there is nothing between the slashes')
  return { kind: 'pattern', pattern: linearPattern(body) }
}

/** The names in braces: `account` and `role` of `arn:aws:iam::{account}:role/{role}`. */
export function placeholders(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name)
}

/** The template with every placeholder replaced. */
export function fill(template: string, value: (name: string) => string): string {
  return template.replace(/\{([^{}]+)\}/g, (_match, name: string) => value(name))
}
