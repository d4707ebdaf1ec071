import type { Markup } from '../../xml/write.ts'
import type { CloudTrailFacts, JsonObject } from '../cloud-trail/facts.ts'
import type { HttpRequest } from '../http.ts'
import type { OutboundIssuers } from '../outbound/issuers.ts'
import type { Parameters } from '../query/parameters.ts'
import type { Endpoint } from '../regions.ts'
import type { Sessions } from '../sessions.ts'
import type { IamStore } from '../state.ts'
import type { AuthorizationMessages } from './authorization-message.ts'
import type { IdentityContexts } from './identity-contexts.ts'
import type { AccessTokens } from './web-identity/access-tokens.ts'
import type { IssuerKeys } from './web-identity/issuer-keys.ts'

/** What the actions work with. */
export interface Sts {
  readonly iam: IamStore
  readonly sessions: Sessions
  readonly issuerKeys: IssuerKeys
  readonly accessTokens: AccessTokens
  readonly messages: AuthorizationMessages
  readonly outbound: OutboundIssuers
  /** What users' contexts in ProvidedContexts are signed and opened with. */
  readonly contexts: IdentityContexts
  /** Whether a denied call gets such a message. AWS's own STS and IAM send none. */
  readonly encodesRefusals: boolean
}

/** One call of one action. */
export interface Call {
  readonly parameters: Parameters
  readonly request: HttpRequest
  readonly requestId: string
  readonly region: string
  readonly endpoint: Endpoint
  readonly now: Date
  /** Notes what is known so far: if the call fails later, that is recorded. */
  note(facts: CloudTrailFacts): void
}

export interface Answer {
  /** The members of the action's result; undefined: it has none. */
  readonly members: readonly (Markup | undefined)[] | undefined
  /** For the log: who received what. */
  readonly summary: string
  /** For the trail, in CloudTrail's spelling; no secret key, no session token. */
  readonly responseElements?: JsonObject
}

export type Action = (sts: Sts, call: Call) => Answer | Promise<Answer>
