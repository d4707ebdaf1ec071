import { nameQualifier, samlContext, subjectType } from '../../iam/condition-keys.ts'
import { element } from '../../xml/write.ts'
import { expiredToken, invalidToken, notAuthorized, texts } from '../aws-errors.ts'
import { checkArn, checkShapes, required } from '../query/shapes.ts'
import type { Iam, SamlProvider } from '../state.ts'
import type { Action, Call } from './call.ts'
import { inputs } from './inputs.ts'
import { hasRolePair, sessionDurationOf, sessionNameOf, sourceIdentityOf, tagsOf } from './saml-attributes.ts'
import { type AwsAssertion, parseSamlResponse, verifySamlResponse } from './saml-response.ts'
import { checkSessionPolicies, findRole, openSession, requestedDuration } from './session.ts'
import { requireTrust } from './trust.ts'

const ACTION = 'sts:AssumeRoleWithSAML'

/** In the order of aws-sts-semantics A.1. */
export const assumeRoleWithSaml: Action = ({ iam, sessions }, call) => {
  const { parameters, requestId, now } = call
  checkShapes(inputs.AssumeRoleWithSAML, parameters)
  checkArn(required(parameters, 'RoleArn'))
  checkArn(required(parameters, 'PrincipalArn'))
  const message = parseSamlResponse(required(parameters, 'SAMLAssertion'), requestId)
  const role = findRole(iam, parameters, ACTION)
  const requested = requestedDuration(parameters, role)
  const provider = findProvider(iam, call, role.account)
  const assertion = verifySamlResponse(message, provider.metadata, now, requestId)
  const { attributes } = assertion
  if (!hasRolePair(attributes, role.arn, provider.arn))
    throw notAuthorized(ACTION, 'the Role attribute does not hold this role with this provider')
  const session = {
    role,
    provider: provider.arn,
    sessionName: sessionNameOf(attributes),
    sourceIdentity: sourceIdentityOf(attributes),
    tags: tagsOf(attributes),
  }
  const identity = samlContext({ ...assertion, providerArn: provider.arn })
  requireTrust({ ...session, action: ACTION, identity }, call)
  checkSessionPolicies(parameters)
  const seconds = shortest(requested, assertion, now)
  const { session: opened, members } = openSession(sessions, { ...session, seconds }, now)
  return { members: [...members, ...assertionMembers(assertion, provider.arn)], summary: opened.arn }
}

/** Registered, and in the account of the role. */
const findProvider = (iam: Iam, { parameters, requestId }: Call, account: string): SamlProvider => {
  const provider = iam.samlProvider(required(parameters, 'PrincipalArn'))
  if (!provider?.arn.includes(`:${account}:`)) throw invalidToken(texts.providerUnknown(requestId))
  return provider
}

/** The assertion can only shorten a session: by its SessionDuration, and by the end of the provider's own session. */
const shortest = (requested: number, { attributes, sessionNotOnOrAfter }: AwsAssertion, now: Date): number => {
  const left = sessionNotOnOrAfter && Math.floor((sessionNotOnOrAfter.getTime() - now.getTime()) / 1000)
  if (left !== undefined && left <= 0) throw expiredToken(texts.redeemWithin5Minutes, 'SessionNotOnOrAfter has passed')
  return Math.min(requested, sessionDurationOf(attributes) ?? requested, left ?? requested)
}

const assertionMembers = ({ issuer, nameId, recipient }: AwsAssertion, providerArn: string) => [
  element('Subject', {}, nameId.value),
  element('SubjectType', {}, subjectType(nameId.format)),
  element('Issuer', {}, issuer),
  element('Audience', {}, recipient),
  element('NameQualifier', {}, nameQualifier(issuer, providerArn)),
]
