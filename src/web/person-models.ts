/** What the pages about a person's own doings show, and the operators' page: part of view-models.ts, where to start. */
import type { Instant } from './instant.ts'
import type { PickedRole, SignedInPage } from './view-models.ts'

/** That a role asks for a recent sign-in, and whether this one has become too old for it. */
export interface FreshSignIn {
  /** `1h` */
  readonly within: string
  /** The person will be asked to sign in again before they get the role. */
  readonly isDue: boolean
}

/** GET /go: a link that somebody shared, one button short of the console. */
export interface GoPage extends SignedInPage {
  /** Where it opens, as it was given; empty for the console's first page. */
  readonly destination: string
  /** Of the page, where its address says so. */
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
}

export interface GoRole extends PickedRole {
  /** The duration to ask for, as the picker posts it. */
  readonly duration: string
  readonly freshSignIn?: FreshSignIn | undefined
}

/** The answer to POST /roles/console where a link is asked for. Its model holds a secret: never log it. */
export interface ConsoleLinkPage extends SignedInPage {
  readonly role: PickedRole
  /** Opens the console for whoever has it. */
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

/** GET /activity */
export interface ActivityPage extends SignedInPage {
  /** False: another person at each sign-in, so that nothing older can be shown. */
  readonly isKept: boolean
  readonly logins: readonly LoginRow[]
  readonly activities: readonly ActivityRow[]
}

/** Somewhere the person is signed in at this gateway. */
export interface LoginRow {
  readonly startedAt: Instant
  readonly expiresAt: Instant
  readonly from: Whereabouts
  /** This very browser. */
  readonly isThis: boolean
}

export interface Whereabouts {
  readonly address: string
  readonly browser: string
}

export interface ActivityRow {
  readonly at: Instant
  readonly what: 'sign-in' | 'renewal' | 'sign-out' | 'credentials' | 'console' | 'denied'
  readonly from: Whereabouts
  readonly reference: string
  readonly role?: PickedRole | undefined
  /** Of what was taken. */
  readonly taken?: TakenRow | undefined
  /** Why not: a sentence and its code. */
  readonly refusal?: { readonly sentence: string; readonly code: string } | undefined
}

export interface TakenRow {
  readonly accessKeyId: string
  readonly sessionName: string
  readonly expiresAt: Instant
  /** The page of the console that was opened. */
  readonly destination?: string | undefined
  /** A command of the AWS CLI that finds what was done with it. */
  readonly cloudTrail: string
}

/** GET /status, for operators. */
export interface StatusPage extends SignedInPage {
  readonly startedAt: Instant
  readonly isReady: boolean
  readonly store: 'ok' | 'failing'
  readonly providers: readonly ProviderRow[]
  readonly certificates: readonly CertificateRow[]
  readonly issuer?: IssuerRow | undefined
}

export type Health = 'good' | 'warning' | 'bad'

export interface ProviderRow {
  readonly id: string
  readonly label: string
  readonly protocol: 'saml' | 'oidc'
  readonly health: Health
  /** `fresh`, `the last good copy serves`, … */
  readonly state: string
  /** Path or URL of its metadata, or its issuer. */
  readonly source: string
  /** What is known, and since when. */
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  readonly problem?: string | undefined
  readonly counts: readonly { readonly name: string; readonly count: number }[]
  readonly lastRefusal?: { readonly code: string; readonly reference: string; readonly at: Instant } | undefined
}

export interface CertificateRow {
  readonly holder: string
  readonly subject: string
  readonly shown: string
  readonly health: Health
}

export interface IssuerRow {
  readonly url: string
  readonly keys: readonly { readonly kid: string; readonly algorithm: string; readonly signs: boolean }[]
}
