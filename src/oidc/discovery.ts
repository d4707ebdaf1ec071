import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from 'openid-client'
import type { BoundedFetch } from './bounded-fetch.ts'
import { OidcError } from './errors.ts'
import { createKeySet, type KeySet } from './key-set.ts'
import { isSecureUrl, toProviderMetadata } from './provider-metadata.ts'
import type { OidcSettings } from './settings.ts'
import { createTokenAnswers, type TokenAnswers } from './token-answers.ts'

/** A provider that has been discovered, ready for logins. */
export interface DiscoveredProvider {
  readonly metadata: ServerMetadata
  readonly configuration: Configuration
  readonly keySet: KeySet
  readonly tokenAnswers: TokenAnswers
}

const FRESH_MILLISECONDS = 60 * 60 * 1000
const COOL_DOWN_MILLISECONDS = 10_000

/**
 * Discovery on first use, kept for an hour. A failure is kept for a cool-down of ten seconds, so that a dead provider
 * is not asked by every page, and is then tried again. Where a provider was known before, a failed refresh leaves it in use.
 * `fetch` is bounded already. The returned function throws OidcError.
 */
export const createDiscovery = (settings: OidcSettings, fetch: BoundedFetch, clock: () => Date) => {
  let known: Promise<DiscoveredProvider> | undefined
  let askAgainAt = 0
  const refresh = async (previous: Promise<DiscoveredProvider> | undefined): Promise<DiscoveredProvider> => {
    try {
      return await discover(settings, fetch, clock)
    } catch (error) {
      // From when it failed: one that hangs has used up the time since it was asked.
      askAgainAt = clock().getTime() + COOL_DOWN_MILLISECONDS
      if (previous) return previous.catch(() => Promise.reject(error))
      throw error
    }
  }
  return (now: Date): Promise<DiscoveredProvider> => {
    const time = now.getTime()
    if (!known || time >= askAgainAt) {
      askAgainAt = time + FRESH_MILLISECONDS
      known = refresh(known)
    }
    return known
  }
}

const discover = async (
  settings: OidcSettings,
  fetch: BoundedFetch,
  clock: () => Date,
): Promise<DiscoveredProvider> => {
  if (!isSecureUrl(settings.issuer, settings.allowInsecureHttp)) {
    throw new OidcError('oidc.insecure_url', { expected: 'https', found: settings.issuer, source: 'issuer' })
  }
  const document = await getJson(fetch, `${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const metadata = toProviderMetadata(document, settings)
  const keySet = createKeySet(() => getJson(fetch, String(metadata.jwks_uri)), clock)
  const tokenAnswers = createTokenAnswers()
  const configuration = new Configuration(
    metadata,
    settings.clientId,
    { redirect_uris: [settings.redirectUri], [clockTolerance]: settings.clockSkewSeconds },
    clientAuth(settings, metadata),
  )
  configuration[customFetch] = async (url, init) => {
    if (url === metadata.jwks_uri) return Response.json(await keySet.published())
    const note = url === metadata.token_endpoint ? (text: string) => tokenAnswers.note(init.body, text) : undefined
    return fetch(url, init as RequestInit, note)
  }
  // Every request is bounded already.
  configuration.timeout = 0
  // Without this openid-client trusts the connection and does not look at the ID token's signature.
  enableNonRepudiationChecks(configuration)
  // Every URL has passed isSecureUrl: what is http is loopback and allowed.
  if (settings.allowInsecureHttp) allowInsecureRequests(configuration)
  return { metadata, configuration, keySet, tokenAnswers }
}

/** OpenID Connect Discovery 1.0, 3: a provider that does not say takes client_secret_basic. */
const clientAuth = (settings: OidcSettings, metadata: ServerMetadata): ClientAuth => {
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const byDefault = offered.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post'
  const { clientSecret, tokenEndpointAuthMethod = byDefault } = settings
  if (!clientSecret || tokenEndpointAuthMethod === 'none') return None()
  const authenticate = tokenEndpointAuthMethod === 'client_secret_basic' ? ClientSecretBasic : ClientSecretPost
  return authenticate(clientSecret.reveal())
}

const getJson = async (fetch: BoundedFetch, url: string): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(url, { headers: { accept: 'application/json' } })
  if (response.status !== 200) {
    const detail = { expected: 'status 200', found: `status ${response.status}`, source: url }
    throw new OidcError('oidc.provider_failed', detail)
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  throw new OidcError('oidc.answer_not_json', { expected: 'a JSON object', found: 'something else', source: url })
}
