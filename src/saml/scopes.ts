import { type LinearPattern, linearPattern } from '../core/patterns/linear.ts'
import { attributeOf, childrenNamed, textOf } from '../xml/navigate.ts'
import type { XmlElement } from '../xml/tree.ts'
import { METADATA } from './names.ts'

/** Shibboleth metadata extension: the domains that an identity provider may speak for. */
export const SHIBMD = 'urn:mace:shibboleth:metadata:1.0'

/** A domain, or a pattern of domains. */
export interface Scope {
  readonly value: string
  readonly isPattern: boolean
}

const LONGEST_DOMAIN = 253
const LONGEST_PATTERN = 200
/**
 * In instructions for each character of a domain: patterns come from another party, and are matched against every
 * value.
 */
const MAX_COST = 1000

interface Compiled {
  readonly pattern?: LinearPattern
  /** Why there is none. */
  readonly problem?: string
}

/** Computed once for each scope of a metadata document. */
const compiled = new WeakMap<Scope, Compiled>()

/** The shibmd:Scope elements in the Extensions of an entity or role. */
export function readScopes(element: XmlElement): readonly Scope[] {
  return childrenNamed(element, METADATA, 'Extensions')
    .flatMap((extensions) => childrenNamed(extensions, SHIBMD, 'Scope'))
    .map((scope) => ({
      value: textOf(scope).trim(),
      isPattern: ['true', '1'].includes(attributeOf(scope, 'regexp') ?? 'false'),
    }))
    .filter(({ value }) => value !== '')
}

/** Whether the scopes cover a domain, letter case aside. A pattern that cannot be used covers nothing. */
export function isInScope(domain: string, scopes: readonly Scope[]): boolean {
  return (
    domain.length <= LONGEST_DOMAIN &&
    !/\s/.test(domain) &&
    scopes.some((scope) =>
      scope.isPattern
        ? compiledOf(scope).pattern?.match(domain) !== undefined
        : scope.value.toLowerCase() === domain.toLowerCase(),
    )
  )
}

function compiledOf(scope: Scope): Compiled {
  const known = compiled.get(scope)
  if (known) return known
  const result = attempt(scope.value)
  compiled.set(scope, result)
  return result
}

function attempt(pattern: string): Compiled {
  try {
    return { pattern: compile(pattern) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

function compile(pattern: string): LinearPattern {
  if (pattern.length > LONGEST_PATTERN) throw new SyntaxError(`longer than ${LONGEST_PATTERN} characters`)
  return linearPattern(pattern, { ignoreCase: true, maxCost: MAX_COST })
}

/** The patterns that cannot be used and therefore cover nothing, each with the reason. */
export function unusableScopes(scopes: readonly Scope[]): readonly string[] {
  return scopes.flatMap((scope) => {
    const problem = scope.isPattern ? compiledOf(scope).problem : undefined
    return problem === undefined ? [] : [`${scope.value} (${problem})`]
  })
}
