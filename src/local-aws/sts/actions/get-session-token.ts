import { AwsError, texts } from '../../aws-errors.ts'
import { trailInstant } from '../../cloud-trail/facts.ts'
import { checkShapes } from '../../query/shapes.ts'
import { requireActiveRegion } from '../../regions.ts'
import type { UserSession } from '../../sessions.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { IamStore, User } from '../../state.ts'
import type { Action, Call } from '../call.ts'
import { inputs } from '../inputs.ts'
import { mfaShown } from '../mfa-check.ts'
import { credentialsMarkup, newCredentials, tokenSizeMarkup, userSessionSeconds } from '../session.ts'

/** Temporary keys of the caller: needs no permission, and no policy can deny it. */
export const getSessionToken: Action = (sts, call) => {
  const { parameters, now } = call
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.GetSessionToken, parameters)
  const asked = parameters.get('DurationSeconds')
  const serialNumber = parameters.get('SerialNumber')
  call.note({ requestParameters: { durationSeconds: asked === undefined ? undefined : Number(asked), serialNumber } })
  if (caller.temporary !== undefined)
    throw new AwsError('AccessDenied', texts.sessionMayNotCall('GetSessionToken'), caller.arn)
  requireActiveRegion(call.region, caller.account, sts.iam.stsRegions(caller.account))
  const mfaAt = mfaShown(sts.iam, caller, parameters, now)
  const session = newSession(sts.iam, caller, mfaAt, call)
  sts.sessions.add(session, now)
  const { accessKeyId, temporary } = session
  return {
    members: [credentialsMarkup(session), ...tokenSizeMarkup(session)],
    summary: session.arn,
    responseElements: { credentials: { accessKeyId, expiration: trailInstant(temporary.expiration) } },
  }
}

function newSession(iam: IamStore, user: User, mfaAt: Date | undefined, call: Call): UserSession {
  const { kind, partition, account, arn, userId } = user
  const credentials = newCredentials(iam, account, userSessionSeconds(call.parameters, user), call)
  return { kind, ...credentials, partition, account, arn, userId, principalArn: arn, mfaAt, tags: new Map() }
}
