/** What every way of assuming a role records. */
import type { Parameters } from '../query/parameters.ts'
import type { RoleSession } from '../sessions.ts'
import { type CloudTrailFacts, type JsonObject, type TrailResource, trailInstant } from './facts.ts'

interface InAccount {
  readonly arn: string
  readonly account: string
}

interface SessionAsked {
  readonly sessionName: string
  readonly sourceIdentity: string | undefined
  readonly tags: { readonly tags: ReadonlyMap<string, string>; readonly transitiveKeys: readonly string[] }
}

/** Recorded before anything is looked up: the request, without its secrets. */
export function askedForRole(parameters: Parameters): CloudTrailFacts {
  const seconds = parameters.get('DurationSeconds')
  return {
    requestParameters: {
      roleArn: parameters.get('RoleArn'),
      principalArn: parameters.get('PrincipalArn'),
      roleSessionName: parameters.get('RoleSessionName'),
      durationSeconds: seconds === undefined ? undefined : Number(seconds),
    },
  }
}

/** The account that gets the event. */
export function aboutRole({ arn, account }: InAccount, ...more: readonly TrailResource[]): CloudTrailFacts {
  return {
    recipientAccountId: account,
    resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: arn }, ...more],
  }
}

export function samlProviderResource({ arn, account }: InAccount): TrailResource {
  return {
    accountId: account,
    type: 'AWS::IAM::SAMLProvider',
    ARN: arn,
  }
}

/** What the identity provider's statement requests besides the role. */
export function askedForSession({ sessionName, sourceIdentity, tags }: SessionAsked): JsonObject {
  return {
    roleSessionName: sessionName,
    sourceIdentity,
    principalTags: tags.tags.size > 0 ? Object.fromEntries(tags.tags) : undefined,
    transitiveTagKeys: tags.transitiveKeys.length > 0 ? tags.transitiveKeys : undefined,
  }
}

/**
 * Only the ID and the expiry of credentials: never the secret key or the session token. `evidence`: what the response
 * says of an assertion or a token.
 */
export function assumedRoleElements(session: RoleSession, evidence: JsonObject = {}): JsonObject {
  return {
    ...evidence,
    credentials: { accessKeyId: session.accessKeyId, expiration: trailInstant(session.temporary.expiration) },
    assumedRoleUser: { assumedRoleId: session.userId, arn: session.arn },
    sourceIdentity: session.sourceIdentity,
  }
}
