import type { RoleArn } from '../../core/arn.ts'
import type { NameId } from '../../core/identity.ts'
import type { Check, CheckResult } from '../../core/verdict.ts'
import type { SessionFacts } from '../../iam/condition-keys/condition-keys.ts'
import type { ContextValue } from '../../iam/condition-keys/context.ts'
import type { Policy } from '../../iam/policy.ts'
import type { RolePair } from '../role-attribute.ts'

/** The two calls that need no AWS credentials. */
export type AssumeAction = 'sts:AssumeRoleWithSAML' | 'sts:AssumeRoleWithWebIdentity'

/** Between these AWS takes what it is shown. */
export interface ValidityPeriod {
  readonly issuedAt: Date
  readonly expiresAt: Date
}

interface ShownEvidence {
  /** Who vouches, as a trust policy names it: the ARN of its registration, or one that IAM knows by name. */
  readonly principal: string
  /** The condition keys that its words fill, computed once for all roles. */
  readonly identity: readonly ContextValue[]
  /** In characters, as STS gets it. undefined: not known before it is made. */
  readonly length?: number
  /** undefined: it is made at the moment of the exchange. */
  readonly life?: ValidityPeriod
  /** Whose age does not count: read from a file, for which every AWS is too late. */
  readonly isKept?: true
}

/** What a response in a file says that nobody has judged. */
export interface UnverifiedResponse {
  /** Assertion/Issuer. */
  readonly issuer: string
  /** Response/Issuer, where there is one. */
  readonly responseIssuer: string | undefined
  /** entityID of the metadata; undefined: it could not be read. */
  readonly registeredIssuer?: string | undefined
  /** The top-level StatusCode; undefined: there is no Response around the assertion. */
  readonly status: string | undefined
  /** Each restriction has to be met by itself. Core 2.5.1.4 */
  readonly audienceRestrictions: readonly (readonly string[])[]
}

/** A response, the provider's own or the gateway's. */
export interface PresentedAssertion extends ShownEvidence {
  readonly kind: 'saml'
  readonly recipient: string | undefined
  /** undefined: nobody knows. */
  readonly audiences: readonly string[] | undefined
  readonly nameId: NameId | undefined
  /** The Role attribute's pairs; undefined: it is made for the one role. */
  readonly rolePairs: readonly RolePair[] | undefined
  /** SubjectConfirmations of every method. */
  readonly confirmationCount: number | undefined
  /** `false`: none of them is a bearer's with Recipient and NotOnOrAfter. */
  readonly isConfirmed?: boolean
  /** Values of the SessionDuration attribute; left out where it is made for the one role. */
  readonly durations?: readonly string[]
  /** Not encrypted, or for a key that IAM holds. */
  readonly isReadable: boolean
  /** Names of its attributes that would be AWS's but for upper and lower case. */
  readonly misnamed?: readonly string[]
  readonly unverified?: UnverifiedResponse
}

/** An ID token, the provider's own or the gateway's. */
export interface PresentedToken extends ShownEvidence {
  readonly kind: 'web-identity'
  readonly issuer: string
  readonly subject: string | undefined
  /** `azp` where the token has one, else its `aud`: what AWS compares with the client ids of its provider (C.4). */
  readonly audiences: readonly string[]
  /** Its `aud`, whatever `azp` says. */
  readonly statedAudiences: readonly string[]
  /** The client id that IAM's provider is to have. */
  readonly clientId: string
  /** Its `iat`, `exp` and `nbf` as they stand, those that it has. undefined: it is made at the moment of the exchange. */
  readonly times?: ReadonlyMap<string, unknown>
  /** JWS `alg`. undefined: the gateway's own choice, which AWS takes, or not known. */
  readonly algorithm?: string
  /** `false`: its header has no `kid`. */
  readonly isKeyNamed?: boolean
}

/** What AWS is shown in proof of who the person is. */
export type PresentedEvidence = PresentedAssertion | PresentedToken

/** The session to be, with the estimate of what its tags weigh. */
export interface PresentedSession extends SessionFacts {
  /** Of what AWS allows, in percent. */
  readonly packedSizePercent: number
  /** How many values the provider sent for a tag, where it was not one. */
  readonly tagValueCounts?: ReadonlyMap<string, number>
  /** Why it is without the source identity that the operator wants: then there is no session. */
  readonly whyNoSourceIdentity?: string
}

/** The call as far as it is known before it is made: not the address it will come from. */
export interface PredictedCall {
  readonly now: Date
  readonly region: string
  readonly secureTransport: boolean
}

/** What is the same for all roles of an account. */
export interface PreflightInput {
  readonly shown: PresentedEvidence
  readonly session: PresentedSession
  readonly call: PredictedCall
}

/** One role of them. */
export interface RoleToCheck {
  readonly role: RoleArn
  readonly durationSeconds: number
  /** The role's own maximum, as far as the configuration knows it. */
  readonly maxSessionSeconds: number
  /** undefined: nobody told us. */
  readonly trustPolicy: Policy | undefined
}

/** Everything that AWS will look at, and what of it is known. */
export interface PreflightFacts extends PreflightInput, RoleToCheck {}

/** A check of one role; undefined: it does not apply. */
export type RoleCheck = Check<PreflightFacts, undefined, CheckResult | undefined>

/** A check of what is the same for all roles of an account. */
export type CommonCheck = Check<PreflightInput, undefined, CheckResult | undefined>

export function actionOf({ kind }: PresentedEvidence): AssumeAction {
  return kind === 'saml' ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRoleWithWebIdentity'
}
