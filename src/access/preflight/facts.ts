import type { AwsTarget } from '../../config/types.ts'
import type { RoleArn } from '../../core/arn.ts'
import type { NameId } from '../../core/identity.ts'
import type { Check, CheckResult } from '../../core/verdict.ts'
import type { SessionFacts } from '../../iam/condition-keys/condition-keys.ts'
import type { ContextValue } from '../../iam/condition-keys/context.ts'
import type { Policy } from '../../iam/policy.ts'
import type { RolePair } from '../role-attribute.ts'

/** The two calls that need no AWS credentials. */
export type AssumeAction = 'sts:AssumeRoleWithSAML' | 'sts:AssumeRoleWithWebIdentity'

/** AWS accepts evidence from `issuedAt` until `expiresAt`. */
export interface ValidityPeriod {
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** Of evidence that has been issued already. All of it is missing where evidence is issued at the moment of the exchange. */
export interface IssuedEvidence {
  /** In characters, as STS gets it. */
  readonly length?: number
  readonly life?: ValidityPeriod
  /** It was read from a file, for which AWS is always too late: its age does not count. */
  readonly isKept?: true
}

/** Evidence as it is presented to the AWS account of a role. */
interface PresentedToAccount {
  /** The provider that vouches, as a trust policy names it: the ARN of its registration, or a name that IAM knows. */
  readonly principal: string
  /** The condition keys that the evidence fills, computed once for all roles of the account. */
  readonly identity: readonly ContextValue[]
}

/** The parts of a response in a file that were not verified. */
export interface UnverifiedResponse {
  /** Assertion/Issuer. */
  readonly issuer: string
  /** Response/Issuer, where there is one. */
  readonly responseIssuer: string | undefined
  /** entityID of the metadata; undefined: it could not be read. */
  readonly registeredIssuer?: string | undefined
  /** The top-level StatusCode; undefined: there is no Response around the assertion. */
  readonly status: string | undefined
  /** Each restriction must be met separately. Core 2.5.1.4 */
  readonly audienceRestrictions: readonly (readonly string[])[]
}

/** What is known about an assertion, the same for every account. */
export interface AssertionFacts extends IssuedEvidence {
  readonly kind: 'saml'
  readonly recipient: string | undefined
  /** undefined: not known. */
  readonly audiences: readonly string[] | undefined
  readonly nameId: NameId | undefined
  /** The Role attribute's pairs; undefined: it is made for the one role. */
  readonly rolePairs: readonly RolePair[] | undefined
  /** The number of SubjectConfirmations, of every method. */
  readonly confirmationCount: number | undefined
  /**
   * `false`: none is a bearer confirmation with Recipient and NotOnOrAfter. Absent if a sign-in has already checked
   * this.
   */
  readonly isConfirmed?: boolean
  /** For a response in a file: what a sign-in would have verified. */
  readonly unverified?: UnverifiedResponse
}

/** An assertion, the provider's own or the gateway's. */
export interface PresentedAssertion extends AssertionFacts, PresentedToAccount {
  /** Values of the SessionDuration attribute; absent if it is created for the one role. */
  readonly durations?: readonly string[]
  /** Not encrypted, or for a key that IAM holds. */
  readonly isReadable: boolean
  /** Names of its attributes that differ from AWS's only in case. */
  readonly misnamed?: readonly string[]
}

/** What is known about an ID token, the same for every account. */
export interface TokenFacts extends IssuedEvidence {
  readonly kind: 'web-identity'
  /** JWS `alg`. undefined: the gateway's own choice, which AWS accepts, or not known. */
  readonly algorithm?: string
  /** `false`: its header has no `kid`. */
  readonly isKeyNamed?: boolean
  /** STS's ProviderId: it is an access token of that provider, and no JWT. */
  readonly providerId?: 'www.amazon.com' | 'graph.facebook.com'
}

/** An ID token, the provider's own or the gateway's. */
export interface PresentedToken extends TokenFacts, PresentedToAccount {
  readonly issuer: string
  readonly subject: string | undefined
  /** `azp` if the token has one, else its `aud`: what AWS compares with the client IDs of its provider (C.4). */
  readonly audiences: readonly string[]
  /** Its `aud`, even if it has an `azp`. */
  readonly statedAudiences: readonly string[]
  /** The ARNs of the roles that the token may be used for; absent if it does not limit them. */
  readonly authorizedRoles?: readonly string[] | undefined
  /** The client ID that the provider in IAM must have. */
  readonly clientId: string
  /** Its `iat`, `exp` and `nbf`, unchanged, if present. undefined: it is created at the time of the exchange. */
  readonly times?: ReadonlyMap<string, unknown>
}

/** What AWS will be sent as proof of who the user is. */
export type PresentedEvidence = PresentedAssertion | PresentedToken

/** The session that AWS will be asked for. */
export interface PresentedSession extends SessionFacts {
  /** An estimate of AWS's PackedPolicySize of the tags, in percent: it refuses more than 100. */
  readonly packedSizePercent: number
  /** How many values the provider sent for a tag, if not exactly one. */
  readonly tagValueCounts?: ReadonlyMap<string, number>
  /** Why the source identity that the configuration requires is missing: the role is then not assumed. */
  readonly whyNoSourceIdentity?: string
}

/** The call as far as it is known in advance: everything but its source address. */
export interface PredictedCall {
  readonly now: Date
  readonly region: string
  readonly secureTransport: boolean
}

/** What is the same for all roles of an account. */
export interface PreflightInput {
  readonly evidence: PresentedEvidence
  readonly session: PresentedSession
  readonly call: PredictedCall
}

/** One of those roles. */
export interface RoleToCheck {
  readonly role: RoleArn
  readonly durationSeconds: number
  /** The role's own maximum, if the configuration states it. */
  readonly maxSessionSeconds: number
  /** undefined: not known. */
  readonly trustPolicy: Policy | undefined
}

/** Everything that AWS will check, as far as it is known. */
export interface PreflightFacts extends PreflightInput, RoleToCheck {}

/** A check of one role; undefined: it does not apply. */
export type RoleCheck = Check<PreflightFacts, undefined, CheckResult | undefined>

/** A check of facts that are the same for all roles of an account. */
export type CommonCheck = Check<PreflightInput, undefined, CheckResult | undefined>

/** Whether STS is called over TLS: `aws:SecureTransport`. */
export function isSecureTransport(target: AwsTarget): boolean {
  return target.kind === 'aws' || (target.kind === 'url' && target.url.startsWith('https:'))
}

export function actionOf({ kind }: PresentedEvidence): AssumeAction {
  return kind === 'saml' ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRoleWithWebIdentity'
}
