import type { Instant } from '../time-zone.ts'
import type { SignedInPage } from './page.ts'
import type { PickedRole } from './picked.ts'

/** GET /activity */
export interface ActivityPage extends SignedInPage {
  /** False: the user's ID is new at each sign-in, so nothing older can be shown. */
  readonly isKept: boolean
  readonly logins: readonly LoginRow[]
  readonly devices: readonly DeviceRow[]
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

/** A device on which the user is signed in with the command line. */
export interface DeviceRow {
  readonly id: string
  readonly name: string
  readonly signedInAt: Instant
  readonly usedAt: Instant
  readonly address: string
}

export interface Whereabouts {
  readonly address: string
  readonly browser: string
}

export interface ActivityRow {
  readonly at: Instant
  readonly what:
    | 'sign-in'
    | 'renewal'
    | 'sign-out'
    | 'provider-sign-out'
    | 'operator-sign-out'
    | 'device-sign-in'
    | 'device-sign-out'
    | 'device-token-reused'
    | 'credentials'
    | 'console'
    | 'denied'
  /** The device of the command line that did it. */
  readonly device?: string | undefined
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
