import type { AssumedRole } from '../aws/sts/client.ts'
import type { ListedRole } from './list-roles.ts'

export interface WantedRole {
  /** The role's ARN, as it came. */
  readonly role: string
  /** Undefined: an hour, or the role's maximum where that is shorter. */
  readonly durationSeconds: number | undefined
}

export interface TakenRole extends AssumedRole {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly sessionName: string
}
