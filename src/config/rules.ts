import type { ConfigIssue } from './issue.ts'
import type { PartialConfig, Rule, RuleContext } from './partial-config.ts'
import { accessRules } from './rules/access.ts'
import { deploymentRules } from './rules/deployment.ts'
import { issuerRules } from './rules/issuer.ts'
import { openIdProviderRules } from './rules/openid-providers.ts'
import { providerRules } from './rules/providers.ts'
import { roleRules } from './rules/roles.ts'
import { samlProviderRules } from './rules/saml-providers.ts'
import { sessionRules } from './rules/sessions.ts'
import { whenRules } from './rules/when.ts'

/** Every rule over several keys, by name: addresses, durations, expressions, who may grant a role. */
export const configRules: Readonly<Record<string, Rule>> = {
  ...deploymentRules,
  ...issuerRules,
  ...providerRules,
  ...samlProviderRules,
  ...openIdProviderRules,
  ...whenRules,
  ...accessRules,
  ...roleRules,
  ...sessionRules,
}

/** Everything the rules find wrong. */
export function checkRules(draft: PartialConfig, facts: RuleContext): readonly ConfigIssue[] {
  return Object.values(configRules).flatMap((rule) => rule(draft, facts))
}
