import { GatewayError } from '../errors.ts'
import { type Providers, providerOf } from '../gateway.ts'

/** How many a page shows: users who do not find theirs type more of its name. */
const MOST_SHOWN = 25

export interface IdpSearch {
  readonly provider: string
  /** As typed; empty for none. */
  readonly query: string
  /** The user's languages, preferred first: `fr-CH`, `en`. */
  readonly languages: readonly string[]
  /** The entityID that this browser chose last time. */
  readonly last?: string | undefined
}

export interface FoundIdp {
  readonly entityId: string
  readonly name: string
}

export interface FoundIdps {
  readonly last?: FoundIdp
  /** Empty without a search if there are more than fit on a page. */
  readonly results: readonly FoundIdp[]
  /** More match than are shown. */
  readonly hasMore: boolean
  /** The number of all choices, whatever the query. */
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
