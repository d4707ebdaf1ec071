/** Trust policies that admit exactly one provider's people, as values for JSON.stringify. */
import { issuerHostPath } from '../core/arn.ts'

export interface TrustStatement {
  readonly Effect: 'Allow'
  readonly Principal: { readonly Federated: string }
  readonly Action: string | readonly string[]
  readonly Condition: { readonly StringEquals: Readonly<Record<string, string | readonly string[]>> }
}

export interface TrustPolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly TrustStatement[]
}

/** What the session will carry, and the policy therefore has to permit (D.3). */
export interface SessionPermissions {
  readonly sessionTags?: boolean
  readonly sourceIdentity?: boolean
}

const actions = (assume: string, { sessionTags = false, sourceIdentity = false }: SessionPermissions) =>
  sessionTags || sourceIdentity
    ? [assume, ...(sessionTags ? ['sts:TagSession'] : []), ...(sourceIdentity ? ['sts:SetSourceIdentity'] : [])]
    : assume

export interface SamlTrust extends SessionPermissions {
  readonly providerArn: string
  /** The assertion's Recipient, or several: `SAML:aud`. */
  readonly recipient: string | readonly string[]
}

/** Admits the people of one SAML provider, by responses to this recipient only. */
export const samlTrustStatement = (trust: SamlTrust): TrustStatement => ({
  Effect: 'Allow',
  Principal: { Federated: trust.providerArn },
  Action: actions('sts:AssumeRoleWithSAML', trust),
  Condition: { StringEquals: { 'SAML:aud': trust.recipient } },
})

export interface WebIdentityTrust extends SessionPermissions {
  readonly providerArn: string
  /** The issuer's URL; its host and path are the prefix of the keys. */
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly subject?: string | readonly string[]
}

/** Admits the people of one OpenID provider, by tokens for this audience (and of this subject) only. */
export const webIdentityTrustStatement = (trust: WebIdentityTrust): TrustStatement => {
  const prefix = issuerHostPath(trust.issuer)
  return {
    Effect: 'Allow',
    Principal: { Federated: trust.providerArn },
    Action: actions('sts:AssumeRoleWithWebIdentity', trust),
    Condition: {
      StringEquals: {
        [`${prefix}:aud`]: trust.audience,
        ...(trust.subject === undefined ? {} : { [`${prefix}:sub`]: trust.subject }),
      },
    },
  }
}

/** The document around the statements. */
export const trustPolicy = (statements: readonly TrustStatement[]): TrustPolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
})
