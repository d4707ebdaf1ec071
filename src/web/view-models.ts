/**
 * What each page shows, as plain text and numbers that the routes prepare: a page knows no identity, no ARN type, no
 * clock and no Secret. The names of the fields that forms post are fixed here too, because a route reads what a
 * template writes.
 *
 * Start reading at `PageModels`: one entry for each file in views/.
 */
import type { AccountColor } from '../config/types.ts'
import type { Instant } from './instant.ts'
import type { ActivityPage, ConsoleLinkPage, FreshSignIn, GoPage, StatusPage } from './person-models.ts'

/** The names of the form fields, the same in every form. */
export const fields = {
  csrf: 'csrf',
  role: 'role',
  duration: 'duration',
  /** The name of a format: a file is asked for and no page. */
  download: 'download',
  profile: 'profile',
  destination: 'destination',
  /** `link`: the way to the console is wanted on a page. */
  as: 'as',
  /** `yes` or `no`. */
  pinned: 'pinned',
  /** A path inside the gateway. */
  returnTo: 'return_to',
  /** `yes`: every login of the person. */
  everywhere: 'everywhere',
  handle: 'handle',
  /** Set by the script: what follows is to come by a page of its own. */
  onward: 'onward',
} as const

/** Every page by its name, which is the name of its template. */
export interface PageModels {
  readonly chooser: ChooserPage
  readonly 'find-idp': FindIdpPage
  readonly roles: RolesPage
  readonly role: RolePage
  readonly credentials: CredentialsPage
  readonly 'credentials-of-several': CredentialsOfSeveralPage
  readonly identity: IdentityPage
  readonly error: ErrorPage
  readonly 'sign-out': SignOutPage
  readonly 'signed-out': SignedOutPage
  readonly 'post-form': PostFormPage
  readonly onward: OnwardPage
  readonly 'confirm-sign-in': ConfirmSignInPage
  readonly renewing: RenewingPage
  readonly 'confirm-role': ConfirmRolePage
  readonly go: GoPage
  readonly 'console-link': ConsoleLinkPage
  readonly activity: ActivityPage
  readonly status: StatusPage
}

export type PageName = keyof PageModels

/** What the header and the footer of every page need. */
export interface Page {
  /** The version of fedgate, for the footer. */
  readonly version: string
  /** Absent while nobody is signed in: the header then has neither navigation nor sign-out. */
  readonly session?: SignedIn | undefined
}

export interface SignedIn {
  /** Whether the operators' page is theirs to see. */
  readonly isOperator: boolean
  /** How the person is called: a display name where the provider sent one, else the subject. */
  readonly name: string
  readonly providerLabel: string
  readonly csrfToken: string
}

/** A page that exists only for a person who is signed in. */
export interface SignedInPage extends Page {
  readonly session: SignedIn
}

/** GET /login */
export interface ChooserPage extends Page {
  /** One sentence above the list, such as `You are signed out.` */
  readonly message?: string | undefined
  readonly providers: readonly ProviderChoice[]
}

export interface ProviderChoice {
  readonly id: string
  readonly label: string
  readonly protocol: 'saml' | 'oidc'
  /** It is the one that this browser used the last time. */
  readonly isLast: boolean
  /** Where the choice leads: `/login/corp?return_to=…` */
  readonly href: string
  /** Why it cannot be chosen now, as a sentence. The choice is then shown and disabled. */
  readonly unavailable?: string | undefined
}

/** GET /login/:provider?q=, where the provider is a federation. */
export interface FindIdpPage extends Page {
  readonly providerId: string
  readonly providerLabel: string
  /** As typed; empty for none. */
  readonly query: string
  /** Where the login is to end; empty for where it usually does. */
  readonly returnTo: string
  /** What this browser chose the last time. */
  readonly last?: IdpChoice | undefined
  readonly results: readonly IdpChoice[]
  /** More fit than are shown. */
  readonly hasMore: boolean
  /** All there are to choose from. */
  readonly total: number
  /** There are other providers to sign in with. */
  readonly hasOthers: boolean
}

export interface IdpChoice {
  readonly name: string
  /** The host of its entityID: names can be alike. */
  readonly host: string
  /** Where the choice leads: `/login/edugain?idp=…` */
  readonly href: string
}

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
  readonly shownToAws: ShownToAws
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

/** What AWS, and CloudTrail with it, will see of the person, whichever role is taken. */
export interface ShownToAws {
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

export interface RoleChoice {
  readonly arn: string
  /** The role's name with its path removed. */
  readonly name: string
  readonly alias?: string | undefined
  readonly account: RoleAccount
  readonly durations: readonly DurationChoice[]
  readonly isPinned: boolean
  readonly freshSignIn?: FreshSignIn | undefined
  /** What AWS is to say. */
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  /** Why it is to say no, as a sentence. */
  readonly reason?: string | undefined
}

/** GET /roles/why?role=: why a person may take a role, what AWS will say and why. */
export interface RolePage extends SignedInPage {
  readonly role: RoleChoice
  /** Which rule granted it, in words: `rule in line 12: groups = aws-111122223333-Dev` */
  readonly grantedBy: string
  /** `4h` */
  readonly longest: string
  readonly shownToAws: ShownToAws
  readonly preflight: Pick<RolePreflight, 'outcome' | 'reason' | 'change' | 'findings'>
}

/** What AWS is shown for this role. */
export interface ExchangeKind {
  readonly via: 'saml' | 'web-identity'
  readonly evidence: 'reissued' | 'original'
}

export interface DurationChoice {
  /** As the form shows it and posts it: `1h 30m`, or `until 18:00`. */
  readonly label: string
  readonly selected: boolean
}

export interface RoleEvidence {
  readonly providerId: string
  readonly providerLabel: string
  readonly subject: string
  /** The attributes that rules look at, groups first. */
  readonly attributes: readonly AttributeRow[]
}

export interface AttributeRow {
  readonly name: string
  readonly values: readonly string[]
}

export interface PickedRole {
  readonly arn: string
  readonly name: string
  readonly accountId: string
  readonly accountName?: string | undefined
  readonly color?: AccountColor | undefined
}

/** The answer to POST /roles/credentials for one role. Its model holds secrets: never log it. */
export interface CredentialsPage extends SignedInPage {
  readonly role: PickedRole
  /** `arn:aws:sts::111122223333:assumed-role/Dev/alice@example.com` */
  readonly sessionArn: string
  readonly expiresAt: Instant
  /** What was asked for, as it was posted, so that what follows asks for the same. */
  readonly duration: string
  /** `4h`: what was asked for, where the role did not allow as long in AWS. */
  readonly shortenedFrom?: string | undefined
  /** The profile's name in the format that has profiles. */
  readonly profile: string
  /** The format that is shown first: the id of one, or `values`. */
  readonly format: string
  /** The cookie in which the script keeps what was looked at last. */
  readonly formatCookie: string
  readonly formats: readonly CredentialFormat[]
  readonly values: readonly { readonly name: string; readonly value: string }[]
}

export interface CredentialFormat {
  /** `env`, `json`: letters, digits and hyphens, for element ids. */
  readonly id: string
  readonly label: string
  /** Where the text goes, as a sentence. */
  readonly use: string
  /** What its file is called. */
  readonly fileName: string
  readonly text: string
}

/** The answer to POST /roles/credentials for several roles. Its model holds secrets: never log it. */
export interface CredentialsOfSeveralPage extends SignedInPage {
  readonly outcomes: readonly RoleOutcome[]
  /** What was asked for, as it was posted. */
  readonly duration: string
  /** All that were taken, a profile each; absent where none was. */
  readonly file?: CredentialFormat | undefined
  /** The id under which the log has the reasons. */
  readonly reference: string
}

/** What became of one pick of several. */
export interface RoleOutcome {
  readonly arn: string
  readonly name: string
  readonly account?: string | undefined
  /** Absent where it was refused. */
  readonly expiresAt?: Instant | undefined
  readonly sentence?: string | undefined
  readonly hint?: string | undefined
}

/** GET /identity */
export interface IdentityPage extends SignedInPage {
  readonly providerId: string
  readonly providerLabel: string
  readonly protocol: 'saml' | 'oidc'
  readonly issuer: string
  readonly subject: string
  /** The NameID's Format, where the subject is a NameID. */
  readonly subjectFormat?: string | undefined
  readonly authenticatedAt: Instant
  /** When the session here ends whatever the person does. */
  readonly expiresAt: Instant
  readonly attributes: readonly AttributeRow[]
  /** What is amiss with the sign-in, in sentences. */
  readonly warnings: readonly string[]
  readonly awsSession: AwsSession
  /** What trust policies can ask for. Empty where there is no role. */
  readonly conditionKeys: readonly ConditionKeyRow[]
  /** What the provider said and AWS never sees. */
  readonly ignored: readonly AttributeRow[]
  readonly preflights: RolePreflights
}

/** The session that the person will have in AWS. */
export interface AwsSession {
  /** Empty where the provider's own assertion names none. */
  readonly name: string
  readonly sourceIdentity: string | undefined
  readonly tags: readonly { readonly key: string; readonly value: string; readonly isTransitive: boolean }[]
  /** An estimate: AWS refuses more than 100. */
  readonly packedSizePercent: number
  /** What the configuration asks for and the session is without. */
  readonly leftOut: readonly { readonly what: string; readonly reason: string }[]
}

export interface ConditionKeyRow {
  readonly key: string
  readonly values: readonly string[]
  readonly source: string
  /** The values are those of the first account. */
  readonly differsByAccount: boolean
}

/** What AWS will say, by account. */
export interface RolePreflights {
  /** What was searched for, as typed; empty for everything. */
  readonly query: string
  /** Of all roles, whatever the query. */
  readonly total: number
  readonly tally: Readonly<Record<RolePreflight['outcome'], number>>
  /** There are enough of them for a search. */
  readonly isFilterable: boolean
  /** Those that the query finds. */
  readonly accounts: readonly (RoleAccount & { readonly roles: readonly RolePreflight[] })[]
}

/** What AWS will say to one role. */
export interface RolePreflight {
  readonly arn: string
  readonly name: string
  readonly outcome: 'allowed' | 'denied' | 'unknown'
  /** What the answer hangs on, and what to change, in sentences. Missing where AWS is to say yes. */
  readonly reason: string | undefined
  readonly change: string | undefined
  readonly findings: readonly FindingRow[]
}

export interface FindingRow {
  readonly name: string
  readonly outcome: 'pass' | 'fail' | 'unknown' | 'not-run'
  readonly expected?: string
  readonly found?: string
  readonly source?: string
}

/** Every refusal, and 404. */
export interface ErrorPage extends Page {
  readonly status: number
  readonly code: string
  readonly sentence: string
  readonly hint: string
  /** The id under which the log has the reason in full. */
  readonly reference: string
  /** Where to sign in again, where that may help. */
  readonly signInHref?: string | undefined
  /** Where to go on, where the person has a live session. */
  readonly continueHref?: string | undefined
}

/** GET /logout: asks. */
export interface SignOutPage extends SignedInPage {}

/** Where a logout ends. Nobody is signed in, and nothing starts by itself. */
export interface SignedOutPage extends Page {
  /** What the provider made of it: `You may still be signed in at Corp SSO.` */
  readonly notice?: string | undefined
  readonly signInHref: string
}

/** The answer to a pick that comes too late for AWS: leads on by itself to where the sign-in is renewed. */
export interface RenewingPage extends SignedInPage {
  /** A path of the gateway. */
  readonly href: string
}

/** What a role is picked for. */
export type Picked = 'credentials' | 'console'

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

/** GET /login/finish of a sign-in that nobody here started: is it meant? */
export interface ConfirmSignInPage extends Page {
  /** How the person is called that the provider speaks of. */
  readonly name: string
  readonly providerLabel: string
  readonly handle: string
  readonly csrfToken: string
}

/** Leads on to another site by itself, as a link does and not as a form. Nobody is shown as signed in here. */
export interface OnwardPage extends Page {
  /** Where it goes, such as `Signing out at Corp SSO`. */
  readonly heading: string
  readonly href: string
}

/** Carries a message to an identity provider by POST. Nobody is shown as signed in here. */
export interface PostFormPage extends Page {
  /** An http(s) URL of another site. */
  readonly action: string
  /** The hidden fields by name. */
  readonly fields: Readonly<Record<string, string>>
  /** Where it goes, such as `Signing in at Corp SSO`. */
  readonly heading: string
  readonly button: string
}
