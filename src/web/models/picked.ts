/** Picked roles, and the pages between picking them and the result. */
import type { AccountColor } from '../../config/types.ts'
import type { SignedInPage } from './page.ts'

export interface PickedRole {
  readonly arn: string
  readonly name: string
  readonly accountId: string
  readonly accountName?: string | undefined
  readonly color?: AccountColor | undefined
}

/** What a role is picked for. */
export type Picked = 'credentials' | 'console'

/** The response to a pick whose evidence is too old for AWS: continues automatically to renew it. */
export interface RenewingPage extends SignedInPage {
  /** A path of the gateway. */
  readonly href: string
}

/** GET /roles/confirm: after the renewal, the user confirms what they picked. */
export interface ConfirmRolePage extends SignedInPage {
  /** At least one; the console opens in the first. */
  readonly roles: readonly PickedRole[]
  readonly what: Picked
  /** What was picked, as posted. */
  readonly duration: string
  readonly destination: string
  readonly as: string
}
