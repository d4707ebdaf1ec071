/** Templates of the configuration, filled with what a provider says of a person. */
import type { Identity } from '../core/identity.ts'
import { valuesOf } from './attribute-names.ts'

/** The values of a name in braces, each once, without empty ones. */
export type ClaimLookup = (name: string) => readonly string[]

/** `{subject}`, `{provider}` and `{issuer}` by their names, all else an attribute, by any of its names. */
export const claimsOf =
  (identity: Identity): ClaimLookup =>
  (name) => {
    if (name === 'subject' || name === 'provider' || name === 'issuer') return [identity[name]]
    return [...new Set(valuesOf(identity.attributes, name))].filter((value) => value !== '')
  }

const NAMES = /\{([^{}]+)\}/g

/** The names in braces. */
export const namesIn = (template: string): readonly string[] =>
  [...template.matchAll(NAMES)].map(([, name = '']) => name)

export type Filled = { readonly text: string } | { readonly reason: string }

/** Which of several values a name stands for. */
export type Choose = (values: readonly string[], name: string) => string | { readonly reason: string }

/** The only value: of several, none can be preferred. */
export const onlyValue: Choose = ([value, ...more], name) =>
  value === undefined
    ? { reason: `the sign-in has no ${name}` }
    : more.length > 0
      ? { reason: `the sign-in has ${more.length + 1} values of ${name}` }
      : value

export const firstValue: Choose = ([value], name) => value ?? { reason: `the sign-in has no ${name}` }

/** The template with every `{name}` filled in, or why one of them cannot be. */
export const fillTemplate = (template: string, claims: ClaimLookup, choose: Choose): Filled => {
  const reasons: string[] = []
  const text = template.replaceAll(NAMES, (_, name: string) => {
    const chosen = choose(claims(name), name)
    if (typeof chosen === 'string') return chosen
    reasons.push(chosen.reason)
    return ''
  })
  const [reason] = reasons
  return reason === undefined ? { text } : { reason }
}
