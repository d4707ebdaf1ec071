// biome-ignore-all lint/suspicious/noTemplateCurlyInString: AWS writes what differs between issuers so
/**
 * The issuers for which AWS makes condition keys of more claims than of other issuers' tokens, as the Service
 * Authorization Reference of STS has them since 2026 (aws-facts C.2). All of them hold one value and are there only
 * while the role is being assumed.
 */
import { isObject } from '../../core/json.ts'
import { type UnverifiedAssumption, unverifiedAssumptions } from '../unverified-assumptions.ts'

type Claims = Readonly<Record<string, unknown>>

export interface IssuerClaim {
  /** The name of the key after the issuer and a colon. */
  readonly name: string
  readonly source: string
  /** The claim's value in a token; undefined if the token has none. */
  readonly valueIn: (claims: Claims) => string | undefined
  /** The part that is not confirmed outside AWS. */
  readonly unconfirmed?: UnverifiedAssumption
}

interface IssuerGroup {
  /** Host and path as AWS writes them: `${…}` is what differs between the issuers of customers. */
  readonly issuers: readonly string[]
  readonly claims: readonly IssuerClaim[]
}

const github = claims(
  'actor',
  'actor_id',
  'enterprise_id',
  'environment',
  'job_workflow_ref',
  'ref',
  'repository',
  'repository_id',
  'repository_owner_id',
  'workflow',
)
const gitlab = claims(
  'namespace_id',
  'pipeline_source',
  'project_id',
  'ref_protected',
  'runner_environment',
  'user_access_level',
  'user_email',
  'user_id',
  'user_login',
)
const buildkite = claims(
  'build_branch',
  'cluster_id',
  'cluster_name',
  'organization_id',
  'organization_slug',
  'pipeline_id',
  'pipeline_slug',
)

/** AWS's page names a claim that Google's tokens do not have; Google's own page has the number within another claim. */
const organizationNumber: IssuerClaim = {
  name: 'google/organization_number',
  source: 'google:organization_number, else organization_number in the claim google',
  valueIn: (all) => scalarOf(all, 'google:organization_number') ?? nested(all.google, 'organization_number'),
  unconfirmed: unverifiedAssumptions.googleOrganization,
}

export const issuerGroups: readonly IssuerGroup[] = [
  {
    issuers: [
      'token.actions.githubusercontent.com',
      'token.actions.githubusercontent.com/${SubPath}',
      'token.actions.${Domain}.ghe.com',
      'github.com/enterprises/${EnterpriseName}',
    ],
    claims: github,
  },
  { issuers: ['gitlab.com'], claims: gitlab },
  {
    issuers: ['agent.buildkite.com', 'agent.${Domain}.buildkite.dev', 'agent.${Domain}.buildkite.site'],
    claims: buildkite,
  },
  { issuers: ['oidc.circleci.com/org/${OrgId}'], claims: claims('oidc.circleci.com/project-id') },
  { issuers: ['idcs-${OciUniqueIdentifier}.identity.oraclecloud.com'], claims: claims('rpst_id') },
  { issuers: ['accounts.google.com'], claims: [organizationNumber] },
]

const patterns = issuerGroups.flatMap(({ issuers, claims: ofGroup }) =>
  issuers.map((issuer) => ({ issuer, claims: ofGroup, matches: patternOf(issuer) })),
)

/** The claims of an issuer, given by its host and path in any case, and how AWS writes it; undefined: no more than others. */
export function issuerClaimsOf(
  hostPath: string,
): { readonly issuer: string; readonly claims: readonly IssuerClaim[] } | undefined {
  return patterns.find(({ matches }) => matches.test(hostPath))
}

/** A path may have several segments, a label of a host may not. */
function patternOf(issuer: string): RegExp {
  const source = issuer
    .split(/(\$\{\w+\})/)
    .map((part) => (part.startsWith('${') ? placeholder(part) : part.replaceAll('.', '\\.')))
    .join('')
  return new RegExp(`^${source}$`, 'i')
}

function placeholder(name: string): string {
  return name === '${SubPath}' ? '[^:]+' : '[^:/.]+'
}

function claims(...names: readonly string[]): readonly IssuerClaim[] {
  return names.map((name) => ({ name, source: name, valueIn: (all) => scalarOf(all, name) }))
}

/** Numbers and booleans as JSON writes them; no key is made of lists and objects. */
function scalarOf(all: Claims, name: string): string | undefined {
  const value = Object.hasOwn(all, name) ? all[name] : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

function nested(outer: unknown, name: string): string | undefined {
  return isObject(outer) ? scalarOf(outer, name) : undefined
}
