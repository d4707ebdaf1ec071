/** The caller in CloudTrail's format (aws-facts F.3). */
import type { Caller, Session } from '../sessions.ts'
import type { JsonObject, UserIdentity } from './facts.ts'

/** The signer of a call, with long-term keys or those of a session. */
export function callerIdentity(caller: Caller | Session): UserIdentity {
  const { kind, arn, account, userId, accessKeyId } = caller
  const common = { principalId: userId, arn, accountId: account, accessKeyId }
  switch (kind) {
    case 'root':
      return { type: 'Root', ...common, ...sessionContext(caller) }
    case 'user':
      return { type: 'IAMUser', ...common, userName: arn.slice(arn.lastIndexOf('/') + 1), ...sessionContext(caller) }
    case 'role-session':
      return { type: 'AssumedRole', ...common, ...sessionContext(caller) }
    case 'federated-user':
      return { type: 'FederatedUser', ...common, ...sessionContext(caller) }
  }
}

/** How the session was created; absent for long-term keys. */
function sessionContext(caller: Caller | Session): JsonObject {
  if (!('issuedAt' in caller)) return {}
  const { issuedAt, mfaAt } = caller
  const attributes = {
    creationDate: issuedAt.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    mfaAuthenticated: String(mfaAt !== undefined),
  }
  if (caller.kind !== 'role-session') return { sessionContext: { attributes } }
  const sessionIssuer = {
    type: 'Role',
    principalId: caller.userId.slice(0, caller.userId.indexOf(':')),
    arn: caller.roleArn,
    accountId: caller.account,
    userName: caller.roleName,
  }
  return { sessionContext: { sessionIssuer, attributes, sourceIdentity: caller.sourceIdentity } }
}

/** `NameQualifier:Subject`. */
export function samlUser(nameQualifier: string, subject: string): UserIdentity {
  return {
    type: 'SAMLUser',
    principalId: `${nameQualifier}:${subject}`,
    userName: subject,
    identityProvider: nameQualifier,
  }
}

/** `provider:audience:subject`; the provider is an ARN, or the host of one that needs no registration. */
export function webIdentityUser(provider: string, audience: string, subject: string): UserIdentity {
  return {
    type: 'WebIdentityUser',
    principalId: `${provider}:${audience}:${subject}`,
    userName: subject,
    identityProvider: provider,
  }
}
