/** How the role is assumed, as far as the configuration shows. */
export interface EvidenceInUse {
  readonly kind: EvidenceKind
  /** The ARN of the provider that AWS will see, or the name of one that needs no registration. */
  readonly provider: string
  /** The URL of a token's issuer. */
  readonly issuer?: string
  /** What fills the audience key: an assertion's Recipient, a token's audience. */
  readonly audience: string
  /** Whether the session will carry tags. */
  readonly tags: boolean
  /** Whether it will carry a source identity. */
  readonly sourceIdentity: boolean
}

export type EvidenceKind = 'saml' | 'web-identity'

export interface LintFacts {
  /** Empty: nothing is known, so nothing is compared. */
  readonly evidence: readonly EvidenceInUse[]
}
