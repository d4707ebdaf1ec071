import type { OidcProviderConfig, ProviderConfig, SamlProviderConfig } from '../config/types.ts'
import type { FedgateError } from '../core/errors.ts'
import type { SignIn } from '../core/identity.ts'
import { fingerprint } from '../core/ids.ts'
import type { KeyPair } from '../core/keys.ts'
import { within } from '../core/time-limit.ts'
import { createRelyingParty, type RelyingParty } from '../oidc/relying-party.ts'
import type { ClientKey, OidcSettings } from '../oidc/settings.ts'
import type { IdpMetadata } from '../saml/metadata.ts'
import type { ServiceProvider } from '../saml/service-provider.ts'
import { GatewayError } from './errors.ts'
import { createMetadata, type ProviderMetadata } from './metadata/metadata.ts'
import type { MetadataContext } from './metadata/settings.ts'
import type { Clock } from './ports.ts'

/** An identity provider as the use-cases see it: its settings, and us as its counterpart. */
export type Provider = SamlProvider | OidcProvider

export interface SamlProvider {
  readonly protocol: 'saml'
  readonly settings: SamlProviderConfig
  readonly serviceProvider: ServiceProvider & { readonly sloUrl: string }
  /**
   * The identity provider; with `discovery` the one that is named. Throws GatewayError (`provider.unavailable`,
   * `provider.idp_unknown`) or SamlError.
   */
  metadata(entityId?: string): Promise<IdpMetadata>
  /** Where that comes from. */
  readonly metadataSource: ProviderMetadata
}

export interface OidcProvider {
  readonly protocol: 'oidc'
  readonly settings: OidcProviderConfig
  readonly relyingParty: RelyingParty
}

/** The first of each is used, all are published. */
export interface GatewayKeys {
  /** Empty only when no provider needs the gateway to sign. */
  readonly signing: readonly KeyPair[]
  readonly encryption: readonly KeyPair[]
  /** What proves to an OpenID provider who we are (private_key_jwt), by the provider's id. */
  readonly clients: ReadonlyMap<string, ClientKey>
}

/** Clocks of providers are given a minute. */
export const OIDC_CLOCK_SKEW_SECONDS = 60

/** Nobody who chooses waits for a server that does not answer. */
const PATIENCE_MS = 300

/** Our addresses towards a provider. Each has its own, so that an answer for one is no answer for another. */
export function acsUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/saml/${id}/acs`
}

export function sloUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/saml/${id}/slo`
}

export function callbackUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/oidc/${id}/callback`
}

/** The configured providers by id. Nothing is fetched yet: a provider that is down stops neither start nor the others. */
export function createProviders(
  configured: readonly ProviderConfig[],
  { baseUrl, keys, ...surroundings }: { baseUrl: string; keys: GatewayKeys } & MetadataContext,
): ReadonlyMap<string, Provider> {
  return new Map(
    configured.map((settings) => [
      settings.id,
      settings.protocol === 'saml'
        ? samlProvider(settings, baseUrl, keys, surroundings)
        : oidcProvider(settings, baseUrl, keys, surroundings.now),
    ]),
  )
}

function samlProvider(
  settings: SamlProviderConfig,
  baseUrl: string,
  { signing: [keys, ...furtherKeys], encryption }: GatewayKeys,
  surroundings: MetadataContext,
): SamlProvider {
  if (!keys) throw new Error('a SAML provider needs the signing key')
  const metadataSource = createMetadata(settings, surroundings)
  return {
    protocol: 'saml',
    settings,
    serviceProvider: {
      entityId: settings.spEntityId,
      name: new URL(baseUrl).host,
      acsUrl: acsUrl(baseUrl, settings.id),
      sloUrl: sloUrl(baseUrl, settings.id),
      keys,
      furtherKeys,
      decryptionKeys: mayBeEncrypted(settings) ? encryption : [],
    },
    metadata: metadataSource.read,
    metadataSource,
  }
}

/** What STS has to read is asked for in clear text, unless IAM holds our key. */
function mayBeEncrypted({ exchange }: SamlProviderConfig): boolean {
  return exchange.evidence === 'reissued' || exchange.stsDecrypts
}

function oidcProvider(settings: OidcProviderConfig, baseUrl: string, keys: GatewayKeys, now: Clock): OidcProvider {
  return {
    protocol: 'oidc',
    settings,
    relyingParty: refreshingOnce(createRelyingParty(oidcSettings(settings, baseUrl, keys), { clock: now })),
  }
}

/** Where a provider gives a new refresh token each time, one that comes twice looks stolen: at once, it is sent once. */
function refreshingOnce(relyingParty: RelyingParty): RelyingParty {
  const running = new Map<string, Promise<SignIn>>()
  const refresh: RelyingParty['refresh'] = (signIn, now) => {
    const key = signIn.renewal ? fingerprint(signIn.renewal.refreshToken.reveal()) : ''
    const started = running.get(key) ?? relyingParty.refresh(signIn, now).finally(() => running.delete(key))
    running.set(key, started)
    return started
  }
  return { ...relyingParty, refresh }
}

/** The relying party's settings of a configured provider. */
function oidcSettings(settings: OidcProviderConfig, baseUrl: string, keys: GatewayKeys): OidcSettings {
  const { protocol: _, label: __, exchange: ___, clientAuth: ____, ...same } = settings
  return {
    ...same,
    ...clientCredentials(settings, keys),
    redirectUri: callbackUrl(baseUrl, settings.id),
    clockSkewSeconds: OIDC_CLOCK_SKEW_SECONDS,
    decryptionKeys: keys.encryption,
  }
}

function clientCredentials({ id, clientAuth }: OidcProviderConfig, keys: GatewayKeys): Partial<OidcSettings> {
  switch (clientAuth.kind) {
    case 'none':
      return { tokenEndpointAuthMethod: 'none' }
    case 'key': {
      const clientKey = keys.clients.get(id)
      return { tokenEndpointAuthMethod: 'private_key_jwt', ...(clientKey && { clientKey }) }
    }
    case 'secret': {
      const { secret, method } = clientAuth
      return { clientSecret: secret, ...(method && { tokenEndpointAuthMethod: method }) }
    }
  }
}

/** Throws GatewayError `provider.unknown` also for a provider of another protocol. */
export function oidcProviderOf(providers: ReadonlyMap<string, Provider>, id: string): OidcProvider {
  const provider = providers.get(id)
  if (provider?.protocol === 'oidc') return provider
  throw new GatewayError('provider.unknown', {
    found: JSON.stringify(id.slice(0, 100)),
    expected: 'an OpenID provider',
  })
}

/** The metadata of the identity provider of that entityID: the one there is, where there are not many. Throws as `metadata`. */
export function metadataOf(provider: SamlProvider, entityId: string | undefined): Promise<IdpMetadata> {
  return provider.metadata(provider.settings.discovery ? entityId : undefined)
}

/**
 * Why nobody can sign in with it now, for the person who chooses; undefined when all is well. One that is slow to
 * answer counts as it did when it answered last: so that no page waits for it, and nothing is held against it unheard.
 */
export async function unavailability(provider: Provider): Promise<string | undefined> {
  const isThere = await isThereSoon(provider)
  if (isThere) return undefined
  const problem = knownProblem(provider)
  return isThere === false ? (problem ?? new GatewayError('provider.unavailable')).message : problem?.message
}

/** true: it is there; false: it is not; undefined: it has not answered yet. */
function isThereSoon(provider: Provider): Promise<boolean | undefined> {
  const asked =
    provider.protocol === 'oidc'
      ? provider.relyingParty.available()
      : provider.metadataSource.check().then(
          () => true,
          () => false,
        )
  return within(PATIENCE_MS, asked, () => undefined)
}

/** What is known of a provider that fails, without asking it; undefined where something serves, or nobody has asked. */
function knownProblem(provider: Provider): FedgateError | undefined {
  if (provider.protocol === 'oidc') {
    const { discoveredAt, problem } = provider.relyingParty.status()
    return discoveredAt ? undefined : problem
  }
  const { from, problem } = provider.metadataSource.status()
  return from ? undefined : problem
}
