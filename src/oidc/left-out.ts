/** Values that a provider sent or should have sent, and that the user's identity does not contain. */
import type { Attributes, LeftOut } from '../core/identity.ts'
import { asObject, type Json } from './answer.ts'
import { toAttributes, unverifiedClaims } from './attributes.ts'
import type { OidcSettings } from './settings.ts'

export interface Described {
  readonly attributes: Attributes
  readonly leftOut: readonly LeftOut[]
}

/**
 * The user as verified claims describe them, without values that the provider does not vouch for. The first occurrence
 * counts.
 */
export function describeUser(
  { requireVerifiedEmail = false }: Pick<OidcSettings, 'requireVerifiedEmail'>,
  ...sources: readonly Json[]
): Described {
  const all = toAttributes(...sources)
  const denied = unverifiedClaims(...sources).map((one): LeftOut => ({ ...one, reason: 'not verified' }))
  const unvouched = requireVerifiedEmail ? unvouchedEmail(all, sources) : []
  const attributes = new Map(all)
  for (const { attribute } of unvouched) attributes.delete(attribute)
  return { attributes, leftOut: [...denied, ...unvouched, ...keptElsewhere(all, sources)] }
}

/** An address counts if a source with `email_verified` contains that address, or none of its own. Core 5.1 */
function unvouchedEmail(attributes: Attributes, sources: readonly Json[]): readonly LeftOut[] {
  const values = attributes.get('email') ?? []
  const isVouchedFor = (value: string): boolean =>
    sources.some(({ email, email_verified: flag }) => isTrue(flag) && [email ?? value].flat().includes(value))
  return values.every(isVouchedFor) ? [] : [{ attribute: 'email', values, reason: 'not said to be verified' }]
}

function isTrue(flag: unknown): boolean {
  return flag === true || (typeof flag === 'string' && flag.toLowerCase() === 'true')
}

/**
 * Claims that the provider only refers to (Core 5.6.2), which are not fetched: Entra ID does so with the groups of a
 * user in more than two hundred, or only sends `hasgroups`.
 */
function keptElsewhere(attributes: Attributes, sources: readonly Json[]): readonly LeftOut[] {
  const named = sources.flatMap(({ _claim_names: names }) => Object.keys(asObject(names) ?? {}))
  const groups = sources.some(({ hasgroups }) => isTrue(hasgroups)) ? ['groups'] : []
  return [...new Set([...named, ...groups])]
    .filter((attribute) => !attributes.has(attribute))
    .map((attribute) => ({ attribute, values: [], reason: 'not in the token' }))
}
