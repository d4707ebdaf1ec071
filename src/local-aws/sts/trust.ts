/** Whether this provider's user may assume this role: the trust policy must allow all three actions (E.2, D.3). */
import { isAwsSamlRecipient } from '../../aws/facts/partitions.ts'
import { resourceContext, sessionContext, unsignedCallContext } from '../../iam/condition-keys/condition-keys.ts'
import { type ContextValue, requestContext } from '../../iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../iam/evaluate.ts'
import { notAuthorized } from '../aws-errors.ts'
import { denialReason } from '../permissions.ts'
import type { Role } from '../state.ts'
import type { Call } from './call.ts'
import type { SessionTags } from './session-tags.ts'

export type AssumeAction = 'sts:AssumeRoleWithSAML' | 'sts:AssumeRoleWithWebIdentity'

export interface TrustQuestion {
  readonly role: Role
  readonly action: AssumeAction
  /** The provider's ARN, or the name of one that needs no registration. */
  readonly provider: string
  readonly sessionName: string
  readonly sourceIdentity: string | undefined
  readonly tags: SessionTags
  /** The keys that the identity provider's statement fills. */
  readonly identity: readonly ContextValue[]
}

/** Throws AccessDenied with AWS's single message; the reason goes to the log. */
export function requireTrust(question: TrustQuestion, call: Call): void {
  const { role, action, provider, tags, sourceIdentity } = question
  const context = contextOf(question, call)
  const ask = (asked: string): Decision =>
    evaluate(role.trustPolicy, { principal: { federated: provider }, action: asked, context })
  const decision = mustAllow(action, action, ask(action))
  requireKnownRecipient(question, decision)
  if (tags.tags.size > 0) mustAllow('sts:TagSession', action, ask('sts:TagSession'))
  if (sourceIdentity !== undefined) mustAllow('sts:SetSourceIdentity', action, ask('sts:SetSourceIdentity'))
}

function contextOf(
  { role, sessionName, sourceIdentity, tags, identity }: TrustQuestion,
  { request, now, region }: Call,
) {
  return requestContext([
    ...identity,
    ...sessionContext({
      roleSessionName: sessionName,
      sourceIdentity,
      tags: tags.tags,
      transitiveTagKeys: tags.transitiveKeys,
    }),
    ...resourceContext(role.tags),
    ...unsignedCallContext({
      now,
      region,
      sourceIp: request.remoteAddress,
      secureTransport: false,
      userAgent: request.headers['user-agent'],
    }),
  ])
}

function mustAllow(asked: string, action: AssumeAction, decision: Decision): Decision {
  if (decision.effect === 'allow') return decision
  throw notAuthorized(action, `${decision.effect} of ${asked}: ${denialReason(decision)}`)
}

/** The endpoints of the role's own AWS are allowed; any other Recipient only if the policy itself names it. */
function requireKnownRecipient({ action, identity, role }: TrustQuestion, { statement }: Decision): void {
  if (action !== 'sts:AssumeRoleWithSAML') return
  const recipient = identity.find(({ key }) => key === 'saml:aud')?.values[0] ?? ''
  const named = statement?.conditions.some(({ name, restricts }) => restricts && name === 'saml:aud')
  if (!named && !isAwsSamlRecipient(recipient, role.partition))
    throw notAuthorized(action, `the Recipient ${recipient} is not AWS's and the trust policy does not name it`)
}
