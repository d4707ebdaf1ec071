/** The provider, the roles and their trust policies as IAM is to have them; and what whoever applies them has to know. */

import { roleSettingsOf } from '../../access/role-settings.ts'
import {
  evidenceInUse,
  type IamProvider,
  iamProviderOf,
  isGranted,
  isNamedProvider,
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
import { signingCertificates } from '../gateway-server.ts'
import { idpMetadata } from '../idp-metadata.ts'
import { gatewayIdentifiers } from '../load-config.ts'
import { accountsOf, openRolesHint, providerOf, type RequestedRoles, rolesFor } from './roles.ts'

export interface Planned {
  readonly plan: IamPlan
  /** Sentences for whoever applies it. */
  readonly notes: readonly string[]
}

/** What IAM takes, white space aside, unless the account's quota was raised (aws-facts E.6). */
const LONGEST_POLICY = 2048

interface CheckedPolicy {
  readonly policy: TrustPolicyDocument
  readonly notes: readonly string[]
}

/** Throws TrustPolicyError, and whatever keeps keys or metadata from being read. */
export async function planFor(config: Config, wanted: RequestedRoles, now: () => Date): Promise<Planned> {
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
        ...roles.flatMap((role) => othersNote(config, provider, role)),
        ...[openRolesHint(config, provider, wanted)].flatMap((hint) => hint ?? []),
      ]),
    ],
  }
}

/** A policy that lets others in is not printed. Throws TrustPolicyError. */
function checkedPolicy(config: Config, provider: ProviderConfig, role: RoleArn): CheckedPolicy {
  const { statements, unseen } = roleTrust(config, gatewayIdentifiers(config), provider, role)
  if (statements.length === 0)
    throw new TrustPolicyError('trust_policy.impossible', {
      sentence: `AWS cannot take people of ${provider.id} to ${role.arn}: its partition is not known, or the configuration has no issuer.`,
    })
  const policy = trustPolicy(statements)
  const findings = lintTrustPolicy(parseTrustPolicy(policy), {
    evidence: evidenceInUse(config, gatewayIdentifiers(config), provider, role),
  })
  const error = findings.find(({ severity }) => severity === 'error')
  if (error)
    throw new TrustPolicyError('trust_policy.unsafe', {
      sentence: `The rules leave the policy of ${role.arn} too wide: ${error.sentence}`,
      hint: 'Name the people in a rule (`subject`), or have the gateway reissue what AWS is shown (exchange.evidence).',
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
            `The policy of ${role.arn} has ${length} characters; IAM takes ${LONGEST_POLICY} unless the quota is raised.`,
          ]),
    ],
  }
}

function unseenNote({ id, exchange }: ProviderConfig, unseen: readonly string[]): string {
  const what = `Rules for ${id} ask for ${unseen.join(', ')}, which AWS does not see: only the gateway asks for that.`
  return exchange.evidence === 'reissued'
    ? what
    : `${what} Evidence that somebody brings to AWS on their own is not held to it.`
}

async function plannedProvider(
  config: Config,
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

async function ourMetadata(config: Config, now: () => Date): Promise<string> {
  const [certificate, ...furtherCertificates] = await signingCertificates(config, now())
  if (certificate === undefined) throw new Error('a provider with reissued evidence needs the signing key')
  const entityId = samlIssuerEntityId(config.baseUrl)
  return samlIssuerMetadata({ entityId, signer: { certificate }, furtherCertificates })
}

/** What IAM takes for a role's maximum. */
function maxSession(config: Config, role: RoleArn): Pick<PlannedRole, 'maxSessionSeconds'> {
  const { maxSessionSeconds } = roleSettingsOf(config, role)
  return maxSessionSeconds > maxSessionDuration.default ? { maxSessionSeconds } : {}
}

/** C.1: nobody has confirmed what AWS does with it. */
function slashNote(provider: IamProvider): readonly string[] {
  return provider.kind === 'oidc' && provider.url.endsWith('/')
    ? [
        `${provider.url} ends in a slash. A page of AWS leaves it out of the provider's ARN and of the keys, and so do these policies; policies in use elsewhere keep it. Where AWS denies the role, ask for ${issuerHostPath(provider.url)}/:aud instead, and name the ARN that IAM shows.`,
      ]
    : []
}

/** A role has one policy: what it says for others has to stay. */
function othersNote(config: Config, provider: ProviderConfig, role: RoleArn): readonly string[] {
  const others = config.providers.filter((one) => one !== provider && isGranted(one, config, role)).map(({ id }) => id)
  return others.length === 0
    ? []
    : [`${role.arn} is for people of ${others.join(', ')} too: keep their statements in its policy.`]
}
