/** Limits that STS and IAM publish. Lengths are in characters, durations in seconds, both ends included. */
export interface Range {
  readonly min: number
  readonly max: number
}

export { roleSessionName, sessionTag, sourceIdentity } from '../../core/aws-attributes.ts'

/** Of AssumeRole, AssumeRoleWithSAML and AssumeRoleWithWebIdentity; the role's own maximum may be lower. */
export const roleDuration = { min: 900, max: 43_200, default: 3600 } as const
/** Of GetFederationToken and GetSessionToken. */
export const userSessionDuration = { min: 900, max: 129_600, default: 43_200 } as const
/** What IAM lets a role's MaxSessionDuration be. */
export const maxSessionDuration = { min: 3600, max: 43_200, default: 3600 } as const
/** `SessionDuration` of getSigninToken and of the SAML attribute. */
export const consoleDuration: Range = { min: 900, max: 43_200 }

export const samlAssertion: Range = { min: 4, max: 100_000 }
export const webIdentityToken: Range = { min: 4, max: 20_000 }
/** Of a token's `sub`, by the field of the answer that tells it. */
export const webIdentitySubject: Range = { min: 6, max: 255 }
export const sessionPolicy: Range = { min: 1, max: 2048 }
export const arn: Range = { min: 20, max: 2048 }
export const policyArnCount = 10

/** From its IssueInstant, an assertion can be redeemed at STS for this long. */
export const samlRedemptionSeconds = 300
/** From its making, a sign-in token can be used for this long. */
export const signInTokenSeconds = 900
