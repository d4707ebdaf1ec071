/** Picked roles, and the pages between picking them and the result. */
import type { AccountColor } from '../../config/types.ts'
import type { SignedInPage } from './page.ts'

export interface PickedRole {
  readonly arn: string
  readonly name: string
  readonly accountId: string
  readonly accountName?: string | undefined
  readonly color?: AccountColor | undefined
  /** What the account is used for: `production`. */
  readonly environment?: string | undefined
  readonly isSensitive?: boolean | undefined
}

/** What a role is picked for. */
export type Picked = 'credentials' | 'console'

/** The response to a pick whose evidence is too old for AWS: continues automatically to renew it. */
export interface RenewingPage extends SignedInPage {
  /** A path of the gateway. */
  readonly href: string
}

/**
 * A page with one button: GET /roles/confirm after the user signed in again, and the response to picking a sensitive
 * role.
 */
export interface ConfirmRolePage extends SignedInPage {
  readonly why: 'signed-in-again' | 'sensitive'
  /** At least one; the console opens in the first. */
  readonly roles: readonly PickedRole[]
  readonly what: Picked
  /** What was picked, as posted. */
  readonly duration: string
  readonly destination: string
  readonly as: string
  /** The format of a requested file, and the name of its profile; empty: a page. */
  readonly download: string
  readonly profile: string
}
