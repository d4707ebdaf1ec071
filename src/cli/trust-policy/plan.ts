/** The IAM identity provider, roles and trust policies that a configuration needs, with notes on applying them. */

import { roleSettingsOf } from '../../access/role-settings.ts'
import {
  evidenceInUse,
  type IamProvider,
  iamProviderOf,
  isGranted,
  isNamedProvider,
  type KnownRoles,
  principalOf,
  roleTrust,
} from '../../access/role-trust.ts'
import { maxSessionDuration } from '../../aws/facts/limits.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { issuerHostPath, type RoleArn } from '../../core/arn.ts'
import type { IamPlan, PlannedProvider, PlannedRole } from '../../iam/generate/plan.ts'
import { type TrustPolicyDocument, trustPolicy } from '../../iam/generate.ts'
import { lintTrustPolicy } from '../../iam/lint.ts'
import { parseTrustPolicy } from '../../iam/policy.ts'
import { samlIssuerEntityId, samlIssuerMetadata } from '../../issuer/saml-assertion.ts'
import { TrustPolicyError } from '../errors.ts'
import { idpMetadata } from '../idp-metadata.ts'
import { gatewayIdentifiers } from '../load-config.ts'
import { signingCertificates } from '../serving/gateway-keys.ts'
import { accountsOf, openRolesHint, providerOf, type RequestedRoles, rolesFor } from './roles.ts'

/** With the catalogue, where there is one: rules over tags and paths mean its roles. */
export type PlannedConfig = Config & KnownRoles

export interface Planned {
  readonly plan: IamPlan
  /** Sentences for the administrator who applies it. */
  readonly notes: readonly string[]
}

/** IAM's quota in characters without white space, unless it was raised for the account (aws-facts E.6). */
const LONGEST_POLICY = 2048

interface CheckedPolicy {
  readonly policy: TrustPolicyDocument
  readonly notes: readonly string[]
}

/** Throws TrustPolicyError, and the errors of reading keys and metadata. */
export async function planFor(config: PlannedConfig, wanted: RequestedRoles, now: () => Date): Promise<Planned> {
  const provider = providerOf(config, wanted.provider)
  const roles = rolesFor(config, provider, wanted)
  const iamProvider = iamProviderOf(provider, config)
  if (!iamProvider) throw new TrustPolicyError('trust_policy.impossible')
  const policies = roles.map((role) => ({ role, ...checkedPolicy(config, provider, role) }))
  const accounts = wanted.allAccounts
    ? accountsOf(config, roles)
    : accountsOf({ ...config, accounts: new Map() }, roles)
  return {
    plan: {
      provider: await plannedProvider(config, provider, iamProvider, now),
      accounts: accounts.map((account) => ({ id: account.account, providerArn: principalOf(iamProvider, account) })),
      roles: policies.map(({ role, policy }) => ({ role, trustPolicy: policy, ...maxSession(config, role) })),
    },
    notes: [
      ...new Set([
        ...policies.flatMap(({ notes }) => notes),
        ...slashNote(iamProvider),
        ...othersNotes(config, provider, roles),
        ...[openRolesHint(config, provider, wanted)].flatMap((hint) => hint ?? []),
      ]),
    ],
  }
}

/** The role's policy. One that would let others in is never printed: throws TrustPolicyError. */
function checkedPolicy(config: PlannedConfig, provider: ProviderConfig, role: RoleArn): CheckedPolicy {
  const { statements, unseen } = roleTrust(config, gatewayIdentifiers(config), provider, role)
  if (statements.length === 0)
    throw new TrustPolicyError('trust_policy.impossible', {
      sentence: `Users of ${provider.id} cannot assume ${role.arn}: its partition is unknown, or the configuration has no issuer.`,
    })
  const policy = trustPolicy(statements)
  const findings = lintTrustPolicy(parseTrustPolicy(policy), {
    evidence: evidenceInUse(config, gatewayIdentifiers(config), provider, role),
  })
  const error = findings.find(({ severity }) => severity === 'error')
  if (error)
    throw new TrustPolicyError('trust_policy.unsafe', {
      sentence: `The access rules make the trust policy of ${role.arn} too permissive: ${error.sentence}`,
      hint: 'Name the users in a rule (`subject`), or set exchange.evidence to reissued.',
    })
  const { length } = JSON.stringify(policy)
  return {
    policy,
    notes: [
      ...(unseen.length === 0 ? [] : [unseenNote(provider, unseen)]),
      ...findings.filter(({ severity }) => severity === 'warning').map(({ sentence }) => sentence),
      ...(length <= LONGEST_POLICY
        ? []
        : [
            `The trust policy of ${role.arn} has ${length} characters; IAM allows ${LONGEST_POLICY} unless your quota was raised.`,
          ]),
    ],
  }
}

function unseenNote({ id, exchange }: ProviderConfig, unseen: readonly string[]): string {
  const what = `Note: AWS cannot check ${unseen.map((name) => `\`${name}\``).join(', ')} (rules for ${id}); only the gateway enforces ${unseen.length === 1 ? 'it' : 'them'}.`
  return exchange.evidence === 'reissued'
    ? what
    : `${what} A user who sends the provider's own evidence directly to AWS bypasses this.`
}

async function plannedProvider(
  config: PlannedConfig,
  settings: ProviderConfig,
  provider: IamProvider,
  now: () => Date,
): Promise<PlannedProvider> {
  if (provider.kind === 'oidc')
    return isNamedProvider(provider)
      ? { kind: 'named', name: issuerHostPath(provider.url) }
      : { kind: 'oidc', url: provider.url, clientIds: [provider.audience] }
  const isTheirs = settings.protocol === 'saml' && settings.exchange.evidence === 'original'
  const metadata = isTheirs ? await idpMetadata(settings, config, now) : await ourMetadata(config, now)
  return { kind: 'saml', name: provider.name, metadata }
}

async function ourMetadata(config: PlannedConfig, now: () => Date): Promise<string> {
  const [certificate, ...furtherCertificates] = await signingCertificates(config, now())
  if (certificate === undefined) throw new Error('a provider with reissued evidence needs a signing key')
  const entityId = samlIssuerEntityId(config.baseUrl)
  return samlIssuerMetadata({ entityId, signer: { certificate }, furtherCertificates })
}

/** Only above IAM's default, which a role has anyway. */
function maxSession(config: PlannedConfig, role: RoleArn): Pick<PlannedRole, 'maxSessionSeconds'> {
  const { maxSessionSeconds } = roleSettingsOf(config, role, config.known)
  return maxSessionSeconds > maxSessionDuration.default ? { maxSessionSeconds } : {}
}

/** It is not confirmed how AWS handles the slash (aws-facts C.1). */
function slashNote(provider: IamProvider): readonly string[] {
  return provider.kind === 'oidc' && provider.url.endsWith('/')
    ? [
        `${provider.url} ends in a slash. AWS documentation omits it from the provider's ARN and from the condition keys, and so do these policies; other policies in use keep it. If AWS denies the role, use ${issuerHostPath(provider.url)}/:aud instead, and the ARN that IAM shows.`,
      ]
    : []
}

/** A role has only one trust policy: it must keep the statements for other providers. One note for roles with the same. */
function othersNotes(config: PlannedConfig, provider: ProviderConfig, roles: readonly RoleArn[]): readonly string[] {
  const byOthers = new Map<string, RoleArn[]>()
  for (const role of roles) {
    const ids = config.providers.filter((one) => one !== provider && isGranted(one, config, role)).map(({ id }) => id)
    const others = ids.join(', ')
    if (others !== '') byOthers.set(others, [...(byOthers.get(others) ?? []), role])
  }
  return [...byOthers].map(([others, [first, ...further]]) =>
    further.length === 0
      ? `Users of ${others} also assume ${first?.arn}: keep their statements in its policy.`
      : `Users of ${others} also assume ${further.length + 1} of these roles, such as ${first?.arn}: keep their statements in the policies.`,
  )
}
