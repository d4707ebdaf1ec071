import type { FederatedUserSession, RoleSession } from '../sessions.ts'
import type { Destination } from './destination.ts'

/** Credentials that open a console: of a role, or of GetFederationToken. */
export type SignedIn = RoleSession | FederatedUserSession

/** A user who is signed in to the console. */
export interface ConsoleSession {
  readonly session: SignedIn
  readonly accountName: string | undefined
  readonly endsAt: Date
  /** Where users are sent when the session ends: the site that created the sign-in link. */
  readonly issuer: string | undefined
  readonly destination: Destination
}
