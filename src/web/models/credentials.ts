/** What credentials are handed over on. */
import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'

/** The answer to POST /roles/credentials for one role. Its model holds secrets: never log it. */
export interface CredentialsPage extends SignedInPage {
  readonly role: PickedRole
  /** `arn:aws:sts::111122223333:assumed-role/Dev/alice@example.com` */
  readonly sessionArn: string
  readonly expiresAt: Instant
  /** The requested values as posted, so the next request uses the same. */
  readonly duration: string
  /** `4h`: what was asked for, where the role did not allow as long in AWS. */
  readonly shortenedFrom?: string | undefined
  /** The profile's name in the format that has profiles. */
  readonly profile: string
  /** The lines that install the command line and sign in with it. */
  readonly commandLine: { readonly install: string; readonly start: string }
  /** The format that is shown first: the id of one, `values` or `cli`. */
  readonly format: string
  /** The cookie in which the script keeps what was looked at last. */
  readonly formatCookie: string
  readonly formats: readonly CredentialFormat[]
  readonly values: readonly { readonly name: string; readonly value: string }[]
}

export interface CredentialFormat {
  /** `env`, `json`: letters, digits and hyphens, for element ids. */
  readonly id: string
  readonly label: string
  /** Where the text goes, as a sentence. */
  readonly use: string
  /** What its file is called. */
  readonly fileName: string
  readonly text: string
}

/** The answer to POST /roles/credentials for several roles. Its model holds secrets: never log it. */
export interface CredentialsOfSeveralPage extends SignedInPage {
  readonly outcomes: readonly RoleOutcome[]
  /** What was asked for, as it was posted. */
  readonly duration: string
  /** All credentials that were issued, a profile each; absent if there are none. */
  readonly file?: CredentialFormat | undefined
  /** The id under which the log has the reasons. */
  readonly reference: string
}

/** What became of one pick of several. */
export interface RoleOutcome {
  readonly arn: string
  readonly name: string
  readonly account?: string | undefined
  /** Absent where it was refused. */
  readonly expiresAt?: Instant | undefined
  readonly sentence?: string | undefined
  readonly hint?: string | undefined
}
