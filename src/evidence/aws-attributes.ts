import { valuesOf } from '../access/attribute-names.ts'
import type { Attributes } from '../core/identity.ts'
import { samlAttributeKeys } from '../iam/condition-keys/condition-keys.ts'

/**
 * The attributes from which AWS fills `saml:*` condition keys, by the names AWS knows, whichever name the provider sent
 * them by: so that trust policies may ask for them also where the gateway reissues. Everything else stays here.
 */
export function awsAttributesOf(attributes: Attributes): readonly { name: string; values: readonly string[] }[] {
  const names = new Set(samlAttributeKeys.flatMap(({ attributes: [name] }) => name ?? []))
  return [...names]
    .map((name) => ({ name, values: valuesOf(attributes, name) }))
    .filter(({ values }) => values.length > 0)
}
