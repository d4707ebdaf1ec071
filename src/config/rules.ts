import type { Draft, Facts, Rule } from './draft.ts'
import type { Complaint } from './problem.ts'
import { accessRules } from './rules/access.ts'
import { deploymentRules } from './rules/deployment.ts'
import { issuerRules } from './rules/issuer.ts'
import { providerRules } from './rules/providers.ts'

/** Every rule over several keys, by name: addresses, durations, expressions, who may grant a role. */
export const configRules: Readonly<Record<string, Rule>> = {
  ...deploymentRules,
  ...issuerRules,
  ...providerRules,
  ...accessRules,
}

/** Everything the rules find wrong. */
export const checkRules = (draft: Draft, facts: Facts): readonly Complaint[] =>
  Object.values(configRules).flatMap((rule) => rule(draft, facts))
