import { roleAuthorizedByIdp, webIdentityContext } from '../../../iam/condition-keys/condition-keys.ts'
import { element } from '../../../xml/write.ts'
import { aboutRole, askedForRole, askedForSession, assumedRoleElements } from '../../cloud-trail/assumed-role.ts'
import { webIdentityUser } from '../../cloud-trail/identity.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion, servesPartition } from '../../regions.ts'
import type { Action } from '../call.ts'
import { inputs } from '../inputs.ts'
import { findRole, openSession, requestedDuration, roleArnOf } from '../session.ts'
import { sessionPoliciesOf } from '../session-policies.ts'
import { requireTrust } from '../trust.ts'
import { readToken, requireAuthorizedRole } from '../web-identity/web-identity.ts'

const ACTION = 'sts:AssumeRoleWithWebIdentity'

/** In the order of aws-facts A.1. */
export const assumeRoleWithWebIdentity: Action = async (aws, call) => {
  const { parameters, now } = call
  checkShapes(inputs.AssumeRoleWithWebIdentity, parameters)
  call.note(askedForRole(parameters))
  const { partition } = roleArnOf(parameters)
  const token = readToken(parameters)
  if (!servesPartition(call.endpoint, partition)) throw token.unknownHere(ACTION)
  const role = findRole(aws.iam, parameters, ACTION)
  call.note(aboutRole(role))
  requireActiveRegion(call.region, role.account, aws.iam.stsRegions(role.account))
  const seconds = requestedDuration(parameters, role)
  const user = await token.verify(aws, role.account, now)
  const { provider, audience, subject } = user
  call.note({ userIdentity: webIdentityUser(provider, audience, subject) })
  const { sourceIdentity, tags } = user.session()
  const sessionName = required(parameters, 'RoleSessionName')
  call.note({ requestParameters: askedForSession({ sessionName, sourceIdentity, tags }) })
  requireAuthorizedRole(user, role)
  const identity = [...webIdentityContext(user), roleAuthorizedByIdp(user.claims, role.arn)]
  requireTrust({ role, action: ACTION, provider, sessionName, sourceIdentity, tags, identity }, call)
  const policies = sessionPoliciesOf(parameters, aws.iam)
  const { session, members } = openSession(
    aws,
    { role, provider, sessionName, sourceIdentity, tags, identity, policies, seconds },
    call,
  )
  return {
    members: [
      ...members,
      element('SubjectFromWebIdentityToken', {}, subject),
      element('Audience', {}, audience),
      element('Provider', {}, provider),
    ],
    summary: session.arn,
    responseElements: assumedRoleElements(session, { provider, subjectFromWebIdentityToken: subject, audience }),
  }
}
