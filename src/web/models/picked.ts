/** What was picked, and the pages between a pick and what it leads to. */
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

/** The answer to a pick that comes too late for AWS: leads on by itself to where the sign-in is renewed. */
export interface RenewingPage extends SignedInPage {
  /** A path of the gateway. */
  readonly href: string
}

/** GET /roles/confirm: back from renewing, one button short of what was picked. */
export interface ConfirmRolePage extends SignedInPage {
  /** At least one; the console opens in the first. */
  readonly roles: readonly PickedRole[]
  readonly what: Picked
  /** What was picked, as it was posted. */
  readonly duration: string
  readonly destination: string
  readonly as: string
}
