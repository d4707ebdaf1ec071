import type { SignedInPage } from '../models/page.ts'
import type { Instant } from '../time-zone.ts'

/** GET /status/sessions */
export interface SessionsPage extends SignedInPage {
  /** As typed; empty for none. */
  readonly query: string
  /** Newest first. */
  readonly sessions: readonly SessionRow[]
  /** There are more than are shown. */
  readonly hasMore: boolean
}

export interface SessionRow {
  /** For the forms that end it. */
  readonly handle: string
  readonly name: string
  readonly subject: string
  readonly providerLabel: string
  readonly startedAt: Instant
  readonly expiresAt: Instant
  readonly address: string
  readonly browser: string
  /** The names of devices of the command line. */
  readonly devices: readonly string[]
  /** The operator's own, in this browser. */
  readonly isThis: boolean
}
