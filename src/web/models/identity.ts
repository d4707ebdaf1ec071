import type { RoleAccount } from '../picker/model.ts'
import type { Instant } from '../time-zone.ts'
import type { AttributeRow, SignedInPage } from './page.ts'
import type { RolePreflight } from './preflight.ts'

/** GET /identity */
export interface IdentityPage extends SignedInPage {
  readonly providerId: string
  readonly providerLabel: string
  readonly protocol: 'saml' | 'oidc'
  readonly issuer: string
  readonly subject: string
  /** The NameID's Format, where the subject is a NameID. */
  readonly subjectFormat?: string | undefined
  readonly authenticatedAt: Instant
  /** The latest end of the session here. */
  readonly expiresAt: Instant
  readonly attributes: readonly AttributeRow[]
  /** Warnings about the sign-in, as sentences. */
  readonly warnings: readonly string[]
  readonly awsSession: AwsSession
  /** The keys that trust policies can use. Empty without roles. */
  readonly conditionKeys: readonly ConditionKeyRow[]
  /** Attributes that the provider sent and AWS never sees. */
  readonly ignored: readonly AttributeRow[]
  readonly preflights: RolePreflights
}

/** The session that the user will have in AWS. */
export interface AwsSession {
  /** Empty if the provider's own assertion contains none. */
  readonly name: string
  readonly sourceIdentity: string | undefined
  readonly tags: readonly { readonly key: string; readonly value: string; readonly isTransitive: boolean }[]
  /** An estimate: AWS refuses more than 100. */
  readonly packedSizePercent: number
  /** What the configuration requires and the session lacks. */
  readonly leftOut: readonly { readonly what: string; readonly reason: string }[]
}

export interface ConditionKeyRow {
  readonly key: string
  readonly values: readonly string[]
  readonly source: string
  /** The values are those of the first account. */
  readonly differsByAccount: boolean
}

/** The forecasts, by account. */
export interface RolePreflights {
  /** The search term as typed; empty for everything. */
  readonly query: string
  /** Of all roles, whatever the query. */
  readonly total: number
  readonly tally: Readonly<Record<RolePreflight['outcome'], number>>
  /** There are enough of them for a search. */
  readonly isFilterable: boolean
  /** Those that the query finds. */
  readonly accounts: readonly (RoleAccount & { readonly roles: readonly RolePreflight[] })[]
}
