import type { FoundEntity } from '../../saml/federation/search.ts'
import { GatewayError } from '../errors.ts'
import { type Gateway, type Providers, providerOf } from '../gateway.ts'
import type { LogoImage } from '../metadata/logos.ts'
import { discoveryResponseUrl, type SamlProvider } from '../providers.ts'

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

/** The logo of an identity provider that is offered; undefined if there is none to show. Throws GatewayError or SamlError. */
export async function idpLogo(gateway: Providers, id: string, entityId: string): Promise<LogoImage | undefined> {
  const provider = federationOf(gateway, id)
  await mustBeOffered(provider, entityId)
  return provider.logos.logoOf(entityId)
}

/**
 * The request to the discovery service of the configuration; undefined: there is none. Identity Provider Discovery Service
 * Protocol 1.0, 2.4.1. Throws GatewayError `provider.unknown`.
 */
export function discoveryServiceUrl(
  gateway: Providers & Pick<Gateway, 'settings'>,
  id: string,
  returnTo: string,
): string | undefined {
  const { settings, serviceProvider } = federationOf(gateway, id)
  if (settings.discoveryService === undefined) return undefined
  const back = new URL(discoveryResponseUrl(gateway.settings.baseUrl, id))
  if (returnTo !== '') back.searchParams.set('return_to', returnTo)
  const url = new URL(settings.discoveryService)
  url.searchParams.set('entityID', serviceProvider.entityId)
  url.searchParams.set('return', back.href)
  return url.href
}

/**
 * The entityID that a discovery service sent; undefined: the user chose none. Throws GatewayError `provider.unknown`, or
 * `provider.idp_unknown` for one that is not offered here.
 */
export async function idpFromDiscovery(gateway: Providers, id: string, entityId: string): Promise<string | undefined> {
  const provider = federationOf(gateway, id)
  if (entityId === '') return undefined
  await mustBeOffered(provider, entityId)
  return entityId
}

function federationOf(gateway: Providers, id: string): SamlProvider {
  const provider = providerOf(gateway, id)
  if (provider.protocol === 'saml' && provider.settings.discovery) return provider
  throw new GatewayError('provider.unknown', { found: JSON.stringify(id.slice(0, 100)), expected: 'discovery: true' })
}

async function mustBeOffered({ metadataSource }: SamlProvider, entityId: string): Promise<void> {
  if (await metadataSource.describe(entityId, [])) return
  throw new GatewayError('provider.idp_unknown', { found: entityId.slice(0, 300) })
}
