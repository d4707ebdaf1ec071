/**
 * The named checks behind `fedgate check`: does the configuration work, now and for the next weeks? They fetch nothing
 * themselves (ports.ts) and print nothing: every subject gets a Verdict, and core/render-verdict.ts shows it. Start at
 * checkAll; response.ts checks one SAML response instead.
 */
import { sharedRoleWarnings } from '../access/shared-roles.ts'
import type { Config, ProviderConfig } from '../config/types.ts'
import type { VerdictOfSubject } from '../core/render-verdict.ts'
import { type CheckResult, type Checks, notRun, passed, runChecks } from '../core/verdict.ts'
import { checkAws } from './aws.ts'
import { checkBranding } from './branding.ts'
import { checkCatalogPolicies } from './catalog-policies.ts'
import { checkIssuer } from './issuer.ts'
import { checkKeys } from './keys.ts'
import { checkOpenIdProvider } from './openid-provider.ts'
import type { CheckPorts } from './ports.ts'
import { groupsAreObjectIds } from './preset.ts'
import { checkSamlProvider } from './saml-provider.ts'
import { checkTrustPolicies } from './trust-policies.ts'

export const configurationChecks = {
  configurationIsValid,
  secretIsGiven,
  subjectsStayApart,
  groupsAreObjectIds,
} as const satisfies Checks<Config>

/** Everything about a valid configuration that can be checked from outside. Subjects without a finding are left out. */
export async function checkAll(config: Config, ports: CheckPorts): Promise<readonly VerdictOfSubject[]> {
  const all = await Promise.all([
    { subject: 'configuration', verdict: runChecks(configurationChecks, config) },
    checkKeys('signing', config.signing, ports).then((verdict) => ({ subject: 'signing', verdict })),
    checkKeys('encryption', config.encryption, ports).then((verdict) => ({ subject: 'encryption', verdict })),
    checkIssuer(config, ports).then((verdict) => ({ subject: 'issuer', verdict })),
    ...config.providers.map((provider) => checkProvider(provider, ports)),
    checkAws(config, ports).then((verdict) => ({ subject: 'aws', verdict })),
    checkBranding(config, ports).then((verdict) => ({ subject: 'branding', verdict })),
    ...checkTrustPolicies(config, ports),
    ...checkCatalogPolicies(config, ports.ourNames, ports.catalog),
  ])
  return all.filter(({ verdict }) => verdict.length > 0)
}

async function checkProvider(provider: ProviderConfig, ports: CheckPorts): Promise<VerdictOfSubject> {
  return {
    subject: `provider ${provider.id}`,
    verdict:
      provider.protocol === 'saml'
        ? await checkSamlProvider(provider, ports)
        : await checkOpenIdProvider(provider, ports),
  }
}

/** Always true here: an invalid configuration is not loaded. */
function configurationIsValid({ file }: Config): CheckResult {
  return passed(file)
}

function secretIsGiven({ unread }: Config): readonly CheckResult[] {
  return unread.map((path) => notRun(`${path} is not set here, and only the gateway uses it`))
}

/** The same subject at two providers is two users: AWS must be able to tell them apart. */
function subjectsStayApart(config: Config): readonly CheckResult[] {
  return sharedRoleWarnings(config).map((warning) => ({ ...passed(), warning }))
}
