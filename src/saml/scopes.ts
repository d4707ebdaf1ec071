import { attributeOf, childrenNamed, textOf } from '../xml/navigate.ts'
import type { XmlElement } from '../xml/tree.ts'
import { METADATA } from './names.ts'

/** Shibboleth metadata extension: the domains that an identity provider may speak for. */
const SHIBMD = 'urn:mace:shibboleth:metadata:1.0'

/** A domain, or a pattern of domains. */
export interface Scope {
  readonly value: string
  readonly isPattern: boolean
}

/** The shibmd:Scope elements in the Extensions of an entity or role. */
export const readScopes = (element: XmlElement): readonly Scope[] =>
  childrenNamed(element, METADATA, 'Extensions')
    .flatMap((extensions) => childrenNamed(extensions, SHIBMD, 'Scope'))
    .map((scope) => ({
      value: textOf(scope).trim(),
      isPattern: ['true', '1'].includes(attributeOf(scope, 'regexp') ?? 'false'),
    }))
    .filter(({ value }) => value !== '')

const LONGEST_DOMAIN = 253
const LONGEST_PATTERN = 200
/** A pattern of somebody else's must not keep the process busy: no repeated group, and few repetitions. */
const REPEATED_GROUP = /\)[*+{]/
const REPETITION = /[*+{]/g
const MAX_REPETITIONS = 2

const compile = (pattern: string): RegExp | undefined => {
  const isCostly = REPEATED_GROUP.test(pattern) || (pattern.match(REPETITION) ?? []).length > MAX_REPETITIONS
  if (pattern.length > LONGEST_PATTERN || isCostly) return undefined
  try {
    return new RegExp(`^(?:${pattern})$`, 'iu')
  } catch {
    return undefined
  }
}

/** Whether the scopes cover a domain, letter case aside. A pattern that cannot be used covers nothing. */
export const isInScope = (domain: string, scopes: readonly Scope[]): boolean =>
  domain.length <= LONGEST_DOMAIN &&
  scopes.some(({ value, isPattern }) =>
    isPattern ? compile(value)?.test(domain) === true : value.toLowerCase() === domain.toLowerCase(),
  )
