import { parseRoleArn } from '../../../core/arn.ts'
import { parsePolicy } from '../../../iam/policy.ts'
import { element } from '../../../xml/write.ts'
import { requirePermission } from '../../authorize.ts'
import { AwsError, texts } from '../../aws-errors.ts'
import { trailInstant } from '../../cloud-trail/facts.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion } from '../../regions.ts'
import type { Session } from '../../sessions.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { TradeInTokenState } from '../../state.ts'
import type { Action, Call, Sts } from '../call.ts'
import { inputs } from '../inputs.ts'
import { credentialsMarkup, newCredentials, newRoleSession } from '../session.ts'

/**
 * Credentials of the principal that approved a delegation, for the token that the approval sent to a partner. AWS
 * publishes the shapes of this action and its errors, and of the rest only that partners call it: that it is signed and
 * needs a permission, what the session is, and the answer to an unknown token are not confirmed (A.5).
 */
export const getDelegatedAccessToken: Action = (sts, call) => {
  const { parameters, now } = call
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.GetDelegatedAccessToken, parameters)
  requirePermission(sts, call, caller, { action: 'sts:GetDelegatedAccessToken', resource: '*' })
  const delegation = sts.iam.tradeInToken(required(parameters, 'TradeInToken'))
  if (!delegation) throw new AwsError('AccessDenied', texts.tradeInTokenUnknown)
  if (delegation.expiresAt !== undefined && Date.parse(delegation.expiresAt) <= now.getTime())
    throw new AwsError('ExpiredTradeInTokenException', texts.tradeInTokenExpired)
  const session = delegatedSession(sts, call, delegation)
  requireActiveRegion(call.region, session.account, sts.iam.stsRegions(session.account))
  sts.sessions.add(session, now)
  const { accessKeyId, temporary } = session
  return {
    members: [credentialsMarkup(session), element('AssumedPrincipal', {}, delegation.principal)],
    summary: `${delegation.principal} for ${caller.arn}`,
    responseElements: {
      credentials: { accessKeyId, expiration: trailInstant(temporary.expiration) },
      assumedPrincipal: delegation.principal,
    },
  }
}

/** Throws AccessDenied if the principal does not exist any more. */
function delegatedSession(sts: Sts, call: Call, delegation: TradeInTokenState): Session {
  const { principal, durationSeconds = 3600 } = delegation
  const sessionPolicies = delegation.policy === undefined ? undefined : [parsePolicy(delegation.policy, 'session')]
  const role = parseRoleArn(principal) && sts.iam.role(principal)
  if (role) {
    const of = { role, sessionName: 'delegated-access', seconds: durationSeconds, sessionPolicies }
    return newRoleSession(sts.iam, of, call)
  }
  const user = sts.iam.userByArn(principal)
  if (!user) throw new AwsError('AccessDenied', texts.tradeInTokenUnknown, `there is no ${principal}`)
  const { partition, account, arn, userId } = user
  const credentials = newCredentials(sts.iam, account, durationSeconds, call)
  return {
    kind: 'user',
    ...credentials,
    partition,
    account,
    arn,
    userId,
    principalArn: arn,
    mfaAt: undefined,
    tags: new Map(),
    delegated: { sessionPolicies },
  }
}
