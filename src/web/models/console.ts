/** The ways to the console. */
import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'
import type { RecentSignIn } from './roles.ts'

/** GET /go: a shared link, one click before the console. */
export interface GoPage extends SignedInPage {
  /** Where it opens, as it was given; empty for the console's first page. */
  readonly destination: string
  /** The account of the page, if its URL names it. */
  readonly account?: string | undefined
  /** As the link has it; empty where the receiver picks. */
  readonly role: string
  readonly query: string
  /** How many roles there are to pick from, whatever the query. */
  readonly total: number
  /** What may be named instead of a page's address. */
  readonly services: readonly { readonly id: string; readonly name: string }[]
  /** One: the button. Several: a list. */
  readonly roles: readonly GoRole[]
  /** Why what was typed is no place to open the console at. */
  readonly refusal?: FormRefusal | undefined
}

/** Shown next to the field. */
interface FormRefusal {
  readonly code: string
  readonly sentence: string
  readonly hint: string
  readonly reference: string
}

export interface GoRole extends PickedRole {
  /** The duration to ask for, as the picker posts it. */
  readonly duration: string
  readonly recentSignIn?: RecentSignIn | undefined
}

/**
 * The answer to POST /roles/console where a link is asked for, or where the session is shorter than was asked for. Its
 * model holds a secret: never log it.
 */
export interface ConsoleLinkPage extends SignedInPage {
  readonly role: PickedRole
  /** Opens the console for anyone who has it. */
  readonly url: string
  readonly worksUntil: Instant
  /** When the console session that it opens ends. */
  readonly expiresAt: Instant
  readonly destination: string
  /** For others and for later: no secret. */
  readonly sharedUrl: string
  /** `4h`: what was asked for, where the role did not allow as long. */
  readonly shortenedFrom?: string | undefined
}
