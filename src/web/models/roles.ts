/** The picker, and the page about one role. */
import type { AccountColor } from '../../config/types.ts'
import type { Instant } from '../time-zone.ts'
import type { AttributeRow, SignedInPage } from './page.ts'
import type { RolePreflight } from './preflight.ts'

/** GET /roles?q= */
export interface RolesPage extends SignedInPage {
  /** What the person searched for, as typed; empty for everything. */
  readonly query: string
  /** All roles this person may take, whatever the query. Zero shows what to tell the administrator. */
  readonly total: number
  /** How many of them match the query, and in how many accounts. */
  readonly shown: number
  readonly accountCount: number
  /** What matches, each role once: what is pinned, what was taken of late, and the others by account. */
  readonly groups: readonly RoleGroup[]
  /** For a pick of several: what every one of them allows. */
  readonly durationsOfSeveral: readonly DurationChoice[]
  /** How many may be taken at once. */
  readonly mostAtOnce: number
  /** False: what the person pins is gone with this login. */
  readonly isKept: boolean
  readonly sentToAws: SentToAws
  /** What the gateway knows of the person: shown where there is no role. */
  readonly evidence: RoleEvidence
}

export type RoleGroup =
  | { readonly kind: 'pinned' | 'recent'; readonly roles: readonly RoleChoice[] }
  | { readonly kind: 'account'; readonly account: RoleAccount; readonly roles: readonly RoleChoice[] }

export interface RoleAccount {
  readonly id: string
  /** The configured name; absent where the account has none. */
  readonly name?: string | undefined
  readonly color?: AccountColor | undefined
}

export interface RoleChoice {
  readonly arn: string
  /** The role's name with its path removed. */
  readonly name: string
  readonly alias?: string | undefined
  readonly account: RoleAccount
  readonly durations: readonly DurationChoice[]
  readonly isPinned: boolean
  readonly recentSignIn?: RecentSignIn | undefined
  /** What AWS is to say. */
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  /** Why it is to say no, as a sentence. */
  readonly reason?: string | undefined
}

/** GET /roles/why?role=: why a person may take a role, what AWS will say and why. */
export interface RolePage extends SignedInPage {
  readonly role: RoleChoice
  /** Which rule granted it, in words: `groups = aws-111122223333-Dev (rule at line 12)` */
  readonly grantedBy: string
  /** `4h` */
  readonly longest: string
  readonly sentToAws: SentToAws
  readonly preflight: Pick<RolePreflight, 'outcome' | 'reason' | 'change' | 'findings'>
}

export interface DurationChoice {
  /** As the form shows it and posts it: `1h 30m`, or `until 18:00`. */
  readonly label: string
  readonly selected: boolean
}

/** A role requires a recent sign-in; whether this one is too old for it. */
export interface RecentSignIn {
  readonly withinSeconds: number
  /** The user will be asked to sign in again before they get the role. */
  readonly isDue: boolean
}

export interface RoleEvidence {
  readonly providerId: string
  readonly providerLabel: string
  readonly subject: string
  /** The attributes that rules look at, groups first. */
  readonly attributes: readonly AttributeRow[]
  /** What is amiss with the sign-in, in sentences: it may be why. */
  readonly warnings?: readonly string[]
}

/** What AWS, and CloudTrail with it, will see of the person, whichever role is taken. */
export interface SentToAws {
  readonly exchange: ExchangeKind
  /** Empty where the provider's own assertion names none. */
  readonly sessionName: string
  readonly sourceIdentity?: string | undefined
  /** `CostCenter=4711` */
  readonly tags: readonly string[]
  /** When the person signed in or, where AWS sees the provider's own word, when that was signed. */
  readonly since: Instant
  readonly minutesSince: number
  /** Until when AWS takes the provider's own word; absent where it is made anew for each role. */
  readonly until?: Instant | undefined
}

/** What AWS is shown for this role. */
export interface ExchangeKind {
  readonly via: 'saml' | 'web-identity'
  readonly evidence: 'reissued' | 'original'
}
