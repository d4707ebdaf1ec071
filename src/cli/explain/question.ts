/** From a configuration, a provider and a file with claims to the call that AWS would get, and its answer. */
import { readFile } from 'node:fs/promises'
import type { EntitledRole } from '../../access/entitlement.ts'
import { type AssumeAction, actionOf, type PresentedEvidence } from '../../access/preflight/facts.ts'
import type { Preflight } from '../../access/preflight.ts'
import type { LeftOutOfSession, SessionMapping } from '../../access/session.ts'
import { decodedPolicy } from '../../config/policies.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import { type IgnoredClaim, ignoredClaims } from '../../evidence/ignored-claims.ts'
import { readsAttribute } from '../../gateway/published/requested-attributes.ts'
import { IamError, MalformedPolicyError } from '../../iam/errors.ts'
import { type Policy, parseTrustPolicy } from '../../iam/policy.ts'
import { configuredCatalog } from '../catalog/configured.ts'
import { ExplainError } from '../errors.ts'
import type { ExplainOptions } from '../options.ts'
import { trustPolicies } from '../trust-policy/known-policies.ts'
import { claimsIn } from './claims-file.ts'
import { judge } from './judgement.ts'
import { evidenceFromClaims } from './sign-in-from-claims.ts'

export interface Explained {
  readonly role: RoleArn
  readonly provider: ProviderConfig
  readonly subject: string
  readonly action: AssumeAction
  readonly evidence: PresentedEvidence
  readonly session: SessionMapping
  /** What the configuration requires and this session lacks. */
  readonly leftOut: readonly LeftOutOfSession[]
  /** Whether the gateway's own rules, which come before AWS, grant the role. undefined: they do not. */
  readonly granted: EntitledRole | undefined
  readonly preflight: Preflight
  readonly ignored: readonly IgnoredClaim[]
  readonly trustPolicy: Policy | undefined
}

/** Throws ExplainError, or IamError for a trust policy that IAM would not accept. `warn`: of the configuration's policies. */
export async function explained(
  config: Config,
  options: ExplainOptions,
  now: Date,
  warn: (line: string) => void = () => {},
): Promise<Explained> {
  const provider = providerNamed(config, options.provider)
  const role = roleNamed(options.role)
  const isRead = (name: string): boolean => provider.protocol !== 'saml' || readsAttribute(config, provider, name)
  const claims = claimsIn(await claimsFile(options.claims), options.claims, isRead)
  const original = await evidenceFromClaims(claims, provider, config)
  const catalog = await configuredCatalog(config)
  const trustPolicy =
    options.trustPolicy === undefined
      ? (await trustPolicies(config, warn, () => catalog))(role)
      : await policyIn(options.trustPolicy)
  const asked = { provider, role, original, catalog, trustPolicy, now }
  const { identity, toPresent, evidence, session, granted, preflight } = judge(config, asked)
  return {
    role,
    provider,
    subject: identity.subject,
    action: actionOf(evidence),
    evidence,
    session,
    leftOut: session.leftOut,
    granted,
    ignored: ignoredClaims(toPresent, evidence),
    trustPolicy,
    preflight,
  }
}

function providerNamed({ providers }: Config, id: string): ProviderConfig {
  const provider = providers.find((each) => each.id === id)
  if (provider) return provider
  throw new ExplainError('explain.provider_unknown', {
    sentence: `The configuration has no provider ${id}.`,
    hint: `Name one with --provider: ${providers.map((each) => each.id).join(', ')}.`,
  })
}

function roleNamed(arn: string): RoleArn {
  const role = parseRoleArn(arn)
  if (!role) throw new ExplainError('explain.role_invalid', { sentence: `${arn} is not the ARN of a role.` })
  return role
}

function claimsFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ExplainError('explain.claims_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
  })
}

async function policyIn(file: string): Promise<Policy> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ExplainError('explain.policy_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
  })
  try {
    return parseTrustPolicy(decodedPolicy(text))
  } catch (cause) {
    throw cause instanceof MalformedPolicyError ? namingPlaces(cause, file) : cause
  }
}

function namingPlaces(cause: MalformedPolicyError, file: string): IamError {
  const places = cause.problems.map(({ path, expected, found }) => `${path}: expected ${expected}, found ${found}`)
  const sentence = [`The trust policy in ${file} is not one that IAM would accept.`, ...places].join('\n  ')
  return new IamError('iam.policy_malformed', { sentence, cause })
}
