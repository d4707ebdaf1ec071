import type { FoundEntity } from '../../saml/federation/search.ts'
import { GatewayError } from '../errors.ts'
import { type Providers, providerOf } from '../gateway.ts'

export type { FoundEntity }

/** How many a page shows: users who do not find theirs type more of its name. */
const MOST_SHOWN = 25

export interface IdpSearch {
  readonly provider: string
  /** As typed; empty for none. */
  readonly query: string
  /** The user's languages, preferred first: `fr-CH`, `en`. */
  readonly languages: readonly string[]
  /** The entityIDs that this browser chose before, latest first. */
  readonly recent?: readonly string[]
}

export interface FoundIdps {
  /** Of those that this browser chose before, the ones that are still offered. */
  readonly recent: readonly FoundEntity[]
  /** Empty without a search if there are more than fit on a page. */
  readonly results: readonly FoundEntity[]
  /** More match than are shown. */
  readonly hasMore: boolean
  /** The number of all choices, whatever the query. Hidden ones do not count. */
  readonly total: number
}

/** Whether the user must first choose their identity provider. Throws GatewayError `provider.unknown`. */
export function hasIdpDiscovery(gateway: Providers, id: string): boolean {
  const { protocol, settings } = providerOf(gateway, id)
  return protocol === 'saml' && settings.protocol === 'saml' && settings.discovery
}

/** The identity providers of a federation by name. Throws GatewayError or SamlError. */
export async function findIdps(gateway: Providers, asked: IdpSearch): Promise<FoundIdps> {
  const provider = providerOf(gateway, asked.provider)
  if (provider.protocol !== 'saml') throw new GatewayError('provider.unknown', { found: asked.provider })
  const { metadataSource } = provider
  const { query, languages, recent = [] } = asked
  const found = await metadataSource.search(query, MOST_SHOWN + 1, languages)
  const isTooMany = found.length > MOST_SHOWN
  return {
    results: query.trim() === '' && isTooMany ? [] : found.slice(0, MOST_SHOWN),
    hasMore: isTooMany,
    total: metadataSource.offered(),
    recent: (await Promise.all(recent.map((one) => metadataSource.describe(one, languages)))).flatMap(
      (one) => one ?? [],
    ),
  }
}
