import type { Renewal } from '../core/identity.ts'
import type { Observe } from '../core/verdict.ts'
import { type LoginSecrets, shortest } from './authorization-request.ts'
import type { DiscoveredProvider } from './discovery.ts'
import { OidcError } from './errors.ts'
import type { OidcSettings } from './settings.ts'
import { type TokenAnswer, tokensIn } from './token-answer.ts'
import { idTokenChecks, renewalChecks } from './tokens/id-token-checks.ts'
import type { SignedToken } from './tokens/signed-token.ts'
import type { ExpectedToken } from './tokens/token-checks.ts'
import { verifyToken } from './tokens/verified-token.ts'
import { asksUserinfo } from './userinfo.ts'

/** Tokens whose ID token passed every check. Only this file creates them. */
export interface VerifiedTokens {
  /** The signed ID token, decrypted: what AWS can read. */
  readonly idToken: string
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** Exchanges the code for tokens, and verifies the ID token. Throws OidcError. OpenID Connect Core 3.1.3 */
export async function redeemCode(
  settings: OidcSettings,
  provider: DiscoveredProvider,
  code: string,
  secrets: LoginSecrets,
  now: Date,
  observe?: Observe,
): Promise<VerifiedTokens> {
  const { redirectUri } = settings
  const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const answer = await askForTokens(provider, { ...grant, code_verifier: secrets.codeVerifier })
  refuseWithoutAccessToken(settings, provider, answer)
  const expected = {
    ...expectedToken(settings, now),
    nonce: secrets.nonce,
    maxAgeSeconds: shortest(settings.maxAgeSeconds, secrets.maxAgeSeconds),
    acrValues: [settings.acrValues ?? [], secrets.acrValues ?? []].filter((asked) => asked.length > 0),
  }
  const { idToken, accessToken } = answer
  const token = await verifyToken(idToken, provider.readToken, idTokenChecks, { accessToken }, expected, observe)
  return verifiedTokens(answer, token)
}

async function askForTokens(
  { metadata, post }: DiscoveredProvider,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  return tokensIn(await post(String(metadata.token_endpoint), grant))
}

/** Userinfo needs it: asksUserinfo explains why the login fails without it. */
function refuseWithoutAccessToken(
  settings: OidcSettings,
  { metadata }: DiscoveredProvider,
  { accessToken }: TokenAnswer,
): void {
  if (accessToken !== undefined || !asksUserinfo(settings, metadata)) return
  const detail = { expected: 'an access token, for userinfo', found: 'none', source: 'access_token' }
  throw new OidcError('oidc.access_token_missing', detail)
}

function verifiedTokens({ idToken: _, ...tokens }: TokenAnswer, { compact, claims }: SignedToken): VerifiedTokens {
  return {
    ...tokens,
    idToken: compact,
    subject: String(claims.sub),
    claims,
  }
}

/** Fresh tokens for the same subject. Throws OidcError. OpenID Connect Core 12 */
export async function redeemRefreshToken(
  settings: OidcSettings,
  provider: DiscoveredProvider,
  { refreshToken, nonce }: Renewal,
  subject: string,
  now: Date,
): Promise<VerifiedTokens> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() }
  const answer = await askForTokens(provider, grant).catch((error: unknown) => {
    throw refreshRefusal(error)
  })
  const expected = { ...expectedToken(settings, now), nonce, subject }
  const { idToken, accessToken } = answer
  const token = await verifyToken(idToken, provider.readToken, renewalChecks, { accessToken }, expected)
  return verifiedTokens(answer, token)
}

/** The one error that means something else here than for a code. */
function refreshRefusal(error: unknown): unknown {
  if (!(error instanceof OidcError) || error.code !== 'oidc.code_refused') return error
  return new OidcError('oidc.refresh_refused', { found: error.found ?? 'invalid_grant', source: 'token endpoint' })
}

/** The expectations of the provider's tokens, whatever they are for. */
export function expectedToken(
  { issuer, issuerAliases = [], issuerTemplate, clientId, trustedAudiences = [], clockSkewSeconds }: OidcSettings,
  now: Date,
): ExpectedToken {
  return { issuer, issuerAliases, issuerTemplate, clientId, trustedAudiences, clockSkewSeconds, now }
}
