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

/** A provider that has been discovered, ready for logins. */
export interface DiscoveredProvider {
  readonly metadata: ServerMetadata
  /** For addresses that the browser is sent to, and for userinfo. */
  readonly configuration: Configuration
  /** Posts a form to an endpoint of the provider, with what proves who we are. Throws OidcError. */
  post(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<Answer>
  readonly readToken: TokenReader
  /** Whether a browser may post a form to the end of the session; the provider is asked once. */
  endsSessionByPost(): Promise<boolean>
  /** When the provider last gave its keys; undefined: they have not been needed yet. */
  keysFetchedAt(): Date | undefined
}

/** How things stand, for the operator. Nothing is asked for it. */
export interface OidcStatus {
  /** When its discovery document was last had; undefined: not yet. */
  readonly discoveredAt?: Date
  readonly keysFetchedAt?: Date
  /** How long the last ID token was valid from its issue: no provider publishes it. Seconds. */
  readonly idTokenSeconds?: number
  /** Why the last try to read the discovery document failed. */
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
 * Discovery on first use, kept for an hour. A failure is kept for a cool-down of ten seconds, so that a dead provider
 * is not asked by every page, and is then tried again. Where a provider was known before, a failed refresh leaves it in
 * use. `fetch` is bounded already.
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
      // From when it failed: one that hangs has used up the time since it was asked.
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
  // Every request is bounded already.
  configuration.timeout = 0
  // Without this openid-client trusts the connection and does not look at the signature of userinfo that is signed.
  enableNonRepudiationChecks(configuration)
  // Every URL has passed isSecureUrl: what is http is loopback and allowed.
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

/** RFC 6749 2.3 and 3.2. Throws OidcError where the settings lack what the provider's method needs. */
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
 * Whether there is anything at that address for a POST. RP-Initiated Logout 1.0, 2 has every provider accept one, not
 * all do, and none publishes it: so it is asked, with nothing but our client id. What cannot be found out counts as
 * yes.
 */
function acceptsPost(fetch: BoundedFetch, url: string, clientId: string): Promise<boolean> {
  return fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: clientId }) }).then(
    ({ status }) => !NO_POST.has(status),
    // A redirect is an answer too.
    () => true,
  )
}
