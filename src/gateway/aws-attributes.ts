import type { Attributes } from '../core/identity.ts'
import { samlAttributeKeys } from '../iam/condition-keys.ts'

const NAMES_AWS_KNOWS: ReadonlySet<string> = new Set(samlAttributeKeys.flatMap(({ attributes }) => attributes))

/**
 * The attributes from which AWS fills `saml:*` condition keys, as the provider sent them: so that trust policies may
 * ask for them also where the gateway reissues. Everything else stays here.
 */
export const awsAttributesOf = (attributes: Attributes): readonly { name: string; values: readonly string[] }[] =>
  [...attributes].flatMap(([name, values]) => (NAMES_AWS_KNOWS.has(name) ? [{ name, values }] : []))
