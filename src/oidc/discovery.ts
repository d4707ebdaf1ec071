import {
  allowInsecureRequests,
  Configuration,
  clockTolerance,
  customFetch,
  enableNonRepudiationChecks,
  type ServerMetadata,
} from 'openid-client'
import { type Answer, documentIn, withoutEmptyMembers } from './answer.ts'
import type { BoundedFetch } from './bounded-fetch.ts'
import { clientAuth } from './client-auth.ts'
import { OidcError } from './errors.ts'
import { allowedAlgorithms, discoveryUrl, isSecureUrl, toProviderMetadata } from './provider-metadata.ts'
import { toOidcError } from './refusal.ts'
import type { OidcSettings } from './settings.ts'
import { createKeySet } from './tokens/key-set.ts'
import { createTokenReader, type TokenReader } from './tokens/signed-token.ts'
import { toUserinfoResponse } from './userinfo.ts'

/** A discovered provider, ready for logins. */
export interface DiscoveredProvider {
  readonly metadata: ServerMetadata
  /** For the URLs that the browser is sent to, and for userinfo. */
  readonly configuration: Configuration
  /** Posts a form to an endpoint of the provider, with our client authentication. Throws OidcError. */
  post(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<Answer>
  readonly readToken: TokenReader
  /** Whether the end session endpoint accepts a posted form; the provider is asked once. */
  endsSessionByPost(): Promise<boolean>
  /** When the provider last returned its keys; undefined: they have not been needed yet. */
  keysFetchedAt(): Date | undefined
}

/** The provider's state, for the operator. Sends no request. */
export interface OidcStatus {
  /** When its discovery document was last read; undefined: not yet. */
  readonly discoveredAt?: Date
  readonly keysFetchedAt?: Date
  /** How long the last ID token was valid after its issue: no provider publishes that. Seconds. */
  readonly idTokenSeconds?: number
  /** Why the last attempt to read the discovery document failed. */
  readonly problem?: OidcError
}

export interface Discovery {
  /** Throws OidcError. */
  discover(now: Date): Promise<DiscoveredProvider>
  status(): OidcStatus
}

const FRESH_MILLISECONDS = 60 * 60 * 1000
const COOL_DOWN_MILLISECONDS = 10_000

const NO_POST: ReadonlySet<number> = new Set([404, 405, 501])

/**
 * Discovery on first use, cached for an hour. A failure is cached for ten seconds, so an unavailable provider is not
 * asked for every page, and is then retried. A known provider remains in use if a refresh fails. `fetch` is already
 * limited.
 */
export function createDiscovery(settings: OidcSettings, fetch: BoundedFetch, clock: () => Date): Discovery {
  let status: OidcStatus = {}
  let latest: DiscoveredProvider | undefined
  let known: Promise<DiscoveredProvider> | undefined
  let askAgainAt = 0
  const refresh = async (previous: Promise<DiscoveredProvider> | undefined): Promise<DiscoveredProvider> => {
    try {
      latest = await readDiscovery(settings, fetch, clock)
      status = { discoveredAt: clock() }
      return latest
    } catch (error) {
      status = { ...status, problem: toOidcError(error, 'discovery') }
      // When it failed, not when it was sent: a request that hangs uses up the time in between.
      askAgainAt = clock().getTime() + COOL_DOWN_MILLISECONDS
      if (previous) return previous.catch(() => Promise.reject(error))
      throw error
    }
  }
  const discover = (now: Date): Promise<DiscoveredProvider> => {
    const time = now.getTime()
    if (!known || time >= askAgainAt) {
      askAgainAt = time + FRESH_MILLISECONDS
      known = refresh(known)
    }
    return known
  }
  return {
    discover,
    status: () => {
      const keysFetchedAt = latest?.keysFetchedAt()
      return { ...status, ...(keysFetchedAt && { keysFetchedAt }) }
    },
  }
}

async function readDiscovery(
  settings: OidcSettings,
  fetch: BoundedFetch,
  clock: () => Date,
): Promise<DiscoveredProvider> {
  if (!isSecureUrl(settings.issuer, settings.allowInsecureHttp)) {
    throw new OidcError('oidc.insecure_url', { expected: 'https', found: settings.issuer, source: 'issuer' })
  }
  const document = withoutEmptyMembers(await getDocument(fetch, discoveryUrl(settings.issuer)))
  const metadata = toProviderMetadata(document, settings)
  const keySet = createKeySet(() => getDocument(fetch, String(metadata.jwks_uri)), clock)
  const readToken = createTokenReader(settings, allowedAlgorithms(document, settings), keySet)
  const configuration = new Configuration(metadata, settings.clientId, { [clockTolerance]: settings.clockSkewSeconds })
  configuration[customFetch] = async (url, init) =>
    url === metadata.jwks_uri
      ? Response.json((await keySet.known()).document)
      : toUserinfoResponse(await fetch(url, init as RequestInit))
  // Every request already has limits.
  configuration.timeout = 0
  // Without this openid-client trusts the connection and does not verify the signature of signed userinfo.
  enableNonRepudiationChecks(configuration)
  // Every URL has passed isSecureUrl: an http URL is an allowed loopback one.
  if (settings.allowInsecureHttp) allowInsecureRequests(configuration)
  const post = await poster(settings, metadata, fetch)
  let postsToEnd: Promise<boolean> | undefined
  const endsSessionByPost = (): Promise<boolean> => {
    postsToEnd ??= acceptsPost(fetch, String(metadata.end_session_endpoint), settings.clientId)
    return postsToEnd
  }
  return { metadata, configuration, post, readToken, endsSessionByPost, keysFetchedAt: keySet.fetchedAt }
}

async function getDocument(fetch: BoundedFetch, url: string) {
  return documentIn(await fetch(url, { headers: { accept: 'application/json' } }))
}

/** RFC 6749 2.3 and 3.2. Throws OidcError if the settings lack what the provider's method needs. */
async function poster(
  settings: OidcSettings,
  metadata: ServerMetadata,
  fetch: BoundedFetch,
): Promise<DiscoveredProvider['post']> {
  const authenticate = await clientAuth(settings, metadata)
  return async (endpoint, parameters) => {
    const [body, headers] = [new URLSearchParams(parameters), new Headers({ accept: 'application/json' })]
    await authenticate(metadata, { client_id: settings.clientId }, body, headers)
    return fetch(endpoint, { method: 'POST', headers: Object.fromEntries(headers), body })
  }
}

/**
 * Whether that URL accepts a POST. RP-Initiated Logout 1.0, 2 requires every provider to accept one, not all do, and
 * none publishes it, so it is tried with only our client ID. An inconclusive result counts as yes.
 */
function acceptsPost(fetch: BoundedFetch, url: string, clientId: string): Promise<boolean> {
  return fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: clientId }) }).then(
    ({ status }) => !NO_POST.has(status),
    // A redirect counts as a response too.
    () => true,
  )
}
