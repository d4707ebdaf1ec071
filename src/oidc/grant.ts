import { authorizationCodeGrant } from 'openid-client'
import type { DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import { judgeIdToken } from './id-token.ts'
import type { ExpectedIdToken } from './id-token-checks.ts'
import { toOidcError } from './refusal.ts'
import type { LoginSecrets } from './relying-party.ts'
import type { OidcSettings } from './settings.ts'
import type { TokenAnswer } from './token-answers.ts'

/** Tokens whose ID token passed every check. Only `redeemCode` makes them. */
export interface VerifiedTokens {
  readonly idToken: string
  readonly accessToken: string
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
  const expected = expectedIdToken(settings, secrets, now)
  const tokens = await provider.tokenAnswers.during(
    secrets.codeVerifier,
    () => grant(settings, provider, callback, secrets),
    (error, answer) => explainRefusal(error, answer, provider, expected),
  )
  return verify(tokens.id_token, tokens.access_token, provider, expected)
}

const grant = (
  { redirectUri }: OidcSettings,
  { configuration }: DiscoveredProvider,
  callback: URLSearchParams,
  { state, nonce, codeVerifier }: LoginSecrets,
) => {
  const url = new URL(redirectUri)
  url.search = callback.toString()
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true }
  return authorizationCodeGrant(configuration, url, checks)
}

/** openid-client has verified the signature; its claims are judged again, by all of the rules. */
const verify = async (
  idToken: string | undefined,
  accessToken: string,
  { metadata }: DiscoveredProvider,
  expected: ExpectedIdToken,
): Promise<VerifiedTokens> => {
  if (idToken === undefined) throw new OidcError('oidc.id_token_missing')
  const algorithms = metadata.id_token_signing_alg_values_supported ?? []
  const judgement = await judgeIdToken({ idToken, accessToken, algorithms }, 'verified', expected)
  if ('error' in judgement) throw judgement.error
  const { claims } = judgement
  return { idToken, accessToken, claims, subject: String(claims.sub) }
}

/** All that is wrong with a token that openid-client refused for the first thing it met. */
const explainRefusal = async (
  cause: unknown,
  { idToken, accessToken }: TokenAnswer,
  { metadata, keySet }: DiscoveredProvider,
  expected: ExpectedIdToken,
): Promise<OidcError> => {
  const refusal = toOidcError(cause)
  if (refusal.code !== 'oidc.token_answer_invalid') return refusal
  if (accessToken === undefined) return refusal
  if (idToken === undefined) return new OidcError('oidc.id_token_missing')
  const algorithms = metadata.id_token_signing_alg_values_supported ?? []
  const keys = await keySet.published()
  const judgement = await judgeIdToken({ idToken, accessToken, algorithms }, { keys }, expected)
  if ('error' in judgement) return judgement.error
  // Nothing is wrong by our rules, and still it is refused: openid-client has the last word. It takes up a new key
  // only a minute after the last one, by when a second try succeeds.
  const code = refusal.found === 'OAUTH_KEY_SELECTION_FAILED' ? 'oidc.key_unknown' : 'oidc.id_token_refused'
  return new OidcError(code, { found: refusal.found ?? 'unknown' }, judgement.verdict)
}

const expectedIdToken = (settings: OidcSettings, { nonce }: LoginSecrets, now: Date): ExpectedIdToken => ({
  issuer: settings.issuer,
  clientId: settings.clientId,
  trustedAudiences: settings.trustedAudiences ?? [],
  nonce,
  clockSkewSeconds: settings.clockSkewSeconds,
  now,
})
