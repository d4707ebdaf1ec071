/** The pages that hand out credentials. */
import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'

/** The response to POST /roles/credentials for one role. Its model contains secrets: never log it. */
export interface CredentialsPage extends SignedInPage {
  readonly role: PickedRole
  /** `arn:aws:sts::111122223333:assumed-role/Dev/alice@example.com` */
  readonly sessionArn: string
  readonly expiresAt: Instant
  /** The requested values as posted, so the next request uses the same. */
  readonly duration: string
  /** `4h`: what was requested, if the role did not allow it in AWS. */
  readonly shortenedFrom?: string | undefined
  /** The profile's name in the format with profiles. */
  readonly profile: string
  /** The lines that install the command line and sign in with it. */
  readonly commandLine: { readonly install: string; readonly start: string }
  /** The format that is shown first: the id of one, `values` or `cli`. */
  readonly format: string
  /** The cookie in which the script stores the last shown format. */
  readonly formatCookie: string
  readonly formats: readonly CredentialFormat[]
  readonly values: readonly { readonly name: string; readonly value: string }[]
}

export interface CredentialFormat {
  /** `env`, `json`: letters, digits and hyphens, for element ids. */
  readonly id: string
  readonly label: string
  /** Where to put the text, as a sentence. */
  readonly use: string
  /** Its file name. */
  readonly fileName: string
  readonly text: string
}

/** The response to POST /roles/credentials for several roles. Its model contains secrets: never log it. */
export interface CredentialsOfSeveralPage extends SignedInPage {
  readonly outcomes: readonly RoleOutcome[]
  /** The requested duration, as posted. */
  readonly duration: string
  /** All issued credentials, with a profile for each role; absent if there are none. */
  readonly file?: CredentialFormat | undefined
  /** The reference of the reasons in the log. */
  readonly reference: string
}

/** The outcome for one of several picked roles. */
export interface RoleOutcome {
  readonly arn: string
  readonly name: string
  readonly account?: string | undefined
  /** Absent if it was refused. */
  readonly expiresAt?: Instant | undefined
  readonly sentence?: string | undefined
  readonly hint?: string | undefined
}
