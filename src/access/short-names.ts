/** The short names of a preset: what a product calls the attributes that rules and templates use. */
import type { SamlProviderConfig } from '../config/types.ts'
import type { Attributes } from '../core/identity.ts'
import { namesOf, valuesOf } from './attribute-names.ts'

type ShortNames = NonNullable<SamlProviderConfig['preset']>['attributes']

/** The short name of the attribute that tells how the user signed in. */
export const AUTHN_METHODS = 'authnMethods'

/**
 * The attributes, with those that the product sends under other names under their short names too. An attribute that was
 * sent under a short name, or one of its synonyms, is never replaced.
 */
export function withShortNames(attributes: Attributes, shortNames: ShortNames | undefined): Attributes {
  const added = Object.entries(shortNames ?? {}).flatMap(([shortName, names]): [string, readonly string[]][] => {
    if (valuesOf(attributes, shortName).length > 0) return []
    const values = names.map((name) => valuesOf(attributes, name)).find(({ length }) => length > 0)
    return values === undefined ? [] : [[shortName, values]]
  })
  return added.length === 0 ? attributes : new Map([...attributes, ...added])
}

/** Every name under which the product may send what a rule calls `name`. */
export function sentNames(name: string, shortNames: ShortNames | undefined): readonly string[] {
  return [...namesOf(name), ...productNames(name, shortNames).flatMap(namesOf)]
}

/** The product's own names for what a rule calls `name`, preferred first; none if it is not one of the short names. */
export function productNames(name: string, shortNames: ShortNames | undefined): readonly string[] {
  return Object.entries(shortNames ?? {}).flatMap(([shortName, sent]) =>
    namesOf(shortName).includes(name) ? sent : [],
  )
}
