/**
 * Checks on the trust policies of the catalogue's roles that access rules can reach. There may be tens of thousands of
 * them, and a mistake in a template is in all roles made of it, so findings with the same text are one.
 */
import {
  evidenceInUse,
  type GatewayIdentifiers,
  type KnownRoles,
  mayName,
  reaches,
  rolesNamedFor,
} from '../access/role-trust.ts'
import type { Config, ProviderConfig } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import type { VerdictOfSubject } from '../core/render-verdict.ts'
import { type CheckResult, type CheckResults, type Checks, passed, runChecks } from '../core/verdict.ts'
import { type LintFinding, lintResult } from '../iam/lint/finding.ts'
import { lintTrustPolicy } from '../iam/lint.ts'
import type { Policy } from '../iam/policy.ts'

type Catalog = NonNullable<KnownRoles['known']>

interface Linted {
  /** Of roles that rules can reach. */
  readonly policies: number
  readonly groups: readonly FindingOfRoles[]
}

/** The same finding in the policies of these roles. */
interface FindingOfRoles {
  readonly finding: LintFinding
  readonly roles: readonly string[]
}

/** More than fit on a screen are told by their number. */
const MOST_FINDINGS = 20

export const catalogPolicyChecks = { trustPoliciesAreSound } as const satisfies Checks<Linted>

/** Empty without a catalogue, or if no rule reaches a role of it whose trust policy is known. */
export function checkCatalogPolicies(
  config: Config,
  names: GatewayIdentifiers,
  catalog: Catalog | undefined,
): readonly VerdictOfSubject[] {
  if (!catalog) return []
  const linted = lintCatalog(config, names, catalog)
  return linted.policies === 0
    ? []
    : [{ subject: 'trust policies of the catalogue', verdict: runChecks(catalogPolicyChecks, linted) }]
}

function lintCatalog(config: Config, names: GatewayIdentifiers, catalog: Catalog): Linted {
  const findingsOf = lintingOnce(config, names)
  const groups = new Map<string, { readonly finding: LintFinding; readonly roles: string[] }>()
  let policies = 0
  for (const [role, providers] of reachableRoles(config, catalog)) {
    // What the configuration says about a role takes precedence, and is checked by itself.
    if (config.roles.some(({ trustPolicy, pattern }) => trustPolicy !== undefined && pattern.test(role.arn))) continue
    const policy = catalog.trustPolicyOf(role.arn)
    if (!policy) continue
    policies++
    for (const finding of findingsOf(policy, role, providers)) {
      const key = [finding.code, finding.path, finding.sentence, finding.hint].join('\n')
      const group = groups.get(key) ?? { finding, roles: [] }
      groups.set(key, group)
      group.roles.push(role.arn)
    }
  }
  return { policies, groups: [...groups.values()] }
}

/** The roles of the catalogue that rules can grant, with the providers whose users may have them. */
function reachableRoles(config: Config, catalog: Catalog): ReadonlyMap<RoleArn, readonly ProviderConfig[]> {
  const reached = new Map<RoleArn, ProviderConfig[]>()
  for (const provider of config.providers) {
    const named = rolesNamedFor(provider, { access: config.access, known: catalog })
    const patterns = config.access
      .filter((rule) => reaches(rule, provider))
      .flatMap(({ roles }) => roles.filter((template) => template.includes('{')))
    const arns = new Set(named.map(({ arn }) => arn))
    const isMeant = patterns.map(mayName)
    for (const role of catalog.roles.values()) {
      if (!arns.has(role.arn) && !isMeant.some((test) => test(role.arn))) continue
      const providers = reached.get(role) ?? []
      reached.set(role, providers)
      providers.push(provider)
    }
  }
  return reached
}

/** Roles of an account that are made of one template have one policy, and are assumed with the same evidence. */
function lintingOnce(config: Config, names: GatewayIdentifiers) {
  const known = new WeakMap<Policy, Map<string, readonly LintFinding[]>>()
  return (policy: Policy, role: RoleArn, providers: readonly ProviderConfig[]): readonly LintFinding[] => {
    const ofPolicy = known.get(policy) ?? new Map<string, readonly LintFinding[]>()
    known.set(policy, ofPolicy)
    const key = [role.partition, role.account, ...providers.map(({ id }) => id)].join(' ')
    const findings = ofPolicy.get(key) ?? lint(policy, role, providers)
    ofPolicy.set(key, findings)
    return findings
  }

  function lint(policy: Policy, role: RoleArn, providers: readonly ProviderConfig[]): readonly LintFinding[] {
    const evidence = providers.flatMap((provider) => evidenceInUse(config, names, provider, role))
    return lintTrustPolicy(policy, { evidence }).filter(({ severity }) => severity !== 'info')
  }
}

function trustPoliciesAreSound({ policies, groups }: Linted): CheckResults {
  if (groups.length === 0) return passed(policies === 1 ? 'one policy' : `${policies} policies`)
  const [shown, further] = [groups.slice(0, MOST_FINDINGS), groups.slice(MOST_FINDINGS)]
  return [...shown.map(resultOf), ...(further.length === 0 ? [] : [rest(further)])]
}

function resultOf({ finding, roles }: FindingOfRoles): CheckResult {
  const [first = '', ...others] = roles
  const subject = others.length === 0 ? first : `${first} and ${others.length} more`
  return lintResult({ ...finding, path: finding.path === '' ? subject : `${subject}, ${finding.path}` })
}

function rest(groups: readonly FindingOfRoles[]): CheckResult {
  const text = `${groups.length} further findings; correct those above first`
  return groups.some(({ finding }) => finding.severity === 'error')
    ? { outcome: 'fail', found: text }
    : { ...passed(), warning: text }
}
