import { namesOf } from '../../access/attribute-names.ts'
import type { SamlProviderConfig } from '../../config/types.ts'
import type { LeftOut, SignIn } from '../../core/identity.ts'
import { SamlError } from '../../saml/errors.ts'
import { isInScope, type Scope } from '../../saml/scopes.ts'

/**
 * Attributes whose values end in `@` and a domain that the identity provider vouches for. In a federation each provider
 * may only speak for its own domains, listed in its metadata (shibmd:Scope); values of other domains are left out.
 */
const SCOPED: ReadonlySet<string> = new Set(
  ['eduPersonPrincipalName', 'eduPersonScopedAffiliation', 'eduPersonUniqueId', 'subject-id', 'pairwise-id'].flatMap(
    namesOf,
  ),
)

/** Exactly one `@`, with something on both sides. */
const SCOPED_VALUE = /^[^@]+@([^@]+)$/

/**
 * The sign-in without the values that this identity provider may not assert. If it is a single configured identity
 * provider whose metadata lists no scope, all are kept, as it was trusted by name. Throws SamlError
 * `saml.subject_out_of_scope` if the subject itself is such a value.
 */
export function keepWithinScopes(
  signIn: SignIn,
  scopes: readonly Scope[],
  { discovery, subject }: Pick<SamlProviderConfig, 'discovery' | 'subject'>,
): SignIn {
  if (!discovery && scopes.length === 0) return signIn
  const { attributes, leftOut } = judge(signIn, scopes)
  if (leftOut.length === 0) return signIn
  const namesThePerson = ({ attribute, values }: LeftOut): boolean =>
    subject.kind === 'attribute' && attribute === subject.name && values.includes(signIn.identity.subject)
  if (subject.kind === 'attribute' && leftOut.some(namesThePerson)) {
    throw new SamlError('saml.subject_out_of_scope', {
      expected: scopes.map(({ value }) => value).join(', ') || 'a scope in the metadata',
      found: signIn.identity.subject,
      source: subject.name,
    })
  }
  return { ...signIn, identity: { ...signIn.identity, attributes }, leftOut }
}

function judge(signIn: SignIn, scopes: readonly Scope[]) {
  const leftOut: LeftOut[] = []
  const attributes = new Map<string, readonly string[]>()
  for (const [attribute, values] of signIn.identity.attributes) {
    const kept = SCOPED.has(attribute) ? values.filter((value) => isWithin(value, scopes)) : values
    if (kept.length < values.length)
      leftOut.push({ attribute, values: values.filter((value) => !kept.includes(value)) })
    if (kept.length > 0 || values.length === 0) attributes.set(attribute, kept)
  }
  return { attributes, leftOut }
}

function isWithin(value: string, scopes: readonly Scope[]): boolean {
  const [, domain] = SCOPED_VALUE.exec(value.trim()) ?? []
  return domain !== undefined && isInScope(domain, scopes)
}
