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
  readonly providers: readonly ProviderRow[]
  readonly certificates: readonly CertificateRow[]
  readonly issuer?: IssuerRow | undefined
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
  /** Known facts, with their times. */
  readonly facts: readonly { readonly name: string; readonly value: string }[]
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
