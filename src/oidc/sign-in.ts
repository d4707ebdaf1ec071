import { contextsOfClaims } from '../core/authentication/context.ts'
import type { Evidence, LogoutRef, Renewal, SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'
import type { VerifiedTokens } from './grant.ts'
import { describeUser } from './left-out.ts'
import type { OidcSettings } from './settings.ts'

/** From verified tokens to the protocol-independent SignIn. The raw ID token is passed on as evidence for AWS. */
export function signInFromTokens(
  settings: OidcSettings,
  tokens: VerifiedTokens,
  userinfo: Readonly<Record<string, unknown>>,
  nonce: string,
): SignIn {
  const { subject, claims } = tokens
  const { iat, auth_time: authTime } = claims
  const { id, issuer, issuerTemplate } = settings
  const authnContext = contextsOfClaims(claims)
  const { attributes, leftOut } = describeUser(settings, claims, userinfo)
  return {
    identity: {
      provider: id,
      protocol: 'oidc',
      // The checks have compared it with the template.
      issuer: issuerTemplate === undefined ? issuer : String(claims.iss),
      subject,
      attributes,
      authenticatedAt: toDate(authTime ?? iat),
      ...(authTime === undefined ? { isTimeAssumed: true } : {}),
      ...(authnContext.length > 0 && { authnContext }),
    },
    evidence: evidenceOf(tokens),
    logoutRef: logoutRefOf(tokens),
    ...renewalOf(tokens, nonce),
    ...(leftOut.length > 0 && { leftOut }),
  }
}

function toDate(numericDate: unknown): Date {
  return new Date(Number(numericDate) * 1000)
}

function evidenceOf({ idToken, claims: { iat, exp } }: VerifiedTokens): Evidence {
  return {
    kind: 'web-identity',
    token: new Secret(idToken),
    issuedAt: toDate(iat),
    expiresAt: toDate(exp),
  }
}

function logoutRefOf({ idToken, subject, claims: { sid } }: VerifiedTokens): LogoutRef {
  return {
    kind: 'oidc',
    subject,
    idToken: new Secret(idToken),
    ...(typeof sid === 'string' ? { sid } : {}),
  }
}

function renewalOf({ refreshToken }: VerifiedTokens, nonce: string): { readonly renewal?: Renewal } {
  return refreshToken === undefined ? {} : { renewal: { refreshToken: new Secret(refreshToken), nonce } }
}

/**
 * The same sign-in with fresh evidence. Identity and authentication time stay as they were, as the user was not asked.
 * If a provider returns no new refresh token, the old one is used again (RFC 6749 6).
 */
export function renewedSignIn(signIn: SignIn, renewal: Renewal, tokens: VerifiedTokens): SignIn {
  return {
    ...signIn,
    evidence: evidenceOf(tokens),
    logoutRef: { ...signIn.logoutRef, ...logoutRefOf(tokens) },
    ...renewalOf(tokens, renewal.nonce),
  }
}
