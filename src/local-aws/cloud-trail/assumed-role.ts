/** What every way of taking a role tells the trail. */
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

/** Before anything is looked up: what was asked for, as far as it is no secret. */
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

/** Whose trail it goes into. */
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

/** What the identity provider's statement asked for beside the role. */
export function askedForSession({ sessionName, sourceIdentity, tags }: SessionAsked): JsonObject {
  return {
    roleSessionName: sessionName,
    sourceIdentity,
    principalTags: tags.tags.size > 0 ? Object.fromEntries(tags.tags) : undefined,
    transitiveTagKeys: tags.transitiveKeys.length > 0 ? tags.transitiveKeys : undefined,
  }
}

/** Of the credentials the id and the end: never what signs, nor the token that must come along. */
export function assumedRoleElements(session: RoleSession): JsonObject {
  return {
    credentials: { accessKeyId: session.accessKeyId, expiration: trailInstant(session.temporary.expiration) },
    assumedRoleUser: { assumedRoleId: session.userId, arn: session.arn },
    sourceIdentity: session.sourceIdentity,
  }
}
