import { issuerHostPath } from '../../core/arn.ts'
import { webIdentityContext } from '../../iam/condition-keys.ts'
import { namedProviders } from '../../iam/principals.ts'
import { element } from '../../xml/write.ts'
import { invalidToken, texts } from '../aws-errors.ts'
import { aboutRole, askedForRole, askedForSession, assumedRoleElements } from '../cloud-trail/assumed-role.ts'
import { webIdentityUser } from '../cloud-trail/identity.ts'
import { checkArn, checkShapes, required } from '../query/shapes.ts'
import { requireActiveRegion } from '../regions.ts'
import type { Iam } from '../state.ts'
import type { Action } from './call.ts'
import { inputs } from './inputs.ts'
import { findRole, openSession, requestedDuration } from './session.ts'
import { sessionPoliciesOf } from './session-policies.ts'
import { requireTrust } from './trust.ts'
import {
  checkAudience,
  checkTimes,
  decodeToken,
  subjectOf,
  tokenSourceIdentity,
  tokenTags,
  verifyTokenSignature,
} from './web-identity-token.ts'

const ACTION = 'sts:AssumeRoleWithWebIdentity'

/** In the order of aws-sts-semantics A.1. */
export const assumeRoleWithWebIdentity: Action = async ({ iam, sessions, issuerKeys }, call) => {
  const { parameters, now } = call
  checkShapes(inputs.AssumeRoleWithWebIdentity, parameters)
  call.note(askedForRole(parameters))
  checkArn(required(parameters, 'RoleArn'))
  if (parameters.has('ProviderId')) throw invalidToken(texts.notAnAccessToken, 'access tokens are not supported')
  const token = decodeToken(required(parameters, 'WebIdentityToken'))
  const role = findRole(iam, parameters, ACTION)
  call.note(aboutRole(role))
  requireActiveRegion(call.region, role.account, iam.stsRegions(role.account))
  const seconds = requestedDuration(parameters, role)
  const provider = findProvider(iam, role.account, token.issuer)
  const audience = checkAudience(token, provider.clientIds)
  await verifyTokenSignature(token, issuerKeys, now)
  checkTimes(token, now)
  const subject = subjectOf(token)
  call.note({ userIdentity: webIdentityUser(provider.principal, audience, subject) })
  const session = {
    role,
    provider: provider.principal,
    sessionName: required(parameters, 'RoleSessionName'),
    sourceIdentity: tokenSourceIdentity(token),
    tags: tokenTags(token),
  }
  call.note({ requestParameters: askedForSession(session) })
  const identity = webIdentityContext({ issuer: token.issuer, subject, audience, claims: token.claims })
  requireTrust({ ...session, action: ACTION, identity }, call)
  const policies = sessionPoliciesOf(parameters)
  const { session: opened, members } = openSession(sessions, { ...session, identity, policies, seconds }, now)
  return {
    members: [
      ...members,
      element('SubjectFromWebIdentityToken', {}, subject),
      element('Audience', {}, audience),
      element('Provider', {}, provider.principal),
    ],
    summary: opened.arn,
    responseElements: {
      provider: provider.principal,
      subjectFromWebIdentityToken: subject,
      audience,
      ...assumedRoleElements(opened),
    },
  }
}

interface Provider {
  /** As the trust policy names it. */
  readonly principal: string
  readonly clientIds: readonly string[] | undefined
}

/** Registered in the account of the role, or one that IAM knows by name. */
const findProvider = (iam: Iam, account: string, issuer: string): Provider => {
  const registered = iam.oidcProvider(account, issuer)
  if (registered) return { principal: registered.arn, clientIds: registered.clientIds }
  const host = issuerHostPath(issuer)
  if (issuer.startsWith('https://') && namedProviders.has(host)) return { principal: host, clientIds: undefined }
  throw invalidToken(texts.noOidcProvider(/^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`))
}
