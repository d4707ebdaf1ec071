import { authorizationCodeGrant, refreshTokenGrant } from 'openid-client'
import type { Renewal } from '../core/identity.ts'
import { type LoginSecrets, shortest } from './authorization-request.ts'
import type { DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import { idTokenChecks, renewalChecks } from './id-token-checks.ts'
import { toOidcError } from './refusal.ts'
import type { OidcSettings } from './settings.ts'
import type { SignedToken } from './signed-token.ts'
import { idTokenIn, type TokenAnswer } from './token-answer.ts'
import type { ExpectedToken } from './token-checks.ts'
import { verifyToken } from './verified-token.ts'

/** Tokens whose ID token passed every check. Only this file makes them. */
export interface VerifiedTokens {
  /** Signed, and not encrypted: what AWS can read. */
  readonly idToken: string
  readonly accessToken: string
  readonly refreshToken?: string
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** The code for tokens, and the ID token verified. Throws OidcError. OpenID Connect Core 3.1.3 */
export const redeemCode = async (
  settings: OidcSettings,
  provider: DiscoveredProvider,
  callback: URLSearchParams,
  secrets: LoginSecrets,
  now: Date,
): Promise<VerifiedTokens> => {
  const answer = await askForTokens(settings, provider, callback, secrets)
  const expected = {
    ...expectedToken(settings, now),
    nonce: secrets.nonce,
    maxAgeSeconds: shortest(settings.maxAgeSeconds, secrets.maxAgeSeconds),
    acrValues: [settings.acrValues ?? [], secrets.acrValues ?? []].filter((asked) => asked.length > 0),
  }
  const accessToken = answer.access_token
  const token = await verifyToken(idTokenIn(answer), provider.readToken, idTokenChecks, { accessToken }, expected)
  return verifiedTokens(answer, token)
}

/** Fresh tokens for the same subject. Throws OidcError. OpenID Connect Core 12 */
export const redeemRefreshToken = async (
  settings: OidcSettings,
  provider: DiscoveredProvider,
  { refreshToken, nonce }: Renewal,
  subject: string,
  now: Date,
): Promise<VerifiedTokens> => {
  const answer = await refreshTokenGrant(provider.configuration, refreshToken.reveal()).catch((error: unknown) => {
    throw refreshRefusal(toOidcError(error, 'token endpoint'))
  })
  const expected = { ...expectedToken(settings, now), nonce, subject }
  const accessToken = answer.access_token
  const token = await verifyToken(idTokenIn(answer), provider.readToken, renewalChecks, { accessToken }, expected)
  return verifiedTokens(answer, token)
}

/** The one error of a grant that means something else here than with a code. */
const refreshRefusal = (refusal: OidcError): OidcError => {
  if (refusal.code !== 'oidc.code_refused') return refusal
  return new OidcError('oidc.refresh_refused', { found: refusal.found ?? 'invalid_grant', source: 'token endpoint' })
}

const askForTokens = async (
  { redirectUri }: OidcSettings,
  { configuration }: DiscoveredProvider,
  callback: URLSearchParams,
  { state, codeVerifier }: LoginSecrets,
): Promise<TokenAnswer> => {
  const url = new URL(redirectUri)
  url.search = callback.toString()
  try {
    return await authorizationCodeGrant(configuration, url, { expectedState: state, pkceCodeVerifier: codeVerifier })
  } catch (error) {
    throw toOidcError(error, 'token endpoint')
  }
}

/** What the provider's tokens are held to, whatever they are for. */
export const expectedToken = (
  { issuer, clientId, trustedAudiences = [], clockSkewSeconds }: OidcSettings,
  now: Date,
): ExpectedToken => ({ issuer, clientId, trustedAudiences, clockSkewSeconds, now })

const verifiedTokens = (
  { access_token: accessToken, refresh_token: refreshToken }: TokenAnswer,
  { compact, claims }: SignedToken,
): VerifiedTokens => ({
  idToken: compact,
  accessToken,
  ...(refreshToken === undefined ? {} : { refreshToken }),
  subject: String(claims.sub),
  claims,
})
