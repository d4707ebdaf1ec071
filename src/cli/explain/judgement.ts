/** One sign-in and one role: what the gateway's rules say, what AWS would get, and what it would answer. Pure. */
import { type EntitledRole, grantedRoles } from '../../access/entitlement.ts'
import { isSecureTransport, type PresentedEvidence } from '../../access/preflight/facts.ts'
import { type Preflight, preflight } from '../../access/preflight.ts'
import { roleSettingsOf } from '../../access/role-settings.ts'
import type { SessionMapping } from '../../access/session.ts'
import { roleDuration } from '../../aws/facts/limits.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import type { RoleArn } from '../../core/arn.ts'
import type { Identity } from '../../core/identity.ts'
import type { OriginalEvidence } from '../../evidence/original-evidence.ts'
import { type EvidenceToPresent, presentEvidence } from '../../evidence/presented-evidence.ts'
import { presentedSession } from '../../evidence/presented-session.ts'
import type { Policy } from '../../iam/policy.ts'
import { samlIssuerEntityId } from '../../issuer/saml-assertion.ts'
import { identityOf } from './sign-in-from-claims.ts'

export interface AskedAbout {
  readonly provider: ProviderConfig
  readonly role: RoleArn
  readonly original: OriginalEvidence
  readonly catalog: Catalog | undefined
  /** undefined: unknown. */
  readonly trustPolicy: Policy | undefined
  readonly now: Date
}

export interface Judgement {
  readonly identity: Identity
  readonly toPresent: EvidenceToPresent
  readonly evidence: PresentedEvidence
  readonly session: SessionMapping
  /** Whether the gateway's own rules, which come before AWS, grant the role. undefined: they do not. */
  readonly granted: EntitledRole | undefined
  readonly preflight: Preflight
}

export function judge(config: Config, { provider, role, original, catalog, trustPolicy, now }: AskedAbout): Judgement {
  const identity = identityOf(original, provider, config)
  const { issuer, baseUrl } = config
  const issuers = { samlEntityId: samlIssuerEntityId(baseUrl), webIdentity: issuer }
  const toPresent: EvidenceToPresent = { provider, identity, original, issuers }
  const pair = original.kind === 'saml' ? original.rolePairs.find((each) => each.role.arn === role.arn) : undefined
  const evidence = presentEvidence(toPresent)({ ...role, ...(pair ? { providerArn: pair.providerArn } : {}) })
  const session = presentedSession(config, toPresent)
  const { maxSessionSeconds, region } = roleSettingsOf(config, role, catalog)
  return {
    identity,
    toPresent,
    evidence,
    session,
    granted: grantedRoles(provider, identity, config.access, catalog).find((each) => each.role.arn === role.arn),
    preflight: preflight({
      role,
      evidence,
      session,
      durationSeconds: Math.min(roleDuration.default, maxSessionSeconds),
      maxSessionSeconds,
      call: { now, region, secureTransport: isSecureTransport(config.sts.target) },
      trustPolicy,
    }),
  }
}
