import type { SessionMapping } from '../access/session.ts'
import type { AssumedRole } from '../aws/sts/client.ts'
import type { ListedRole } from './list-roles.ts'

export interface WantedRole {
  /** The role's ARN, as it came. */
  readonly role: string
  /** Undefined: an hour, or the role's maximum where that is shorter. */
  readonly durationSeconds: number | undefined
  /** The same as a person chose it (`1h`, `until 18:00`), to be offered the next time; undefined where nobody chose. */
  readonly chosen?: string | undefined
}

export interface TakenRole extends AssumedRole {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly session: SessionMapping
  /** AWS said that the role does not allow as long as this, which was asked for. */
  readonly shortenedFromSeconds?: number
}
