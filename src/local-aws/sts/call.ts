import type { Markup } from '../../xml/write.ts'
import type { Parameters } from '../query/parameters.ts'
import type { WebRequest } from '../reply.ts'
import type { Sessions } from '../sessions.ts'
import type { Iam } from '../state.ts'
import type { IssuerKeys } from './issuer-keys.ts'

/** What the actions work on. */
export interface Sts {
  readonly iam: Iam
  readonly sessions: Sessions
  readonly issuerKeys: IssuerKeys
}

/** One call of one action. */
export interface Call {
  readonly parameters: Parameters
  readonly request: WebRequest
  readonly requestId: string
  readonly region: string
  readonly now: Date
}

export interface Answer {
  /** The members of the action's result. */
  readonly members: readonly (Markup | undefined)[]
  /** For the log: who got what. */
  readonly summary: string
}

export type Action = (sts: Sts, call: Call) => Answer | Promise<Answer>
