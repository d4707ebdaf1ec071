import { SamlError } from '../../saml/errors.ts'
import type { MetadataSettings } from './settings.ts'

/** What metadata states about its own age. */
export interface MetadataAge {
  readonly publishedAt?: Date | undefined
  readonly validUntil?: Date | undefined
}

/** Strongest first: a publisher that shortens its validity publishes later and ends earlier. */
const facts = [
  { source: 'PublicationInfo/@publicationInstant', of: ({ publishedAt }: MetadataAge) => publishedAt },
  { source: '@validUntil', of: ({ validUntil }: MetadataAge) => validUntil },
] as const

/**
 * An old version of signed metadata is signed as well as the current one, and may contain a key that was withdrawn
 * since. Two versions are compared by the first fact that both state; a version without any of them cannot be compared.
 * Throws SamlError `saml.metadata_older`.
 */
export function mustNotBeOlder(found: MetadataAge, kept: MetadataAge): void {
  const stated = facts.filter(({ of }) => of(kept) !== undefined)
  const { source, of } = stated.find((fact) => fact.of(found) !== undefined) ?? stated[0] ?? {}
  const [before, now] = [of?.(kept), of?.(found)]
  if (!before || (now && now >= before)) return
  throw new SamlError('saml.metadata_older', {
    expected: `${before.toISOString()} or later`,
    found: now?.toISOString() ?? 'none',
    ...(source && { source }),
  })
}

/** Throws SamlError `saml.metadata_endless` or `saml.metadata_valid_too_long`. */
export function mustEndInTime(
  { validUntil }: MetadataAge,
  { requireValidUntil = false, metadataMaxValiditySeconds }: MetadataSettings,
  now: Date,
): void {
  if (!validUntil) {
    if (!requireValidUntil && metadataMaxValiditySeconds === undefined) return
    throw new SamlError('saml.metadata_endless', { expected: 'a validUntil', found: 'none', source: '@validUntil' })
  }
  if (metadataMaxValiditySeconds === undefined) return
  const latest = new Date(now.getTime() + metadataMaxValiditySeconds * 1000)
  if (validUntil <= latest) return
  throw new SamlError('saml.metadata_valid_too_long', {
    expected: `${latest.toISOString()} or earlier`,
    found: validUntil.toISOString(),
    source: '@validUntil',
  })
}
