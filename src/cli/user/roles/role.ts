/** A role as the gateway's API lists it. */
export interface Role {
  readonly arn: string
  /** Twelve digits. */
  readonly account: string
  readonly accountName: string
  readonly name: string
  readonly alias?: string
  readonly provider: string
  readonly maxSessionSeconds: number
  readonly region?: string
  readonly isPinned: boolean
  /** ISO 8601. */
  readonly lastUsedAt?: string
  readonly needsRecentSignIn?: boolean
  /** `original`: AWS is sent the identity provider's own evidence, which cannot be renewed without a browser. */
  readonly evidence: 'original' | 'reissued'
}
