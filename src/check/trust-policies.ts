/** Checks on the configured trust policies, against the evidence that their roles are assumed with. */
import { evidenceInUse, isGranted, rolesNamedFor } from '../access/role-trust.ts'
import type { Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import type { VerdictOfSubject } from '../core/render-verdict.ts'
import { type CheckResult, type CheckResults, type Checks, passed, runChecks } from '../core/verdict.ts'
import { MalformedPolicyError } from '../iam/errors.ts'
import type { LintFacts } from '../iam/lint/facts.ts'
import { lintResult } from '../iam/lint/finding.ts'
import { lintTrustPolicy } from '../iam/lint.ts'
import { type Policy, parseTrustPolicy } from '../iam/policy.ts'
import type { CheckPorts } from './ports.ts'

interface KnownPolicy {
  readonly policy: Policy | MalformedPolicyError
  readonly facts: LintFacts
}

export const trustPolicyChecks = { trustPolicyIsSound } as const satisfies Checks<KnownPolicy>

/** Each policy with the roles that it is for; one for which no rule names a role is checked by itself. */
export function checkTrustPolicies(config: Config, ports: CheckPorts): readonly VerdictOfSubject[] {
  const roles = namedRoles(config)
  const known = config.roles.filter(({ trustPolicy }) => trustPolicy !== undefined)
  return known.flatMap(({ match, trustPolicy = '' }, n) => {
    const policy = readPolicy(trustPolicy)
    const verdictOf = (subject: string, facts: LintFacts): VerdictOfSubject => ({
      subject,
      verdict: runChecks(trustPolicyChecks, { policy, facts }),
    })
    // The first matching pattern wins.
    const its = roles.filter(({ arn }) => known.findIndex(({ pattern }) => pattern.test(arn)) === n)
    return its.length === 0
      ? [verdictOf(`role ${match}`, { evidence: [] })]
      : its.map((role) => verdictOf(`role ${role.arn}`, factsOf(config, role, ports)))
  })
}

/** Every role that a rule names in full. */
function namedRoles(config: Config): readonly RoleArn[] {
  return [
    ...new Map(
      config.providers.flatMap((one) => rolesNamedFor(one, config)).map((role) => [role.arn, role] as const),
    ).values(),
  ]
}

function readPolicy(text: string): KnownPolicy['policy'] {
  try {
    return parseTrustPolicy(text)
  } catch (error) {
    if (error instanceof MalformedPolicyError) return error
    throw error
  }
}

function factsOf(config: Config, role: RoleArn, { ourNames }: CheckPorts): LintFacts {
  return {
    evidence: config.providers
      .filter((provider) => isGranted(provider, config, role))
      .flatMap((provider) => evidenceInUse(config, ourNames, provider, role)),
  }
}

function trustPolicyIsSound({ policy, facts }: KnownPolicy): CheckResults {
  if (policy instanceof MalformedPolicyError) return unreadable(policy)
  const findings = lintTrustPolicy(policy, facts).filter(({ severity }) => severity !== 'info')
  return findings.length === 0 ? passed() : findings.map(lintResult)
}

function unreadable({ problems }: MalformedPolicyError): readonly CheckResult[] {
  return problems.map(({ path, expected, found }) => ({
    ...passed(undefined, path),
    warning: `cannot be read, so whether AWS will allow this role is unknown: expected ${expected}, found ${found}`,
  }))
}
