/** Limits that STS and IAM publish. Lengths are in characters, durations in seconds, both ends included. */
export interface Range {
  readonly min: number
  readonly max: number
}

export { roleSessionName, sessionTag, sourceIdentity } from '../../core/aws-attributes.ts'

/** Of AssumeRole, AssumeRoleWithSAML and AssumeRoleWithWebIdentity; the role's own maximum may be lower. */
export const roleDuration = { min: 900, max: 43_200, default: 3600 } as const
/** For GetFederationToken and GetSessionToken. */
export const userSessionDuration = { min: 900, max: 129_600, default: 43_200 } as const
/** Of AssumeRoot. */
export const rootDuration = { min: 0, max: 900, default: 900 } as const
/** Of GetWebIdentityToken; the payload in octets is not published. */
export const outboundToken = {
  duration: { min: 60, max: 3600, default: 300 },
  audience: { min: 1, max: 1000 },
  audiences: { min: 1, max: 10 },
  payload: 16_384,
} as const
/** MinimumSessionTokenSize, in octets. That it is also the largest token is not confirmed. */
export const sessionTokenSize: Range = { min: 0, max: 4096 }
/** IAM's limits for a role's MaxSessionDuration. */
export const maxSessionDuration = { min: 3600, max: 43_200, default: 3600 } as const
/** `SessionDuration` of getSigninToken and of the SAML attribute. */
export const consoleDuration: Range = { min: 900, max: 43_200 }

export const samlAssertion: Range = { min: 4, max: 100_000 }
export const webIdentityToken: Range = { min: 4, max: 20_000 }
/** The limit of a token's `sub`: the length of the response field that repeats it. */
export const webIdentitySubject: Range = { min: 6, max: 255 }
export const sessionPolicy: Range = { min: 1, max: 2048 }
export const arn: Range = { min: 20, max: 2048 }
export const policyArnCount = 10

/** From its IssueInstant, an assertion can be redeemed at STS for this long. */
export const samlRedemptionSeconds = 300
/** How long after it was issued a sign-in token can be used. */
export const signInTokenSeconds = 900
