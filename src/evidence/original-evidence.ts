/**
 * What the identity provider itself signed, read as AWS would read it: the part of a sign-in that can be forwarded.
 */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { AssertionFacts, TokenFacts } from '../access/preflight/facts.ts'
import { type RolePair, rolePairs } from '../access/role-attribute.ts'
import type { AccessTokenFacts, Attributes, Evidence, SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'

export type Claims = Readonly<Record<string, unknown>>

interface Original {
  /** As STS receives it. Absent if nothing that could be sent was kept, as for claims in a file. */
  readonly encoded?: Secret
}

export interface OriginalAssertion extends AssertionFacts, Original {
  readonly issuer: string
  readonly attributes: Attributes
  readonly rolePairs: readonly RolePair[]
  readonly isEncrypted: boolean
}

export interface OriginalToken extends TokenFacts, Original {
  readonly claims: Claims
}

export type OriginalEvidence = OriginalAssertion | OriginalToken

/** The gateway as service provider: the recipient and audience of a response to it. */
export interface ResponseReceiver {
  readonly acsUrl: string
  readonly entityId: string
}

/** What this sign-in's provider signed and can be sent to AWS. `receiver`: undefined for an OpenID provider. */
export function originalEvidenceOf(signIn: SignIn, receiver: ResponseReceiver | undefined): OriginalEvidence {
  const { evidence } = signIn
  return evidence.kind === 'saml' ? assertionOf(signIn, evidence, receiver) : tokenOf(evidence)
}

function assertionOf(
  { identity, logoutRef }: SignIn,
  { response, issuedAt, expiresAt, confirmationCount, isEncrypted }: Extract<Evidence, { kind: 'saml' }>,
  receiver: ResponseReceiver | undefined,
): OriginalAssertion {
  // A form may contain line breaks, which base64 allows and STS may not.
  const encoded = response?.reveal().replaceAll(/\s/g, '')
  return {
    kind: 'saml',
    issuer: identity.issuer,
    recipient: receiver?.acsUrl,
    audiences: receiver && [receiver.entityId],
    nameId: logoutRef.kind === 'saml' ? logoutRef.nameId : undefined,
    attributes: identity.attributes,
    rolePairs: rolePairs(identity.attributes),
    confirmationCount,
    isEncrypted,
    life: { issuedAt, expiresAt },
    ...(encoded === undefined ? {} : { encoded: new Secret(encoded), length: encoded.length }),
  }
}

function tokenOf({
  token,
  issuedAt,
  expiresAt,
  accessToken,
}: Extract<Evidence, { kind: 'web-identity' }>): OriginalToken {
  const sent = { encoded: token, life: { issuedAt, expiresAt } }
  return accessToken === undefined ? { ...readToken(token.reveal()), ...sent } : { ...described(accessToken), ...sent }
}

/** In the terms of an ID token, as the provider described the access token. */
function described({ providerId, application, user }: AccessTokenFacts): OriginalToken {
  return { kind: 'web-identity', claims: { iss: `https://${providerId}`, aud: application, sub: user }, providerId }
}

/**
 * A signed JWT, decoded; its signature is not verified here. Throws jose's errors for text that is not a JWT. RFC 7515
 * 7.1
 */
export function readToken(token: string): OriginalToken & Required<Pick<TokenFacts, 'algorithm' | 'length'>> {
  const { alg, kid } = decodeProtectedHeader(token)
  return {
    kind: 'web-identity',
    claims: decodeJwt(token),
    algorithm: String(alg),
    isKeyNamed: typeof kid === 'string' && kid !== '',
    length: token.length,
  }
}
