/** Templates of the configuration, filled with the values that a provider sent for a user. */
import type { Identity } from '../core/identity.ts'
import { valuesOf } from './attribute-names.ts'
import { reservedValues } from './sign-in-values.ts'

/** The distinct, non-empty values of a name in braces. */
export type ClaimLookup = (name: string) => readonly string[]

const NAMES = /\{([^{}]+)\}/g

export type Filled = { readonly text: string } | { readonly reason: string }

/** Which of several values a placeholder uses. */
export type Choose = (values: readonly string[], name: string) => string | { readonly reason: string }

/** The only value: none of several is preferred. */
export const onlyValue: Choose = ([value, ...more], name) =>
  value === undefined
    ? { reason: `the sign-in has no ${name}` }
    : more.length > 0
      ? { reason: `the sign-in has ${more.length + 1} values of ${name}` }
      : value

export const firstValue: Choose = ([value], name) => value ?? { reason: `the sign-in has no ${name}` }

/**
 * `{subject}`, `{provider}`, `{issuer}`, `{authnContext}` and what a federation states about the identity provider by
 * these names, every other name as an attribute under any of its names.
 */
export function claimsOf(identity: Identity): ClaimLookup {
  return (name) => {
    if (name === 'provider' || name === 'issuer') return [identity[name]]
    // The class; methods are the attribute amr.
    if (name === 'authnContext') return classesOf(identity)
    const values = reservedValues(identity, name) ?? valuesOf(identity.attributes, name)
    return [...new Set(values)].filter((value) => value !== '')
  }
}

function classesOf({ authnContext = [] }: Identity): readonly string[] {
  return authnContext.filter((value) => !value.startsWith('amr:')).slice(0, 1)
}

/** The names in braces. */
export function namesIn(template: string): readonly string[] {
  return [...template.matchAll(NAMES)].map(([, name = '']) => name)
}

/** The template with every `{name}` filled in, or why one of them cannot be. */
export function fillTemplate(template: string, claims: ClaimLookup, choose: Choose): Filled {
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
