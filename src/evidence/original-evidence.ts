/** What the identity provider itself signed, as AWS would look at it: the part of a sign-in that can be passed on. */

import type { UnverifiedResponse, ValidityPeriod } from '../access/preflight/facts.ts'
import { type RolePair, rolePairs } from '../access/role-attribute.ts'
import type { Attributes, NameId, SignIn } from '../core/identity.ts'
import type { Provider } from '../gateway/providers.ts'

export type Claims = Readonly<Record<string, unknown>>

interface Words {
  /** In characters, as STS would get it. */
  readonly length?: number
  readonly life?: ValidityPeriod
  /** Read from a file, where its age says nothing. */
  readonly isKept?: true
}

export interface SamlEvidence extends Words {
  readonly kind: 'saml'
  readonly issuer: string
  readonly recipient: string | undefined
  readonly audiences: readonly string[] | undefined
  readonly nameId: NameId | undefined
  readonly attributes: Attributes
  readonly rolePairs: readonly RolePair[]
  readonly confirmationCount: number | undefined
  /** Whether one of them is a bearer's with Recipient and NotOnOrAfter; left out where a sign-in has made sure of it. */
  readonly isConfirmed?: boolean
  readonly isEncrypted: boolean
  /** Of a response in a file: what a sign-in would have made sure of. */
  readonly unverified?: UnverifiedResponse
}

export interface TokenEvidence extends Words {
  readonly kind: 'web-identity'
  readonly claims: Claims
  readonly algorithm?: string
  /** Whether its header has a `kid`. */
  readonly isKeyNamed?: boolean
}

export type OriginalEvidence = SamlEvidence | TokenEvidence

/** RFC 7515 4.1.1 and 4.1.4 */
export function headerFacts({ alg, kid }: Claims): Required<Pick<TokenEvidence, 'algorithm' | 'isKeyNamed'>> {
  return {
    algorithm: String(alg),
    isKeyNamed: typeof kid === 'string' && kid !== '',
  }
}

/** What this sign-in's provider said and can be shown to AWS. */
export function originalEvidenceOf(provider: Provider, { identity, evidence, logoutRef }: SignIn): OriginalEvidence {
  const { issuedAt, expiresAt } = evidence
  const life = { issuedAt, expiresAt }
  if (evidence.kind === 'web-identity') {
    const token = evidence.token.reveal()
    const claims = jsonPart(token, 1)
    return { kind: 'web-identity', claims, ...headerFacts(jsonPart(token, 0)), length: token.length, life }
  }
  const own = provider.protocol === 'saml' ? provider.serviceProvider : undefined
  return {
    kind: 'saml',
    issuer: identity.issuer,
    recipient: own?.acsUrl,
    audiences: own && [own.entityId],
    nameId: logoutRef.kind === 'saml' ? logoutRef.nameId : undefined,
    attributes: identity.attributes,
    rolePairs: rolePairs(identity.attributes),
    confirmationCount: evidence.confirmationCount,
    isEncrypted: evidence.isEncrypted,
    // A browser's form may have broken its lines, and STS gets it without.
    ...(evidence.response && { length: evidence.response.reveal().replaceAll(/\s/g, '').length }),
    life,
  }
}

/** Of a token that has been verified. RFC 7515 7.1 */
function jsonPart(token: string, part: 0 | 1): Claims {
  return JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Claims
}
