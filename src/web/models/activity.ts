import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'

/** GET /activity */
export interface ActivityPage extends SignedInPage {
  /** False: the user's ID is new at each sign-in, so nothing older can be shown. */
  readonly isKept: boolean
  readonly logins: readonly LoginRow[]
  readonly activities: readonly ActivityRow[]
}

/** A browser in which the user is signed in at this gateway. */
export interface LoginRow {
  readonly startedAt: Instant
  readonly expiresAt: Instant
  readonly from: Whereabouts
  /** This browser. */
  readonly isThis: boolean
}

export interface Whereabouts {
  readonly address: string
  readonly browser: string
}

export interface ActivityRow {
  readonly at: Instant
  readonly what: 'sign-in' | 'renewal' | 'sign-out' | 'provider-sign-out' | 'credentials' | 'console' | 'denied'
  readonly from: Whereabouts
  readonly reference: string
  readonly role?: PickedRole | undefined
  /** The issued credentials. */
  readonly taken?: TakenRow | undefined
  /** Why it was refused: a sentence and its code. */
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
