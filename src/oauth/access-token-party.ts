/**
 * The gateway as OAuth 2.0 client of a provider that issues no ID token: Login with Amazon, Facebook. Authorization code
 * with PKCE; the provider itself then says which application and which user an access token is for. It implements the
 * same interface as an OpenID relying party, so everything after it is the same. Start at `finish`, then
 * verified-access-token.ts.
 */
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'
import type { SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'
import { within } from '../core/time-limit.ts'
import { tracedFetch } from '../core/tracing/outgoing.ts'
import type { Observe } from '../core/verdict.ts'
import { objectIn } from '../oidc/answer.ts'
import type { LoginSecrets, LoginWishes } from '../oidc/authorization-request.ts'
import { type BoundedFetch, boundedFetch } from '../oidc/bounded-fetch.ts'
import { checkCallback } from '../oidc/callback.ts'
import { cut, OidcError } from '../oidc/errors.ts'
import type { RelyingParty, RelyingPartyOptions } from '../oidc/relying-party.ts'
import { AccessTokenError } from './errors.ts'
import { type Ask, askAt, type Service } from './service.ts'
import { amazon } from './services/amazon.ts'
import { facebook } from './services/facebook.ts'
import type { AccessTokenSettings } from './settings.ts'
import { signInFromAccessToken } from './verified-access-token.ts'

const SERVICES: Readonly<Record<AccessTokenSettings['providerId'], Service>> = {
  'www.amazon.com': amazon,
  'graph.facebook.com': facebook,
}

interface Party {
  readonly settings: AccessTokenSettings
  readonly service: Service
  readonly fetch: BoundedFetch
  readonly ask: Ask
}

/** Sends no request before the first use. Its methods throw OidcError or AccessTokenError. */
export function createAccessTokenParty(
  settings: AccessTokenSettings,
  { fetch = tracedFetch, limitMilliseconds = 10_000 }: RelyingPartyOptions = {},
): RelyingParty {
  const bounded = boundedFetch(fetch, limitMilliseconds)
  const service = SERVICES[settings.providerId]
  const party = { settings, service, fetch: bounded, ask: askAt(settings, bounded) }
  const inTime = <Result>(work: Promise<Result>): Promise<Result> =>
    within(limitMilliseconds, work, () => {
      throw new OidcError('oidc.provider_timeout', { expected: `within ${limitMilliseconds} ms`, found: 'no answer' })
    })
  return {
    // There is nothing to discover.
    available: async () => true,
    start: (_now, wishes = {}) => authorizationRequest(party, wishes),
    finish: (callback, expected, now, observe) => inTime(finish(party, callback, { ...expected, now, observe })),
    refresh: (signIn, now) => inTime(refresh(party, signIn, now)),
    // Neither has an end session endpoint.
    endSession: async () => undefined,
    verifyLogoutToken: async () => refuseLogout(),
    checkFrontchannelLogout: () => refuseLogout(),
    status: () => ({}),
  }
}

function refuseLogout(): never {
  throw new OidcError('oidc.logout_token_type', { expected: 'nothing, as this provider sends no logout notices' })
}

/** RFC 6749 4.1.1, RFC 7636 4.3. Without `prompt`: a silent sign-in is one in which the provider asks nothing. */
async function authorizationRequest(
  { settings, service }: Party,
  { acrValues, maxAgeSeconds }: LoginWishes,
): Promise<LoginSecrets & { readonly url: URL }> {
  const secrets = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }
  const url = new URL(`${settings.authorization}${service.authorizationPath}`)
  url.search = new URLSearchParams({
    ...settings.authorizationParams,
    client_id: settings.clientId,
    scope: settings.scopes.join(' '),
    response_type: 'code',
    redirect_uri: settings.redirectUri,
    state: secrets.state,
    code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
  }).toString()
  return {
    ...secrets,
    ...(acrValues && { acrValues }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    url,
  }
}

async function finish(
  party: Party,
  callback: URLSearchParams,
  { now, observe, ...expected }: LoginSecrets & { readonly now: Date; readonly observe: Observe | undefined },
): Promise<SignIn> {
  refuseUnanswered(expected)
  const { settings } = party
  const { issuer, redirectUri } = settings
  const code = checkCallback(callback, { state: expected.state, issuer, issuerIsPromised: false }, observe)
  const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const tokens = await redeem(party, { ...grant, code_verifier: expected.codeVerifier }, 'oidc.code_refused')
  return withRenewal(await signInFromAccessToken(party, tokens.accessToken, now, observe), tokens.refreshToken)
}

/**
 * Neither provider says how or when the user authenticated: what a role requires of that is not met, and asking again
 * would only lead back here. Before the code is redeemed, as nothing in the answer could change it.
 */
function refuseUnanswered({ acrValues, maxAgeSeconds }: LoginSecrets): void {
  if (acrValues !== undefined)
    throw new OidcError('oidc.acr_mismatch', { expected: acrValues.join(' '), found: 'nothing', source: 'acr' })
  if (maxAgeSeconds !== undefined)
    throw new OidcError('oidc.authentication_too_old', {
      expected: `at most ${maxAgeSeconds} seconds ago`,
      found: 'nothing',
      source: 'auth_time',
    })
}

/** For the same user, or not at all. */
async function refresh(party: Party, signIn: SignIn, now: Date): Promise<SignIn> {
  const { identity, renewal } = signIn
  if (!renewal) throw new OidcError('oidc.refresh_refused', { expected: 'a refresh token', found: 'none' })
  const grant = { grant_type: 'refresh_token', refresh_token: renewal.refreshToken.reveal() }
  const tokens = await redeem(party, grant, 'oidc.refresh_refused')
  const fresh = await signInFromAccessToken(party, tokens.accessToken, now)
  if (identity.provider !== party.settings.id || fresh.identity.subject !== identity.subject)
    throw new OidcError('oidc.subject_changed', { expected: identity.subject, found: fresh.identity.subject })
  const { evidence } = fresh
  return withRenewal({ ...signIn, evidence }, tokens.refreshToken ?? renewal.refreshToken.reveal())
}

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

/** RFC 6749 4.1.3 and 6. Both providers take the client's credentials in the form. */
async function redeem(
  { settings, service, fetch }: Party,
  grant: Readonly<Record<string, string>>,
  refused: 'oidc.code_refused' | 'oidc.refresh_refused',
): Promise<Tokens> {
  const { api, clientId, clientSecret } = settings
  const body = new URLSearchParams({
    ...grant,
    client_id: clientId,
    ...(clientSecret && { client_secret: clientSecret.reveal() }),
  })
  const answer = await fetch(`${api}${service.tokenPath}`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body,
  })
  const { status, place } = answer
  const members = objectIn(answer) ?? {}
  const { access_token: accessToken, refresh_token: refreshToken, error } = members
  if (status >= 500) throw new OidcError('oidc.provider_failed', { found: `status ${status}`, source: place })
  if (status === 401 || error === 'invalid_client' || error === 'unauthorized_client')
    throw new OidcError('oidc.client_refused', { found: `status ${status}`, source: place })
  if (status !== 200 || error !== undefined)
    throw new OidcError(refused, { found: `status ${status}, ${cut(JSON.stringify(error) ?? '')}`, source: place })
  if (typeof accessToken !== 'string' || accessToken === '')
    throw new AccessTokenError('access_token.missing', { found: Object.keys(members).join(', '), source: place })
  return { accessToken, refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined }
}

function withRenewal(signIn: SignIn, refreshToken: string | undefined): SignIn {
  return refreshToken === undefined
    ? signIn
    : { ...signIn, renewal: { refreshToken: new Secret(refreshToken), nonce: '' } }
}
