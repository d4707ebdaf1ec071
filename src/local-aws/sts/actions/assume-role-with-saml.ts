import { parseArn } from '../../../core/arn.ts'
import { nameQualifier, samlContext, subjectType } from '../../../iam/condition-keys/condition-keys.ts'
import { element } from '../../../xml/write.ts'
import { expiredToken, invalidToken, notAuthorized, texts, validationError } from '../../aws-errors.ts'
import {
  aboutRole,
  askedForRole,
  askedForSession,
  assumedRoleElements,
  samlProviderResource,
} from '../../cloud-trail/assumed-role.ts'
import type { JsonObject } from '../../cloud-trail/facts.ts'
import { samlUser } from '../../cloud-trail/identity.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { requireActiveRegion, servesPartition } from '../../regions.ts'
import type { IamStore, SamlProvider } from '../../state.ts'
import type { Action, Call } from '../call.ts'
import { inputs } from '../inputs.ts'
import { hasRolePair, sessionDurationOf, sessionNameOf, sourceIdentityOf, tagsOf } from '../saml-attributes.ts'
import { type AwsAssertion, parseSamlResponse, verifySamlResponse } from '../saml-response.ts'
import { findRole, openSession, requestedDuration, roleArnOf } from '../session.ts'
import { sessionPoliciesOf } from '../session-policies.ts'
import { requireTrust } from '../trust.ts'

const ACTION = 'sts:AssumeRoleWithSAML'

/** In the order of aws-facts A.1. */
export const assumeRoleWithSaml: Action = (sts, call) => {
  const { iam } = sts
  const { parameters, requestId, now } = call
  checkShapes(inputs.AssumeRoleWithSAML, parameters)
  call.note(askedForRole(parameters))
  checkPrincipalArn(required(parameters, 'PrincipalArn'))
  const { partition } = roleArnOf(parameters)
  const message = parseSamlResponse(required(parameters, 'SAMLAssertion'), requestId)
  if (!servesPartition(call.endpoint, partition))
    throw invalidToken(texts.providerUnknown(requestId), `the endpoint knows nothing of ${partition}`)
  const role = findRole(iam, parameters, ACTION)
  call.note(aboutRole(role))
  requireActiveRegion(call.region, role.account, iam.stsRegions(role.account))
  const requested = requestedDuration(parameters, role)
  const provider = findProvider(iam, call, role.account)
  call.note(aboutRole(role, samlProviderResource(provider)))
  const assertion = verifySamlResponse(message, provider, now, requestId)
  const { attributes } = assertion
  const qualifier = nameQualifier(assertion.issuer, provider.arn)
  call.note({
    userIdentity: samlUser(qualifier, assertion.nameId.value),
    requestParameters: { sAMLAssertionID: assertion.id },
  })
  if (!hasRolePair(attributes, role.arn, provider.arn))
    throw notAuthorized(ACTION, 'the Role attribute does not hold this role with this provider')
  const sessionName = sessionNameOf(attributes)
  const sourceIdentity = sourceIdentityOf(attributes)
  const tags = tagsOf(attributes)
  call.note({ requestParameters: askedForSession({ sessionName, sourceIdentity, tags }) })
  const { issuer, recipient, nameId } = assertion
  const identity = samlContext({ issuer, recipient, nameId, attributes, providerArn: provider.arn })
  requireTrust({ role, action: ACTION, provider: provider.arn, sessionName, sourceIdentity, tags, identity }, call)
  const policies = sessionPoliciesOf(parameters, iam)
  const seconds = shortest(requested, assertion, now)
  const { session, members } = openSession(
    sts,
    { role, provider: provider.arn, sessionName, sourceIdentity, tags, identity, policies, seconds },
    call,
  )
  return {
    members: [...members, ...assertionMembers(assertion, qualifier)],
    summary: session.arn,
    responseElements: assumedRoleElements(session, assertionElements(assertion, qualifier)),
  }
}

/** Before the RoleArn: if the two were swapped, AWS names this one. */
function checkPrincipalArn(text: string): void {
  const arn = parseArn(text)
  if (arn?.service !== 'iam' || !arn.resource.startsWith('saml-provider/'))
    throw validationError(texts.principalArnInvalid)
}

/** Registered, and in the account of the role. */
function findProvider(iam: IamStore, { parameters, requestId }: Call, account: string): SamlProvider {
  const provider = iam.samlProvider(required(parameters, 'PrincipalArn'))
  if (!provider?.arn.includes(`:${account}:`)) throw invalidToken(texts.providerUnknown(requestId))
  return provider
}

/** The assertion can only shorten a session: by its SessionDuration, and by the end of the provider's own session. */
function shortest(requested: number, { attributes, sessionNotOnOrAfter }: AwsAssertion, now: Date): number {
  const left = sessionNotOnOrAfter && Math.floor((sessionNotOnOrAfter.getTime() - now.getTime()) / 1000)
  if (left !== undefined && left <= 0) throw expiredToken(texts.responseExpired, 'SessionNotOnOrAfter has passed')
  return Math.min(requested, sessionDurationOf(attributes) ?? requested, left ?? requested)
}

function assertionMembers({ issuer, nameId, recipient }: AwsAssertion, qualifier: string) {
  return [
    element('Subject', {}, nameId.value),
    element('SubjectType', {}, subjectType(nameId.format)),
    element('Issuer', {}, issuer),
    element('Audience', {}, recipient),
    element('NameQualifier', {}, qualifier),
  ]
}

function assertionElements({ issuer, nameId, recipient }: AwsAssertion, nameQualifier: string): JsonObject {
  return {
    subject: nameId.value,
    subjectType: subjectType(nameId.format),
    issuer,
    audience: recipient,
    nameQualifier,
  }
}
