/** The picker, and the page about one role. */
import type { AccountColor } from '../../config/types.ts'
import type { Instant } from '../time-zone.ts'
import type { AttributeRow, SignedInPage } from './page.ts'
import type { RolePreflight } from './preflight.ts'

/** GET /roles?q= */
export interface RolesPage extends SignedInPage {
  /** The search term as typed; empty for all roles. */
  readonly query: string
  /** The number of all roles of this user, whatever the query. With zero the page shows what to tell the administrator. */
  readonly total: number
  /** How many of them match the query, and in how many accounts. */
  readonly shown: number
  readonly accountCount: number
  /** The matching roles, each once: pinned ones, recently used ones, and the others by account. */
  readonly groups: readonly RoleGroup[]
  /** For several picked roles: what each of them allows. */
  readonly durationsOfSeveral: readonly DurationChoice[]
  /** How many can be used at once. */
  readonly mostAtOnce: number
  /** False: pins are lost when this login ends. */
  readonly isKept: boolean
  readonly sentToAws: SentToAws
  /** The user's sign-in: shown if they have no roles. */
  readonly evidence: RoleEvidence
}

export type RoleGroup =
  | { readonly kind: 'pinned' | 'recent'; readonly roles: readonly RoleChoice[] }
  | { readonly kind: 'account'; readonly account: RoleAccount; readonly roles: readonly RoleChoice[] }

export interface RoleAccount {
  readonly id: string
  /** The configured name or the catalogue's; absent if the account has none. */
  readonly name?: string | undefined
  readonly color?: AccountColor | undefined
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
