/** The link to the console. */
import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'

/**
 * The response to POST /roles/console if a link is requested, or if the session is shorter than requested. Its model
 * contains a secret: never log it.
 */
export interface ConsoleLinkPage extends SignedInPage {
  readonly role: PickedRole
  /** Opens the console for anyone who has it. */
  readonly url: string
  readonly worksUntil: Instant
  /** When the console session that it opens ends. */
  readonly expiresAt: Instant
  readonly destination: string
  /** To share or bookmark: not a secret. */
  readonly sharedUrl: string
  /** `4h`: what was requested, if the role did not allow it. */
  readonly shortenedFrom?: string | undefined
}
