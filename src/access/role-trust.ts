/**
 * Derives from the configuration what IAM must contain: the identity provider that vouches for a provider's users, and
 * the trust policy that admits exactly the users that the rules mean, as far as AWS can tell. Pure. Start at roleTrust;
 * rule-keys.ts maps attributes to condition keys.
 */
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { Catalog } from '../catalog/catalog.ts'
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
import { COGNITO_ISSUER, identityPoolOf } from './identity-pool.ts'
import { type Conditions, conditionsOfRule } from './rule-keys.ts'
import { selectedRoles, selects } from './selected-roles.ts'

export type TrustSettings = Pick<
  Config,
  'providers' | 'access' | 'issuer' | 'sessionTags' | 'transitiveTags' | 'sourceIdentity'
> &
  KnownRoles

/** The catalogue, where there is one: without it, rules over tags and paths reach no role. */
export interface KnownRoles {
  readonly known?: Catalog | undefined
}

type Rules = Pick<Config, 'access'> & KnownRoles

/** The gateway's own identifiers. */
export interface GatewayIdentifiers {
  /** The gateway as SAML identity provider for AWS. */
  readonly entityId: string
  /** The URL that receives that provider's responses: the recipient that AWS sees in an original response. */
  acsUrl(providerId: string): string
}

/** The party that vouches to AWS, and how IAM identifies it. */
export type IamProvider =
  | { readonly kind: 'saml'; readonly name: string }
  | { readonly kind: 'oidc'; readonly url: string; readonly audience: string }

type Place = Pick<RoleArn, 'partition' | 'account'>

interface Question {
  readonly settings: TrustSettings
  readonly names: GatewayIdentifiers
  readonly role: RoleArn
}

/** What a role must contain for one provider's users. */
export interface RoleTrust {
  /** undefined if AWS cannot accept them: the partition is unknown, or the gateway is not an issuer. */
  readonly statements: readonly TrustStatement[]
  /**
   * Conditions of the rules that AWS cannot see, by the name in the rules: `groups`. Only the gateway enforces them.
   */
  readonly unseen: readonly string[]
}

/** undefined: tokens are to be reissued, but the configuration has no issuer. */
export function iamProviderOf(provider: ProviderConfig, settings: Pick<Config, 'issuer'>): IamProvider | undefined {
  const { exchange } = provider
  if (exchange.via === 'saml') return { kind: 'saml', name: exchange.provider }
  const token = tokenProviderOf(provider, settings)
  const pool = identityPoolOf(provider)
  return token && pool !== undefined ? { kind: 'oidc', url: COGNITO_ISSUER, audience: pool } : token
}

/** Who issues the token that AWS, or the identity pool in front of it, is sent. */
export function tokenProviderOf(
  provider: ProviderConfig,
  { issuer }: Pick<Config, 'issuer'>,
): (IamProvider & { readonly kind: 'oidc' }) | undefined {
  if (provider.exchange.via === 'saml') return undefined
  if (provider.exchange.evidence === 'reissued')
    return issuer && { kind: 'oidc', url: issuer.url, audience: issuer.audience }
  return provider.protocol === 'oidc' ? { kind: 'oidc', url: provider.issuer, audience: provider.clientId } : undefined
}

/** Whether IAM knows the provider by name, so it needs no registration. */
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

/** What the role's trust policy must contain for that provider's users. */
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
  const tagged = rulesFor(provider, question).flatMap(({ selectors = [] }) =>
    selectors.flatMap(({ grantTag }) => grantTag?.attribute ?? []),
  )
  return { statements, unseen: [...new Set([...rules.flatMap(({ unseen }) => unseen), ...tagged])] }
}

/** The rules by which that provider's users may have the role. */
function rulesFor(provider: ProviderConfig, { settings, role }: Question): readonly AccessRule[] {
  return settings.access.filter((rule) => reaches(rule, provider) && isMeant(rule, role, settings))
}

/** Whether the rule can grant that role to some user. */
export function isMeant({ roles, selectors = [] }: AccessRule, { arn }: RoleArn, { known }: KnownRoles): boolean {
  if (roles.some((template) => mayName(template)(arn))) return true
  return known !== undefined && selectors.some((selector) => selects(known, selector, arn))
}

/** Whether the rule is for users of that provider. */
export function reaches({ when }: AccessRule, { id }: ProviderConfig): boolean {
  return when.provider?.includes(id) ?? true
}

/**
 * Whether an ARN of a rule can name that role. `{account}` and other placeholders match any text; `*` and `?` never occur
 * in the ARN of a role.
 */
export function mayName(template: string): (arn: string) => boolean {
  if (!template.includes('{')) return (arn) => arn === template
  const pattern = glob(template.replaceAll(/\{[^{}]+\}/g, '?*'))
  return (arn) => arn === template || pattern.test(arn)
}

/** Each once, without those that another one covers. */
function widest(all: readonly Conditions[]): readonly Conditions[] {
  return all.filter(({ seen }, n) =>
    all.every((other, m) => m === n || !isWithin(seen, other.seen) || (isWithin(other.seen, seen) && n < m)),
  )
}

function isWithin(narrow: readonly KeyCondition[], wide: readonly KeyCondition[]): boolean {
  const has = new Set(narrow.map((condition) => JSON.stringify(condition)))
  return wide.every((condition) => has.has(JSON.stringify(condition)))
}

/** What the gateway adds to a session. It can add nothing to original evidence. */
function permissionsOf(provider: ProviderConfig, { sessionTags, sourceIdentity }: TrustSettings) {
  const isOurs = provider.exchange.evidence === 'reissued' && identityPoolOf(provider) === undefined
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
 * The statement that admits those users, without what their sessions carry. undefined: AWS would admit them to no role.
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

/** `saml:aud` is the Recipient: AWS's if the gateway reissues, the gateway's if the original response is forwarded. */
function recipientOf(
  { id, exchange }: ProviderConfig,
  names: GatewayIdentifiers,
  { partition }: Place,
): string | undefined {
  if (exchange.evidence === 'original') return names.acsUrl(id)
  const known = partitionById(partition)
  return known && samlRecipient(known)
}

/** A user who signs in with two providers has two subjects: `amr` names the provider that the token relies on. */
function providerMethod(provider: ProviderConfig, url: string): readonly KeyCondition[] {
  const amr = { key: `${issuerHostPath(url)}:amr`, isList: true }
  // Without it, guests of the identity pool would be admitted too.
  if (identityPoolOf(provider) !== undefined) return [{ ...amr, values: ['authenticated'] }]
  return provider.exchange.evidence === 'reissued' ? [{ ...amr, values: [`provider:${provider.id}`] }] : []
}

function issuerOfResponses(provider: ProviderConfig, { entityId }: GatewayIdentifiers): string | undefined {
  if (provider.exchange.evidence === 'reissued') return entityId
  return provider.protocol === 'saml' ? provider.entityId : undefined
}

/** What a role's policy must admit, for lintTrustPolicy. Providers that AWS could not accept are left out. */
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

/** Whether a rule grants the role to users of that provider. */
export function isGranted(provider: ProviderConfig, settings: Rules, role: RoleArn): boolean {
  return settings.access.some((rule) => reaches(rule, provider) && isMeant(rule, role, settings))
}

/** Whether they can get it: by a rule, or by their identity provider's own Role attribute. */
export function canReach(provider: ProviderConfig, settings: Rules, role: RoleArn): boolean {
  if (isGranted(provider, settings, role)) return true
  if (provider.protocol !== 'saml') return false
  const isNarrowed = settings.access.some((rule) => reaches(rule, provider))
  return provider.exchange.evidence === 'original' ? !isNarrowed : provider.rolesFromAssertion
}

/** Every role that a rule for that provider names in full or selects from the catalogue, in the order of the rules. */
export function rolesNamedFor(provider: ProviderConfig, { access, known }: Rules): readonly RoleArn[] {
  const named = access
    .filter((rule) => reaches(rule, provider))
    .flatMap(({ roles, selectors = [] }) => [
      ...roles.flatMap((arn) => parseRoleArn(arn) ?? []),
      ...(known ? selectors.flatMap((selector) => selectedRoles(known, selector)) : []),
    ])
  return [...new Map(named.toReversed().map((role) => [role.arn, role])).values()].toReversed()
}
