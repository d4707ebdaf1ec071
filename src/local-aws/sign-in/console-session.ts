import type { RoleSession } from '../sessions.ts'

/** Somebody at the console. */
export interface ConsoleSession {
  readonly role: RoleSession
  readonly accountName: string | undefined
  readonly endsAt: Date
  /** Where people are sent when the session ends: whoever made the sign-in link. */
  readonly issuer: string | undefined
  readonly destination: string
}
