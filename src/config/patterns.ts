/** The pattern languages of the configuration: values to match, ARN patterns, templates. */
import { linearPattern } from '../core/patterns/linear.ts'
import type { ValueMatch } from './types.ts'

/** The expression between two slashes; undefined for plain text, such as the group `/aws`. */
export function patternBody(text: string): string | undefined {
  return text.length > 1 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : undefined
}

/** Throws SyntaxError if a value between slashes is not a regular expression that runs in linear time. */
export function toValueMatch(text: string): ValueMatch {
  const body = patternBody(text)
  if (body === undefined) return { kind: 'text', value: text }
  if (body === '') throw new SyntaxError('the expression between the slashes is empty')
  return { kind: 'pattern', pattern: linearPattern(body) }
}

/** The names in braces: `account` and `role` of `arn:aws:iam::{account}:role/{role}`. */
export function placeholders(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name)
}

/** Replaces every placeholder of a template. */
export function fill(template: string, value: (name: string) => string): string {
  return template.replace(/\{([^{}]+)\}/g, (_match, name: string) => value(name))
}
