import { requestTagContext } from '../../../iam/condition-keys/condition-keys.ts'
import { element } from '../../../xml/write.ts'
import { requirePermission } from '../../authorize.ts'
import { AwsError, texts } from '../../aws-errors.ts'
import { type CloudTrailFacts, trailInstant } from '../../cloud-trail/facts.ts'
import type { SignedCaller } from '../../permissions.ts'
import type { Parameters } from '../../query/parameters.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion } from '../../regions.ts'
import type { FederatedUserSession } from '../../sessions.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Tags, User } from '../../state.ts'
import type { Action, Answer, Call, Sts } from '../call.ts'
import { passedTags } from '../chain.ts'
import { inputs } from '../inputs.ts'
import { credentialsMarkup, newCredentials, packedSize, tokenSizeMarkup, userSessionSeconds } from '../session.ts'
import { sessionPoliciesOf } from '../session-policies.ts'

/**
 * A session with a name chosen by the caller, and the permissions that both the caller's policies and the passed ones
 * allow.
 */
export const getFederationToken: Action = (sts, call) => {
  const { parameters, now } = call
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.GetFederationToken, parameters)
  const { tags } = passedTags(parameters)
  call.note(askedFor(parameters, tags))
  const user = withLongTermKeys(caller)
  requireActiveRegion(call.region, user.account, sts.iam.stsRegions(user.account))
  const federated = federatedUser(user, required(parameters, 'Name'))
  requireFederation(sts, call, user, federated.arn, tags)
  const policies = sessionPoliciesOf(parameters, sts.iam)
  const packed = packedSize({ tags, policies }) ?? 0
  const session: FederatedUserSession = {
    ...federated,
    ...newCredentials(sts.iam, user.account, userSessionSeconds(parameters, user), call),
    tags,
    sessionPolicies: policies.narrowing,
  }
  sts.sessions.add(session, now)
  return answerOf(session, packed)
}

function askedFor(parameters: Parameters, tags: Tags): CloudTrailFacts {
  const seconds = parameters.get('DurationSeconds')
  return {
    requestParameters: {
      name: parameters.get('Name'),
      durationSeconds: seconds === undefined ? undefined : Number(seconds),
      policy: parameters.get('Policy'),
      tags: tags.size === 0 ? undefined : [...tags].map(([key, value]) => ({ key, value })),
    },
  }
}

function withLongTermKeys(caller: SignedCaller): User {
  if (caller.temporary === undefined) return caller
  throw new AwsError('AccessDenied', texts.sessionMayNotCall('GetFederationToken'), caller.arn)
}

function federatedUser({ partition, account, arn }: User, name: string) {
  return {
    kind: 'federated-user' as const,
    partition,
    account,
    arn: `arn:${partition}:sts::${account}:federated-user/${name}`,
    userId: `${account}:${name}`,
    principalArn: arn,
    sessionName: name,
    mfaAt: undefined,
  }
}

function requireFederation(sts: Sts, call: Call, user: User, resource: string, tags: Tags): void {
  const keys = requestTagContext(tags)
  requirePermission(sts, call, user, { action: 'sts:GetFederationToken', resource, keys })
  if (tags.size > 0) requirePermission(sts, call, user, { action: 'sts:TagSession', resource, keys })
}

/** PackedPolicySize is present even if nothing was packed. */
function answerOf(session: FederatedUserSession, packed: number): Answer {
  return {
    members: [
      credentialsMarkup(session),
      element('FederatedUser', {}, [element('FederatedUserId', {}, session.userId), element('Arn', {}, session.arn)]),
      element('PackedPolicySize', {}, String(packed)),
      ...tokenSizeMarkup(session),
    ],
    summary: session.arn,
    responseElements: {
      credentials: { accessKeyId: session.accessKeyId, expiration: trailInstant(session.temporary.expiration) },
      federatedUser: { federatedUserId: session.userId, arn: session.arn },
      packedPolicySize: packed,
    },
  }
}
