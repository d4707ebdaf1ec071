/** The user's sign-in, as the pages of roles show it. */
import { type Gateway, providerOf } from '../../gateway/gateway.ts'
import type { Login } from '../../gateway/login/logins.ts'
import { usesOriginalEvidence } from '../../gateway/login/reauthentication.ts'
import { sessionFor } from '../../gateway/roles/session-mapping.ts'
import { attributeRows } from '../pages.ts'
import { toInstant } from '../time-zone.ts'
import type { RoleEvidence, SentToAws } from './model.ts'

/** How the user will appear in AWS, whichever role they use. */
export function sentToAws(gateway: Gateway, login: Login): SentToAws {
  const { identity, evidence, renewal } = login.signIn
  const { exchange } = providerOf(gateway, identity.provider).settings
  const { roleSessionName, sourceIdentity, tags } = sessionFor(gateway, login.signIn)
  const isOriginal = usesOriginalEvidence(gateway, login)
  const since = isOriginal ? evidence.issuedAt : identity.authenticatedAt
  return {
    exchange: { via: exchange.via, evidence: exchange.evidence },
    sessionName: roleSessionName,
    sourceIdentity,
    tags: [...tags].map(([key, value]) => `${key}=${value}`),
    since: toInstant(since),
    minutesSince: Math.max(0, Math.floor((gateway.now().getTime() - since.getTime()) / 60_000)),
    // Evidence that is renewed without the user never expires for them.
    until: isOriginal && !renewal ? toInstant(evidence.expiresAt) : undefined,
  }
}

/** What to tell the administrator if the user has no roles. */
export function evidenceOf(gateway: Gateway, { signIn }: Login): RoleEvidence {
  return {
    providerId: signIn.identity.provider,
    providerLabel: providerOf(gateway, signIn.identity.provider).settings.label,
    subject: signIn.identity.subject,
    attributes: attributeRows(signIn.identity),
    warnings: sessionFor(gateway, signIn).warnings,
  }
}
