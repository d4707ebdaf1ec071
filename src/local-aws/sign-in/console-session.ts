import type { FederatedUserSession, RoleSession } from '../sessions.ts'
import type { Destination } from './destination.ts'

/** Credentials that open a console: of a role, or of GetFederationToken. */
export type SignedIn = RoleSession | FederatedUserSession

/** Somebody at the console. */
export interface ConsoleSession {
  readonly session: SignedIn
  readonly accountName: string | undefined
  readonly endsAt: Date
  /** Where people are sent when the session ends: whoever made the sign-in link. */
  readonly issuer: string | undefined
  readonly destination: Destination
}
