/** What rules and templates can use of a sign-in besides the attributes: names that no attribute has. */
import { type Identity, markNames } from '../core/identity.ts'
import { valuesOf } from './attribute-names.ts'

/** The name by which rules and templates refer to the subject, whichever attribute or NameID it is. */
export const SUBJECT = 'subject'

const AUTHN_CONTEXT = 'authnContext'

/** In a rule these are never attributes, even if a provider sends one of that name. */
export const RESERVED_NAMES: readonly string[] = [SUBJECT, AUTHN_CONTEXT, ...markNames]

/** The values of a name in a rule. */
export function valuesInRule(identity: Identity, name: string): readonly string[] {
  return reservedValues(identity, name) ?? valuesOf(identity.attributes, name)
}

/** undefined: the name is an attribute's. */
export function reservedValues(
  { subject, authnContext = [], idpMarks }: Identity,
  name: string,
): readonly string[] | undefined {
  if (name === SUBJECT) return [subject]
  if (name === AUTHN_CONTEXT) return authnContext
  const mark = markNames.find((one) => one === name)
  return mark && (idpMarks?.[mark] ?? [])
}
