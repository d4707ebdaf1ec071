/**
 * From the configuration to what IAM must know: the identity provider behind which somebody's people come, and the
 * trust policy that admits exactly those whom the rules mean, as far as AWS can see who they are. Pure. Start at
 * roleTrust; which key shows which attribute is in rule-keys.ts.
 */
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { AccessRule, Config, ProviderConfig } from '../config/types.ts'
import { issuerHostPath, oidcProviderArn, parseRoleArn, type RoleArn, samlProviderArn } from '../core/arn.ts'
import { glob } from '../core/patterns/glob.ts'
import {
  type KeyCondition,
  type SessionTagLimits,
  samlTrustStatement,
  type TrustStatement,
  tagStatement,
  webIdentityTrustStatement,
} from '../iam/generate.ts'
import type { EvidenceInUse } from '../iam/lint/facts.ts'
import { namedProviders } from '../iam/principals.ts'
import { type Conditions, conditionsOfRule } from './rule-keys.ts'

export type TrustSettings = Pick<
  Config,
  'providers' | 'access' | 'issuer' | 'sessionTags' | 'transitiveTags' | 'sourceIdentity'
>

/** The gateway's own names. */
export interface GatewayIdentifiers {
  /** The gateway as SAML identity provider towards AWS. */
  readonly entityId: string
  /** Where that provider's responses go: what AWS sees as recipient of an original one. */
  acsUrl(providerId: string): string
}

/** Who vouches towards AWS, and how IAM knows them. */
export type IamProvider =
  | { readonly kind: 'saml'; readonly name: string }
  | { readonly kind: 'oidc'; readonly url: string; readonly audience: string }

type Place = Pick<RoleArn, 'partition' | 'account'>

interface Question {
  readonly settings: TrustSettings
  readonly names: GatewayIdentifiers
  readonly role: RoleArn
}

/** What one provider's users need of a role. */
export interface RoleTrust {
  /** None where AWS cannot take them: its partition is not known, or the gateway is no issuer. */
  readonly statements: readonly TrustStatement[]
  /** What the rules ask for and AWS does not see, as the rules call it: `groups`. The gateway alone asks for that. */
  readonly unseen: readonly string[]
}

/** undefined: tokens are to be reissued, and the configuration has no issuer. */
export function iamProviderOf(provider: ProviderConfig, { issuer }: Pick<Config, 'issuer'>): IamProvider | undefined {
  const { exchange } = provider
  if (exchange.via === 'saml') return { kind: 'saml', name: exchange.provider }
  if (exchange.evidence === 'reissued') return issuer && { kind: 'oidc', url: issuer.url, audience: issuer.audience }
  return provider.protocol === 'oidc' ? { kind: 'oidc', url: provider.issuer, audience: provider.clientId } : undefined
}

/** Whether IAM knows that one by name, so that nobody registers it. */
export function isNamedProvider(provider: IamProvider): boolean {
  return (
    provider.kind === 'oidc' && provider.url.startsWith('https://') && namedProviders.has(issuerHostPath(provider.url))
  )
}

/** How trust policies in that account name the provider. */
export function principalOf(provider: IamProvider, { partition, account }: Place): string {
  if (provider.kind === 'saml') return samlProviderArn(partition, account, provider.name)
  return isNamedProvider(provider) ? issuerHostPath(provider.url) : oidcProviderArn(partition, account, provider.url)
}

/** What the role's trust policy must say for the people of that provider. */
export function roleTrust(
  settings: TrustSettings,
  names: GatewayIdentifiers,
  provider: ProviderConfig,
  role: RoleArn,
): RoleTrust {
  const question = { settings, names, role }
  const rules = rulesFor(provider, question).map((rule) => conditionsOfRule(rule, provider, settings))
  const alternatives = rules.length > 0 ? widest(rules) : [{ seen: [], unseen: [] }]
  const limits = permissionsOf(provider, settings).tags ? tagLimits(settings) : undefined
  const statements = alternatives.flatMap(({ seen }) => {
    const statement = admitting(provider, seen, question)
    if (!statement) return []
    return limits ? [statement, tagStatement(statement, limits)] : [statement]
  })
  return { statements, unseen: [...new Set(rules.flatMap(({ unseen }) => unseen))] }
}

/** The rules by which that provider's users may have the role. */
function rulesFor(provider: ProviderConfig, { settings, role }: Question): readonly AccessRule[] {
  return settings.access.filter(
    (rule) => reaches(rule, provider) && rule.roles.some((template) => mayName(template, role.arn)),
  )
}

function reaches({ when }: AccessRule, { id }: ProviderConfig): boolean {
  return when.provider?.includes(id) ?? true
}

/** `{account}` and its like stand for any text; `*` and `?` are in no ARN of a role. */
function mayName(template: string, arn: string): boolean {
  return template === arn || glob(template.replaceAll(/\{[^{}]+\}/g, '?*')).test(arn)
}

/** Each once, and none that another one covers. */
function widest(all: readonly Conditions[]): readonly Conditions[] {
  return all.filter(({ seen }, n) =>
    all.every((other, m) => m === n || !isWithin(seen, other.seen) || (isWithin(other.seen, seen) && n < m)),
  )
}

function isWithin(narrow: readonly KeyCondition[], wide: readonly KeyCondition[]): boolean {
  const has = new Set(narrow.map((condition) => JSON.stringify(condition)))
  return wide.every((condition) => has.has(JSON.stringify(condition)))
}

/** What the gateway adds to a session. To original evidence it can add nothing. */
function permissionsOf({ exchange }: ProviderConfig, { sessionTags, sourceIdentity }: TrustSettings) {
  const isOurs = exchange.evidence === 'reissued'
  return { tags: isOurs && sessionTags.size > 0, sourceIdentity: isOurs && sourceIdentity !== undefined }
}

function tagLimits({ sessionTags, transitiveTags }: TrustSettings): SessionTagLimits {
  return {
    keys: [...sessionTags.keys()],
    fixed: new Map([...sessionTags].filter(([, template]) => !/\{[^{}]+\}/.test(template))),
    transitive: transitiveTags,
  }
}

/**
 * The statement that admits those people, without what their sessions carry. undefined: AWS would take them nowhere.
 */
function admitting(
  provider: ProviderConfig,
  only: readonly KeyCondition[],
  { settings, names, role }: Question,
): TrustStatement | undefined {
  const iamProvider = iamProviderOf(provider, settings)
  const recipient = recipientOf(provider, names, role)
  if (!iamProvider || recipient === undefined) return undefined
  const { sourceIdentity } = permissionsOf(provider, settings)
  const trust = { providerArn: principalOf(iamProvider, role), sourceIdentity }
  if (iamProvider.kind === 'oidc') {
    const { url, audience } = iamProvider
    const method = providerMethod(provider, url)
    return webIdentityTrustStatement({ ...trust, issuer: url, audience, only: [...method, ...only] })
  }
  const issuer = only.some(({ key }) => key === 'saml:iss') ? undefined : issuerOfResponses(provider, names)
  return samlTrustStatement({ ...trust, recipient, only, ...(issuer === undefined ? {} : { issuer }) })
}

/** `saml:aud` is the Recipient: AWS where the gateway reissues, the gateway where the original is passed on. */
function recipientOf(
  { id, exchange }: ProviderConfig,
  names: GatewayIdentifiers,
  { partition }: Place,
): string | undefined {
  if (exchange.evidence === 'original') return names.acsUrl(id)
  const known = partitionById(partition)
  return known && samlRecipient(known)
}

/** A user who proves who they are to two providers is two subjects: whose word the token repeats is in `amr`. */
function providerMethod(provider: ProviderConfig, url: string): readonly KeyCondition[] {
  return provider.exchange.evidence === 'reissued'
    ? [{ key: `${issuerHostPath(url)}:amr`, values: [`provider:${provider.id}`], isList: true }]
    : []
}

function issuerOfResponses(provider: ProviderConfig, { entityId }: GatewayIdentifiers): string | undefined {
  if (provider.exchange.evidence === 'reissued') return entityId
  return provider.protocol === 'saml' ? provider.entityId : undefined
}

/** What a role's policy has to let in, for lintTrustPolicy. Providers that AWS could not take are left out. */
export function evidenceInUse(
  settings: TrustSettings,
  names: GatewayIdentifiers,
  provider: ProviderConfig,
  role: RoleArn,
): readonly EvidenceInUse[] {
  const iamProvider = iamProviderOf(provider, settings)
  const recipient = recipientOf(provider, names, role)
  if (!iamProvider || recipient === undefined) return []
  return [
    {
      kind: iamProvider.kind === 'saml' ? 'saml' : 'web-identity',
      provider: principalOf(iamProvider, role),
      ...(iamProvider.kind === 'oidc' ? { issuer: iamProvider.url } : {}),
      audience: iamProvider.kind === 'saml' ? recipient : iamProvider.audience,
      ...permissionsOf(provider, settings),
    },
  ]
}

/** Whether a rule gives people of that provider the role. */
export function isGranted(provider: ProviderConfig, { access }: Pick<Config, 'access'>, role: RoleArn): boolean {
  return access.some((rule) => reaches(rule, provider) && rule.roles.some((template) => mayName(template, role.arn)))
}

/** Whether they can have it: by a rule, or by their identity provider's own word. */
export function canReach(provider: ProviderConfig, settings: Pick<Config, 'access'>, role: RoleArn): boolean {
  if (isGranted(provider, settings, role)) return true
  if (provider.protocol !== 'saml') return false
  const isNarrowed = settings.access.some((rule) => reaches(rule, provider))
  return provider.exchange.evidence === 'original' ? !isNarrowed : provider.rolesFromAssertion
}

/** Every role that a rule names outright for that provider, in the order of the rules. */
export function rolesNamedFor(provider: ProviderConfig, { access }: Pick<Config, 'access'>): readonly RoleArn[] {
  const arns = new Set(access.filter((rule) => reaches(rule, provider)).flatMap(({ roles }) => roles))
  return [...arns].flatMap((arn) => parseRoleArn(arn) ?? [])
}
