import type { SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'
import { toAttributes } from './attributes.ts'
import type { VerifiedTokens } from './grant.ts'
import type { OidcSettings } from './settings.ts'

/** From verified tokens to what the rest of the house knows. The raw ID token goes along as evidence for AWS. */
export const signInFromClaims = (
  { id, issuer }: OidcSettings,
  { idToken, subject, claims }: VerifiedTokens,
  userinfo: Readonly<Record<string, unknown>>,
): SignIn => {
  const { iat, exp, auth_time: authTime = iat, sid } = claims
  const token = new Secret(idToken)
  return {
    identity: {
      provider: id,
      protocol: 'oidc',
      issuer,
      subject,
      attributes: toAttributes(claims, userinfo),
      authenticatedAt: toDate(authTime),
    },
    evidence: { kind: 'web-identity', token, issuedAt: toDate(iat), expiresAt: toDate(exp) },
    logoutRef: { kind: 'oidc', subject, idToken: token, ...(typeof sid === 'string' ? { sid } : {}) },
  }
}

const toDate = (numericDate: unknown): Date => new Date(Number(numericDate) * 1000)
