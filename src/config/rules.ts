import type { ConfigIssue } from './issue.ts'
import type { PartialConfig, Rule, RuleContext } from './partial-config.ts'
import { accessRules } from './rules/access.ts'
import { authnContextRules } from './rules/authn-context.ts'
import { brandingRules } from './rules/branding.ts'
import { deploymentRules } from './rules/deployment.ts'
import { federationRules } from './rules/federation.ts'
import { issuerRules } from './rules/issuer.ts'
import { keyRules } from './rules/keys.ts'
import { openIdProviderRules } from './rules/openid-providers.ts'
import { presetRules } from './rules/presets.ts'
import { providerRules } from './rules/providers.ts'
import { requestAccessRules } from './rules/request-access.ts'
import { roleRules } from './rules/roles.ts'
import { samlPresetRules } from './rules/saml-presets.ts'
import { samlProviderRules } from './rules/saml-providers.ts'
import { sessionStoreRules } from './rules/session-store.ts'
import { sessionRules } from './rules/sessions.ts'
import { whenRules } from './rules/when.ts'

/** Every rule that the schema cannot express, by name. */
export const configRules: Readonly<Record<string, Rule>> = {
  ...deploymentRules,
  ...keyRules,
  ...sessionStoreRules,
  ...issuerRules,
  ...providerRules,
  ...samlProviderRules,
  ...samlPresetRules,
  ...openIdProviderRules,
  ...presetRules,
  ...authnContextRules,
  ...whenRules,
  ...federationRules,
  ...brandingRules,
  ...accessRules,
  ...roleRules,
  ...requestAccessRules,
  ...sessionRules,
}

/** The issues of all rules. */
export function checkRules(config: PartialConfig, context: RuleContext): readonly ConfigIssue[] {
  return Object.values(configRules).flatMap((rule) => rule(config, context))
}
