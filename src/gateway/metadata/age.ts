import { SamlError } from '../../saml/errors.ts'
import type { MetadataSettings } from './settings.ts'

/** What metadata says of its own age. */
export interface MetadataAge {
  readonly publishedAt?: Date | undefined
  readonly validUntil?: Date | undefined
}

/** Best first: a publisher that shortens its validity publishes later and ends earlier. */
const facts = [
  { source: 'PublicationInfo/@publicationInstant', of: ({ publishedAt }: MetadataAge) => publishedAt },
  { source: '@validUntil', of: ({ validUntil }: MetadataAge) => validUntil },
] as const

/**
 * Of signed metadata an old version is as well signed as the current one, and may name a key that was withdrawn since.
 * It is older by the first fact that both state; one that states none of them is not known to be newer. Metadata that
 * never states any cannot be judged. Throws SamlError `saml.metadata_older`.
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
