/** The picker, and the page about one role. */
import type { AccountColor } from '../../config/types.ts'
import type { AttributeRow, SignedInPage } from '../models/page.ts'
import type { PickedRole } from '../models/picked.ts'
import type { RolePreflight } from '../models/preflight.ts'
import type { Instant } from '../time-zone.ts'

/** GET /roles */
export interface RolesPage extends SignedInPage {
  readonly filter: FilterForm
  readonly view: RoleView
  /** The page in the other view, with the same filter; absent where both would show the same. */
  readonly otherViewHref?: string | undefined
  /** The path of this page, for forms that return to it; absent for the whole list. */
  readonly returnTo?: string | undefined
  /** The number of all roles of this user, whatever the filter. With zero the page shows what to tell the administrator. */
  readonly total: number
  /** How many of them match the filter, and in how many accounts. */
  readonly shown: number
  readonly accountCount: number
  /** Pinned and recently used roles. Empty in the view by role. */
  readonly above: readonly RoleGroup[]
  /** All other matching roles, each once, those used last first. */
  readonly sections: readonly RoleSection[]
  /** With a filter by script, matching roles are unfolded from the top, up to so many. */
  readonly mostUnfolded: number
  /** For several picked roles: what each of them allows. */
  readonly durationsOfSeveral: readonly DurationChoice[]
  /** How many can be used at once. */
  readonly mostAtOnce: number
  /** False: pins are lost when this login ends. */
  readonly isKept: boolean
  readonly sentToAws: SentToAws
  /** The user's sign-in: shown if they have no roles. */
  readonly evidence: RoleEvidence
  readonly requestAccess?: AccessOffer | undefined
}

/** By account, or the same role across accounts. */
export type RoleView = 'account' | 'role'

/** What the list is narrowed to, as shown in the form above it. */
export interface FilterForm {
  /** The search term as typed; empty for all roles. */
  readonly query: string
  /** Empty: any. */
  readonly environment: string
  /** As `KEY=VALUE`, all of which a role must have. Empty: any. */
  readonly tags: readonly string[]
  /** To choose from; empty where there is only one. */
  readonly environments: readonly string[]
  /** To choose from, by key. */
  readonly tagKeys: readonly TagKey[]
}

export interface TagKey {
  readonly key: string
  /** `number`: under which rows name this tag. */
  readonly values: readonly { readonly value: string; readonly number: number }[]
}

/** Where users ask for roles that they lack. */
export interface AccessOffer {
  /** The operator's form. */
  readonly href: string
  /** Our page with the roles that may be seen; absent if none may. */
  readonly listHref?: string | undefined
}

/** GET /roles/request: roles that the user lacks and may see. */
export interface RequestAccessPage extends SignedInPage {
  /** Empty: all. */
  readonly query: string
  readonly total: number
  readonly found: number
  /** As many as are shown of those that were found. */
  readonly roles: readonly (PickedRole & {
    readonly description?: string | undefined
    /** The operator's form for it. */
    readonly href: string
  })[]
}

/** The groups of an organizational unit, or all. */
export interface RoleSection {
  /** Absent: the list is not divided by unit. */
  readonly unit?: RoleUnit | undefined
  readonly groups: readonly RoleGroup[]
}

export interface RoleUnit {
  /** `Workloads / Production`; absent: accounts without a unit. */
  readonly name?: string | undefined
  readonly isOpen: boolean
  readonly accountCount: number
}

export type RoleGroup =
  | { readonly kind: 'pinned' | 'recent'; readonly roles: readonly RoleChoice[] }
  | {
      readonly kind: 'account'
      readonly account: RoleAccount
      readonly roles: readonly RoleChoice[]
      readonly fold?: Fold | undefined
    }
  /** One role in several accounts. */
  | {
      readonly kind: 'role'
      readonly name: string
      readonly roles: readonly RoleChoice[]
      readonly fold?: Fold | undefined
    }

/** A group that can be folded; absent in a list that is short. */
export interface Fold {
  readonly isOpen: boolean
  /** What is in it, for the line that is left: some names of roles, or environments. */
  readonly preview: string
}

export interface RoleAccount {
  readonly id: string
  /** The configured name or the catalogue's; absent if the account has none. */
  readonly name?: string | undefined
  readonly color?: AccountColor | undefined
  /** What it is used for: `production`. */
  readonly environment?: string | undefined
}

export interface RoleChoice {
  readonly arn: string
  /** The role's name with its path removed. */
  readonly name: string
  readonly alias?: string | undefined
  /** As the catalogue has it. */
  readonly description?: string | undefined
  readonly account: RoleAccount
  readonly durations: readonly DurationChoice[]
  readonly isPinned: boolean
  /** The user is asked once more before they use it. */
  readonly isSensitive: boolean
  /** Numbers of its tags, as in the filter; empty if it has none of these. */
  readonly tags: string
  readonly recentSignIn?: RecentSignIn | undefined
  readonly requiredContext?: RequiredContext | undefined
  /** The forecast of AWS's answer. */
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  /** Why AWS is expected to refuse, as a sentence. */
  readonly reason?: string | undefined
}

/** GET /roles/why?role=: why a role was granted, and the forecast with its reason. */
export interface RolePage extends SignedInPage {
  readonly role: RoleChoice
  /** The rule that granted it, as text: `groups = aws-111122223333-Dev (rule at line 12)` */
  readonly grantedBy: string
  /** `4h` */
  readonly longest: string
  readonly sentToAws: SentToAws
  readonly preflight: Pick<RolePreflight, 'outcome' | 'reason' | 'change' | 'findings'>
}

export interface DurationChoice {
  /** As shown and posted: `1h 30m`, or `until 18:00`. */
  readonly label: string
  readonly selected: boolean
}

/** A role requires a way of signing in; whether this sign-in used another one. */
export interface RequiredContext {
  /** `multi-factor authentication`, or a class as it is. */
  readonly label: string
  readonly isDue: boolean
}

/** A role requires a recent sign-in; whether this one is too old for it. */
export interface RecentSignIn {
  readonly withinSeconds: number
  /** The user must sign in again before they get the role. */
  readonly isDue: boolean
}

export interface RoleEvidence {
  /** Where the identity provider helps users without roles. */
  readonly idpHelpHref?: string | undefined
  readonly providerId: string
  readonly providerLabel: string
  readonly subject: string
  /** The attributes that rules use, groups first. */
  readonly attributes: readonly AttributeRow[]
  /** Warnings about the sign-in, as sentences: they may be the reason. */
  readonly warnings?: readonly string[]
}

/** How the user will appear in AWS and CloudTrail, whichever role they use. */
export interface SentToAws {
  readonly exchange: ExchangeKind
  /** Empty if the provider's own assertion contains none. */
  readonly sessionName: string
  readonly sourceIdentity?: string | undefined
  /** `CostCenter=4711` */
  readonly tags: readonly string[]
  /** When the user signed in; with original evidence, when that was signed. */
  readonly since: Instant
  readonly minutesSince: number
  /** Until when AWS accepts original evidence; absent with reissued evidence. */
  readonly until?: Instant | undefined
}

/** What AWS is sent for this role. */
export interface ExchangeKind {
  readonly via: 'saml' | 'web-identity'
  readonly evidence: 'reissued' | 'original'
}
