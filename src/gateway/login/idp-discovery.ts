import { GatewayError } from '../errors.ts'
import { type Providers, providerOf } from '../gateway.ts'

/** How many a page shows: who does not find theirs among them types more of its name. */
const MOST_SHOWN = 25

export interface IdpSearch {
  readonly provider: string
  /** As typed; empty for none. */
  readonly query: string
  /** What the person reads, best first: `fr-CH`, `en`. */
  readonly languages: readonly string[]
  /** The entityID that this browser chose the last time. */
  readonly last?: string | undefined
}

export interface FoundIdp {
  readonly entityId: string
  readonly name: string
}

export interface FoundIdps {
  readonly last?: FoundIdp
  /** Empty as long as nothing is searched for and there are more than a page shows. */
  readonly results: readonly FoundIdp[]
  /** There are more than are shown. */
  readonly hasMore: boolean
  /** All there are to choose from, whatever the query. */
  readonly total: number
}

/** Whether the person has to say first which identity provider is theirs. Throws GatewayError `provider.unknown`. */
export function hasIdpDiscovery(gateway: Providers, id: string): boolean {
  const { protocol, settings } = providerOf(gateway, id)
  return protocol === 'saml' && settings.protocol === 'saml' && settings.discovery
}

/** The identity providers of a federation by name. Throws GatewayError or SamlError. */
export async function findIdps(gateway: Providers, asked: IdpSearch): Promise<FoundIdps> {
  const provider = providerOf(gateway, asked.provider)
  if (provider.protocol !== 'saml') throw new GatewayError('provider.unknown', { found: asked.provider })
  const { metadataSource } = provider
  const { query, languages, last } = asked
  const found = await metadataSource.search(query, MOST_SHOWN + 1, languages)
  const isTooMany = found.length > MOST_SHOWN
  const name = last === undefined ? undefined : await metadataSource.nameOf(last, languages)
  return {
    results: query.trim() === '' && isTooMany ? [] : found.slice(0, MOST_SHOWN),
    hasMore: isTooMany,
    total: metadataSource.status().identityProviders,
    ...(last !== undefined && name !== undefined && { last: { entityId: last, name } }),
  }
}
