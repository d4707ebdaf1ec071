import type { Instant } from '../time-zone.ts'
import type { AttributeRow, SignedInPage } from './page.ts'
import type { RolePreflight } from './preflight.ts'
import type { RoleAccount } from './roles.ts'

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
  /** When the session here ends at the latest. */
  readonly expiresAt: Instant
  readonly attributes: readonly AttributeRow[]
  /** Warnings about the sign-in, as sentences. */
  readonly warnings: readonly string[]
  readonly awsSession: AwsSession
  /** What trust policies can ask for. Empty where there is no role. */
  readonly conditionKeys: readonly ConditionKeyRow[]
  /** Attributes that the provider sent and AWS never sees. */
  readonly ignored: readonly AttributeRow[]
  readonly preflights: RolePreflights
}

/** The session that the user will have in AWS. */
export interface AwsSession {
  /** Empty where the provider's own assertion names none. */
  readonly name: string
  readonly sourceIdentity: string | undefined
  readonly tags: readonly { readonly key: string; readonly value: string; readonly isTransitive: boolean }[]
  /** An estimate: AWS refuses more than 100. */
  readonly packedSizePercent: number
  /** What the configuration asks for and the session is without. */
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
  /** What was searched for, as typed; empty for everything. */
  readonly query: string
  /** Of all roles, whatever the query. */
  readonly total: number
  readonly tally: Readonly<Record<RolePreflight['outcome'], number>>
  /** There are enough of them for a search. */
  readonly isFilterable: boolean
  /** Those that the query finds. */
  readonly accounts: readonly (RoleAccount & { readonly roles: readonly RolePreflight[] })[]
}
