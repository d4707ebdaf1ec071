/** The audience of the evidence. */
import { single } from '../../condition-keys/context.ts'
import { audienceKey } from '../../condition-keys/issuer-keys.ts'
import type { Policy } from '../../policy.ts'
import { namedProviders } from '../../principals.ts'
import type { EvidenceInUse, LintFacts } from '../facts.ts'
import type { LintMatch, LintRule } from '../finding.ts'
import { isAudience, sharedIssuerOf } from '../shared-issuers.ts'
import {
  admittedProviders,
  conditionHolds,
  isOn,
  issuerOf,
  type NamedProvider,
  requiresNamedValues,
} from '../statement-queries.ts'

export const audienceRules = {
  'trust.no_audience': {
    severity: 'warning',
    sentence: 'Nothing asks for the audience: evidence that was made for others counts too.',
    hint: 'Add a condition on saml:aud, or on <issuer>:aud.',
    find: noAudience,
  },
  'trust.audience_mismatch': {
    severity: 'error',
    sentence: 'The audience that the policy asks for is not that of the evidence in use.',
    hint: 'saml:aud is the Recipient of the response and not its Audience: AWS, or the gateway where it passes the original on.',
    find: mismatch,
  },
} as const satisfies Readonly<Record<string, LintRule>>

function noAudience(policy: Policy): readonly LintMatch[] {
  return admittedProviders(policy).flatMap((provider) => {
    const keys = audienceKeys(provider.issuer)
    if (keys.some((key) => requiresNamedValues(policy, provider, key))) return []
    return [
      {
        path: `${provider.statement.path}.Condition`,
        severity: severityFor(provider),
        sentence: `Nothing asks for ${keys[0]}: evidence that ${provider.name} made for others counts too.`,
        hint: `Add StringEquals with ${keys[0]}.`,
      },
    ]
  })
}

/** The condition keys of the audience. */
function audienceKeys(issuer: string | undefined): readonly string[] {
  if (issuer === undefined) return ['saml:aud']
  return issuer === 'accounts.google.com' ? [`${issuer}:aud`, `${issuer}:oaud`] : [audienceKey(issuer)]
}

/**
 * IAM's providers have a list of client IDs. Those known by name have none, so only the policy restricts the audience.
 * For some shared ones IAM refuses new policies without an audience.
 */
function severityFor({ name, issuer }: NamedProvider): 'error' | 'warning' {
  const shared = sharedIssuerOf(issuer)
  return namedProviders.has(name) || (shared?.isRequired && isAudience(shared)) ? 'error' : 'warning'
}

function mismatch(policy: Policy, { evidence }: LintFacts): readonly LintMatch[] {
  return evidence.flatMap((one) => refusedAudiences(policy, one))
}

/**
 * The audience conditions of statements about that provider that its evidence does not meet; none if one admits it.
 */
function refusedAudiences(policy: Policy, { kind, provider: name, audience }: EvidenceInUse): readonly LintMatch[] {
  const keys = audienceKeys(issuerOf(name)).map((key) => key.toLowerCase())
  const refusing = admittedProviders(policy)
    .filter((provider) => provider.name === name)
    .map(({ statement }) =>
      statement.conditions.filter(
        (condition) =>
          keys.some((key) => isOn(condition, key)) &&
          !conditionHolds(condition, statement, [single(condition.key, audience)]),
      ),
    )
  if (refusing.some((conditions) => conditions.length === 0)) return []
  return refusing.flat().map(({ path, key, wanted }) => ({
    path,
    sentence: `The policy asks for ${key} ${wanted}; what the gateway shows AWS has ${audience}.`,
    ...(kind === 'saml' ? {} : { hint: tokenHint(key, audience) }),
  }))
}

function tokenHint(key: string, audience: string): string {
  return `${key} is the token's azp, or its aud where it has none: ask for ${audience} in the policy, or have the token made for the audience that the policy asks for.`
}
