/** Will AWS let this login take that role, and if not, why: asked of the facts at hand, before AWS is. */

import type { PresentedEvidence, PresentedSession, RoleToCheck } from '../../access/preflight/facts.ts'
import { type Preflight, preflightIn } from '../../access/preflight.ts'
import type { SessionMapping } from '../../access/session.ts'
import { roleDuration } from '../../aws/facts/limits.ts'
import type { AwsTarget } from '../../config/types.ts'
import type { SignIn } from '../../core/identity.ts'
import { originalEvidenceOf } from '../../evidence/original-evidence.ts'
import { type EvidenceToPresent, presentEvidence } from '../../evidence/presented-evidence.ts'
import { samlIssuerEntityId } from '../../issuer/saml-assertion.ts'
import { type Gateway, providerOf } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import type { ListedRole } from './list-roles.ts'
import { sessionFor } from './session-mapping.ts'

export type PreflightOf = (role: ListedRole, durationSeconds?: number) => Preflight

/** What AWS will be shown of this sign-in. Throws GatewayError `provider.unknown`. */
export function evidenceToPresent(gateway: Gateway, signIn: SignIn): EvidenceToPresent {
  const { identity } = signIn
  const provider = providerOf(gateway, identity.provider)
  const { webIdentityIssuer: own } = gateway
  return {
    settings: provider.settings,
    clientId: provider.protocol === 'oidc' ? provider.settings.clientId : undefined,
    identity,
    words: originalEvidenceOf(provider, signIn),
    issuers: {
      samlEntityId: samlIssuerEntityId(gateway.settings.baseUrl),
      webIdentity: own && { url: own.url, audience: own.audience },
    },
  }
}

/** Where the gateway vouches there is no session without the source identity that the operator wants. */
export function requireSourceIdentity<Session extends SessionMapping>(session: Session): Session & PresentedSession {
  const missing = session.leftOut.find(({ what }) => what === 'sourceIdentity')
  return missing ? { ...session, whyNoSourceIdentity: missing.reason } : session
}

/** Whether STS will be spoken to over TLS, as `aws:SecureTransport` says. */
export function isSecure(target: AwsTarget): boolean {
  return target.kind === 'aws' || (target.kind === 'url' && target.url.startsWith('https:'))
}

/** For many roles of one login: what is the same for all of them is worked out once. */
export function preflightRoles(gateway: Gateway, { signIn }: Login): PreflightOf {
  const shown = presentEvidence(evidenceToPresent(gateway, signIn))
  const session = presentedSession(gateway, signIn)
  const call = { now: gateway.now(), secureTransport: isSecure(gateway.settings.sts.target) }
  const judges = new Map<PresentedEvidence, (role: RoleToCheck) => Preflight>()
  const judgeFor = (evidence: PresentedEvidence, region: string) => {
    const judge = judges.get(evidence) ?? preflightIn({ shown: evidence, session, call: { ...call, region } })
    judges.set(evidence, judge)
    return judge
  }
  return (listed, seconds) => {
    const { role, maxSessionSeconds, region } = listed
    // An account has one region, and one view of what it is shown.
    const judge = judgeFor(shown(listed), region)
    const durationSeconds = seconds ?? Math.min(roleDuration.default, maxSessionSeconds)
    return judge({ role, durationSeconds, maxSessionSeconds, trustPolicy: gateway.trustPolicyOf?.(role) })
  }
}

/** The session that AWS would be asked for. Throws GatewayError `provider.unknown`. */
export function presentedSession(gateway: Gateway, signIn: SignIn): SessionMapping & PresentedSession {
  const session = sessionFor(gateway, signIn)
  const { exchange } = providerOf(gateway, signIn.identity.provider).settings
  return exchange.evidence === 'reissued' ? requireSourceIdentity(session) : session
}

/** The duration is an hour unless another one is asked for. Throws GatewayError `provider.unknown`. */
export function preflightRole(gateway: Gateway, login: Login, role: ListedRole, durationSeconds?: number): Preflight {
  return preflightRoles(gateway, login)(role, durationSeconds)
}
