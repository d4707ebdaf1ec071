import type { ProviderConfig } from '../config/types.ts'

/**
 * AWS accepts an ID token from anyone until it expires: one that lives no longer than this needs no warning. Seconds.
 */
export const LONGEST_TOKEN_SECONDS = 600

/** Warnings if AWS is sent the provider's own tokens and they are valid for long, as sentences. For the operator. */
export function tokenLifetimeWarnings(
  { id, protocol, exchange }: Pick<ProviderConfig, 'id' | 'protocol' | 'exchange'>,
  lifetimeSeconds: number | undefined,
): readonly string[] {
  return protocol === 'oidc' && exchange.evidence === 'original' && (lifetimeSeconds ?? 0) > LONGEST_TOKEN_SECONDS
    ? [
        `ID tokens of ${id} are valid for ${Math.ceil((lifetimeSeconds ?? 0) / 60)} minutes, and until then AWS accepts them from anyone who has them. Set their lifetime at the provider to 10 minutes or less, or set evidence: reissued.`,
      ]
    : []
}
