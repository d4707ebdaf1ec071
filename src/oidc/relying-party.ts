/**
 * The gateway as OpenID Connect relying party: one provider, from "where does the browser go" to a verified SignIn.
 * openid-client speaks the protocol and verifies the ID token's signature; what it leaves open is checked here.
 * It does not know browsers, cookies or stores: the caller keeps state, nonce and code verifier and binds them to both.
 * Start at `finish`, then callback.ts (before the code is redeemed) and id-token-checks.ts (after).
 */
import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { SignIn } from '../core/identity.ts'
import { boundedFetch, type Fetch } from './bounded-fetch.ts'
import { checkCallback } from './callback.ts'
import { createDiscovery, type DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import { redeemCode, type VerifiedTokens } from './grant.ts'
import { toOidcError } from './refusal.ts'
import type { OidcSettings } from './settings.ts'
import { signInFromClaims } from './sign-in.ts'

/** What a login keeps on the server until its callback. Each value has 256 random bits. */
export interface LoginSecrets {
  readonly state: string
  readonly nonce: string
  /** RFC 7636 4.1 */
  readonly codeVerifier: string
}

export interface RelyingParty {
  /** Whether a login could start now; answers within two seconds and never throws. For the chooser. */
  available(): Promise<boolean>
  /** The authorization request: authorization code with PKCE S256. Throws OidcError when discovery fails. */
  start(now: Date): Promise<LoginSecrets & { readonly url: URL }>
  /**
   * Redeems the callback's code and verifies everything. `expected` belongs to this browser and this provider: the
   * caller has made sure of it. Throws OidcError, with the verdict on the ID token where it came so far.
   */
  finish(callback: URLSearchParams, expected: LoginSecrets, now: Date): Promise<SignIn>
}

export interface RelyingPartyOptions {
  /** Default: Node's own. */
  readonly fetch?: Fetch
  /** Spaces out the requests for discovery and keys. Default: this machine's; pass the one that `now` comes from. */
  readonly clock?: () => Date
  /** Over a whole exchange with the provider. Default: 10 seconds. */
  readonly limitMilliseconds?: number
}

const AVAILABLE_WITHIN_MILLISECONDS = 2_000

/** Asks nothing of the provider before the first use. */
export const createRelyingParty = (settings: OidcSettings, options: RelyingPartyOptions = {}): RelyingParty => {
  const { fetch = globalThis.fetch, clock = () => new Date(), limitMilliseconds = 10_000 } = options
  const discover = createDiscovery(settings, boundedFetch(fetch, limitMilliseconds), clock)
  return {
    available: () =>
      within(
        AVAILABLE_WITHIN_MILLISECONDS,
        discover(clock()).then(
          () => true,
          () => false,
        ),
        () => false,
      ),
    start: async (now) => authorizationRequest(settings, await discover(now)),
    finish: (callback, expected, now) =>
      within(limitMilliseconds, finish(settings, discover, callback, expected, now), () => {
        throw new OidcError('oidc.provider_timeout', { expected: `within ${limitMilliseconds} ms`, found: 'no answer' })
      }),
  }
}

const authorizationRequest = async (settings: OidcSettings, { configuration }: DiscoveredProvider) => {
  const secrets = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: settings.redirectUri,
    scope: [...new Set(['openid', ...settings.scopes])].join(' '),
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
  })
  return { ...secrets, url }
}

const finish = async (
  settings: OidcSettings,
  discover: (now: Date) => Promise<DiscoveredProvider>,
  callback: URLSearchParams,
  expected: LoginSecrets,
  now: Date,
): Promise<SignIn> => {
  const provider = await discover(now)
  const issuerIsPromised = provider.metadata.authorization_response_iss_parameter_supported === true
  checkCallback(callback, { state: expected.state, issuer: settings.issuer, issuerIsPromised })
  const tokens = await redeemCode(settings, provider, callback, expected, now)
  const userinfo = await userinfoOf(settings, provider, tokens)
  return signInFromClaims(settings, tokens, userinfo)
}

/**
 * What the provider says of the same person beyond the ID token. A provider that offers userinfo and then fails to
 * give it fails the login: signed in with half of the groups, a person would see half of the roles and no reason why.
 */
const userinfoOf = async (
  { userinfo = true }: OidcSettings,
  { metadata, configuration }: DiscoveredProvider,
  { subject, accessToken }: VerifiedTokens,
): Promise<Readonly<Record<string, unknown>>> => {
  if (!userinfo || metadata.userinfo_endpoint === undefined) return {}
  try {
    return await fetchUserInfo(configuration, accessToken, subject)
  } catch (error) {
    throw userinfoError(error, subject)
  }
}

/** Core 5.3.2: what is said of another subject is not used. */
const userinfoError = (error: unknown, subject: string): OidcError => {
  const cause = toOidcError(error)
  const source = 'userinfo'
  if (cause.found === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') {
    return new OidcError('oidc.userinfo_subject_mismatch', { expected: subject, found: 'another subject', source })
  }
  return new OidcError('oidc.userinfo_failed', { found: [cause.code, cause.found].join(' '), source, cause })
}

const within = async <Result>(milliseconds: number, work: Promise<Result>, late: () => Result): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    return await Promise.race([work, alarm.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
