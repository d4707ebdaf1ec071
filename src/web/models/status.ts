/** The operators' page. */
import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'

/** GET /status, for operators. */
export interface StatusPage extends SignedInPage {
  readonly startedAt: Instant
  readonly isReady: boolean
  readonly store: 'ok' | 'failing'
  /** undefined: the audit log is written. */
  readonly auditFailure: { readonly sentence: string; readonly since: Instant } | undefined
  /** Which keys in AWS KMS do not sign; undefined: all can be used. */
  readonly keyFailure: string | undefined
  readonly providers: readonly ProviderRow[]
  readonly certificates: readonly CertificateRow[]
  readonly catalog?: CatalogRow | undefined
  readonly issuer?: IssuerRow | undefined
}

/** The inventory of accounts and roles. */
export interface CatalogRow {
  /** `500 accounts, 20,000 roles, 501 files` */
  readonly contents: string
  readonly readAt: Instant
  /** Why the files as they are now are not used, a line for each problem. */
  readonly problem?: string | undefined
  /** Roles that users do not see, and rules that match nothing. */
  readonly notes: readonly string[]
  /** How many more notes there are. */
  readonly furtherNotes: number
}

export type Health = 'good' | 'warning' | 'bad'

export interface ProviderRow {
  readonly id: string
  readonly label: string
  readonly protocol: 'saml' | 'oidc'
  readonly health: Health
  /** `sign-in available`, `Using cached metadata`, … */
  readonly state: string
  /** Path or URL of its metadata, or its issuer. */
  readonly source: string
  readonly facts: readonly { readonly name: string; readonly value: string | Instant }[]
  readonly problem?: string | undefined
  readonly counts: readonly { readonly name: string; readonly count: number }[]
  readonly lastRefusal?: { readonly code: string; readonly reference: string; readonly at: Instant } | undefined
}

export interface CertificateRow {
  readonly holder: string
  readonly subject: string
  readonly shown: string
  readonly health: Health
}

export interface IssuerRow {
  readonly url: string
  readonly keys: readonly { readonly kid: string; readonly algorithm: string; readonly signs: boolean }[]
}
