import { createIdentityPools, type IdentityPools } from '../aws/cognito/identity-pools.ts'
import type { AccessTokenConfig, OidcProviderConfig, ProviderConfig, SamlProviderConfig } from '../config/types.ts'
import { acceptedContexts } from '../core/authentication/context.ts'
import type { FedgateError } from '../core/errors.ts'
import type { SignIn } from '../core/identity.ts'
import { fingerprint } from '../core/ids.ts'
import type { KeyPair, Signer } from '../core/keys.ts'
import { within } from '../core/time-limit.ts'
import { createAccessTokenParty } from '../oauth/access-token-party.ts'
import type { AccessTokenSettings } from '../oauth/settings.ts'
import { createRelyingParty, type RelyingParty } from '../oidc/relying-party.ts'
import type { ClientKey, OidcSettings } from '../oidc/settings.ts'
import type { IdpMetadata } from '../saml/metadata.ts'
import type { ServiceProvider } from '../saml/service-provider.ts'
import { GatewayError } from './errors.ts'
import { downloadLogo } from './metadata/logo-download.ts'
import { createLogos, type Logos } from './metadata/logos.ts'
import { createMetadata, type ProviderMetadata } from './metadata/metadata.ts'
import type { MetadataContext } from './metadata/settings.ts'
import type { Clock } from './ports.ts'

/** An identity provider as the use-cases see it: its settings, and our side of the connection. */
export type Provider = SamlProvider | OidcProvider

export interface SamlProvider {
  readonly protocol: 'saml'
  readonly settings: SamlProviderConfig
  readonly serviceProvider: ServiceProvider & { readonly sloUrl: string }
  /**
   * The identity provider; with `discovery` the named one. Throws GatewayError (`provider.unavailable`,
   * `provider.idp_unknown`) or SamlError.
   */
  metadata(entityId?: string): Promise<IdpMetadata>
  /** Where that comes from. */
  readonly metadataSource: ProviderMetadata
  /** Of the identity providers that users choose among. */
  readonly logos: Logos
}

export interface OidcProvider {
  readonly protocol: 'oidc'
  readonly settings: OidcProviderConfig
  readonly relyingParty: RelyingParty
}

/** The first of each is used, all are published. */
export interface GatewayKeys {
  /** Empty only if no provider needs the gateway to sign. */
  readonly signing: readonly Signer[]
  readonly encryption: readonly KeyPair[]
  /** The keys that authenticate us to OpenID providers (private_key_jwt), by the provider's ID. */
  readonly clients: ReadonlyMap<string, ClientKey>
}

interface ProviderSurroundings {
  readonly baseUrl: string
  readonly keys: GatewayKeys
  /** Default: those of AWS. */
  readonly identityPools?: IdentityPools
}

/** The accepted clock difference of providers: a minute. */
export const OIDC_CLOCK_SKEW_SECONDS = 60

/** The chooser does not wait longer for a provider that does not respond. */
const PATIENCE_MS = 300

/** Our URLs for a provider. Each provider has its own, so a response for one is not accepted for another. */
export function acsUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/saml/${id}/acs`
}

export function sloUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/saml/${id}/slo`
}

/** Where a discovery service sends users back. */
export function discoveryResponseUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/saml/${id}/discovery`
}

export function callbackUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/oidc/${id}/callback`
}

/**
 * The configured providers by ID. Nothing is fetched yet: an unavailable provider affects neither startup nor the
 * others.
 */
export function createProviders(
  configured: readonly ProviderConfig[],
  { baseUrl, keys, identityPools = createIdentityPools(), ...surroundings }: ProviderSurroundings & MetadataContext,
): ReadonlyMap<string, Provider> {
  return new Map(
    configured.map((settings) => [
      settings.id,
      settings.protocol === 'saml'
        ? samlProvider(settings, baseUrl, keys, surroundings)
        : oidcProvider(settings, { baseUrl, keys, identityPools }, surroundings.now),
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
    logos: createLogos({
      read: async (entityId) => (await metadataSource.read(entityId)).logos,
      download: downloadLogo,
      now: surroundings.now,
    }),
  }
}

/** Evidence for STS is requested unencrypted, unless IAM has our key. */
function mayBeEncrypted({ exchange }: SamlProviderConfig): boolean {
  return exchange.evidence === 'reissued' || exchange.stsDecrypts
}

function oidcProvider(
  settings: OidcProviderConfig,
  { baseUrl, keys, identityPools }: Required<ProviderSurroundings>,
  now: Clock,
): OidcProvider {
  const { accessTokens } = settings
  const party = accessTokens
    ? createAccessTokenParty(accessTokenSettings(settings, accessTokens, baseUrl))
    : createRelyingParty(oidcSettings(settings, baseUrl, keys), { clock: now })
  return { protocol: 'oidc', settings, relyingParty: refreshingOnce(throughPool(party, settings, identityPools)) }
}

function accessTokenSettings(
  settings: OidcProviderConfig,
  service: AccessTokenConfig,
  baseUrl: string,
): AccessTokenSettings {
  const { id, issuer, clientId, clientAuth, scopes, authorizationParams, requireVerifiedEmail } = settings
  return {
    ...service,
    id,
    issuer,
    clientId,
    scopes,
    authorizationParams,
    redirectUri: callbackUrl(baseUrl, id),
    ...(clientAuth.kind === 'secret' && { clientSecret: clientAuth.secret }),
    ...(requireVerifiedEmail !== undefined && { requireVerifiedEmail }),
  }
}

/** With a Cognito identity pool, AWS is sent the pool's token in place of the provider's. */
function throughPool(
  party: RelyingParty,
  { issuer, exchange }: OidcProviderConfig,
  identityPools: IdentityPools,
): RelyingParty {
  if (exchange.evidence === 'reissued' || exchange.identityPoolId === undefined) return party
  const { identityPoolId } = exchange
  const exchanged = async (signIn: SignIn): Promise<SignIn> => {
    if (signIn.evidence.kind !== 'web-identity') return signIn
    const { token } = signIn.evidence
    const pooled = await identityPools.exchange({ identityPoolId, issuer, token })
    return { ...signIn, evidence: { kind: 'web-identity', ...pooled } }
  }
  return {
    ...party,
    finish: async (callback, expected, now) => exchanged(await party.finish(callback, expected, now)),
    refresh: async (signIn, now) => exchanged(await party.refresh(signIn, now)),
  }
}

/**
 * If a provider rotates refresh tokens, a token that is used twice looks stolen: concurrent requests share one use.
 */
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

/** The relying party's settings for a configured provider. */
function oidcSettings(settings: OidcProviderConfig, baseUrl: string, keys: GatewayKeys): OidcSettings {
  const {
    protocol: _,
    label: __,
    exchange: ___,
    clientAuth: ____,
    preset: _____,
    accessTokens: ______,
    ...same
  } = settings
  return {
    ...same,
    acrValues: contextsOfProvider(settings),
    ...clientCredentials(settings, keys),
    redirectUri: callbackUrl(baseUrl, settings.id),
    clockSkewSeconds: OIDC_CLOCK_SKEW_SECONDS,
    decryptionKeys: keys.encryption,
  }
}

/** The authentication contexts that every sign-in with this provider must have one of. Empty: any. */
export function contextsOfProvider(settings: ProviderConfig): readonly string[] {
  return settings.protocol === 'saml'
    ? acceptedContexts({
        classes: settings.authnContext,
        comparison: settings.authnContextComparison,
        ranking: settings.authnContextRanking,
      })
    : acceptedContexts({
        classes: settings.acrValues,
        comparison: settings.acrComparison,
        ranking: settings.acrRanking,
      })
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

/** Throws GatewayError `provider.unknown`, also for a provider of the other protocol. */
export function oidcProviderOf(providers: ReadonlyMap<string, Provider>, id: string): OidcProvider {
  const provider = providers.get(id)
  if (provider?.protocol === 'oidc') return provider
  throw new GatewayError('provider.unknown', {
    found: JSON.stringify(id.slice(0, 100)),
    expected: 'an OpenID provider',
  })
}

/**
 * The metadata of the identity provider with that entityID; the only one if there is no discovery. Throws as
 * `metadata`.
 */
export function metadataOf(provider: SamlProvider, entityId: string | undefined): Promise<IdpMetadata> {
  return provider.metadata(provider.settings.discovery ? entityId : undefined)
}

/**
 * Why users cannot sign in with it now, as a sentence for the chooser; undefined if they can. For a provider that is
 * slow to respond its last known state counts, so no page waits for it; without one it counts as available.
 */
export async function unavailability(provider: Provider): Promise<string | undefined> {
  const isThere = await isThereSoon(provider)
  if (isThere) return undefined
  const problem = knownProblem(provider)
  return isThere === false ? (problem ?? new GatewayError('provider.unavailable')).message : problem?.message
}

/** true: available; false: not available; undefined: it has not responded yet. */
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

/** What is known about a failing provider, without contacting it; undefined if it works, or was not contacted yet. */
function knownProblem(provider: Provider): FedgateError | undefined {
  if (provider.protocol === 'oidc') {
    const { discoveredAt, problem } = provider.relyingParty.status()
    return discoveredAt ? undefined : problem
  }
  const { from, problem } = provider.metadataSource.status()
  return from ? undefined : problem
}
