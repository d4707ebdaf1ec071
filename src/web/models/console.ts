/** The ways to the console. */
import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'
import type { RecentSignIn, RequiredContext } from './roles.ts'

/** GET /go: a shared link, one click before the console. */
export interface GoPage extends SignedInPage {
  /** Where it opens, as given; empty for the console's first page. */
  readonly destination: string
  /** The account of the page, if its URL names it. */
  readonly account?: string | undefined
  /** As in the link; empty if the recipient picks. */
  readonly role: string
  readonly query: string
  /** The number of roles to pick from, whatever the query. */
  readonly total: number
  /** Services that may be named instead of a page's URL. */
  readonly services: readonly { readonly id: string; readonly name: string }[]
  /** One: the button. Several: a list. */
  readonly roles: readonly GoRole[]
  /** Why the input is not a place where the console can open. */
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
  /** The duration to request, as the picker posts it. */
  readonly duration: string
  readonly recentSignIn?: RecentSignIn | undefined
  readonly requiredContext?: RequiredContext | undefined
}

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
