/** The pages behind links to the console. */
import type { SignedInPage } from '../models/page.ts'
import type { PickedRole } from '../models/picked.ts'
import type { AccessOffer, RecentSignIn, RequiredContext } from '../picker/model.ts'

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

/** GET /go of a link that cannot be followed: what it asked for, what comes close, and its form to correct it. */
export interface RefusedLinkPage extends SignedInPage {
  readonly status: number
  readonly code: string
  readonly sentence: string
  readonly hint: string
  /** The reference of the full reason in the log. */
  readonly reference: string
  /** As in the link. */
  readonly role: string
  readonly destination: string
  /** Services that may be named instead of a page's URL. */
  readonly services: GoPage['services']
  /** The roles of this user that come closest, with the link's page. */
  readonly nearest: readonly GoRole[]
  readonly requestAccess?: AccessOffer | undefined
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
