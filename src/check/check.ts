/**
 * The named checks behind `fedgate check`: is the configuration fit to serve people, now and for the next weeks? Owns
 * what is asked and what counts as well; fetches nothing itself (ports.ts) and prints nothing: every subject gets a
 * Verdict, and core/render-verdict.ts shows it. Start at checkAll; response.ts judges one SAML response instead.
 */
import { sharedRoleWarnings } from '../access/shared-roles.ts'
import type { Config, ProviderConfig } from '../config/types.ts'
import type { VerdictOfSubject } from '../core/render-verdict.ts'
import { checkAws } from './aws.ts'
import { checkIssuer } from './issuer.ts'
import { checkKeys } from './keys.ts'
import { type Look, type Looks, lookAt, notRun, ok } from './look.ts'
import { checkOpenIdProvider } from './openid-provider.ts'
import type { CheckPorts } from './ports.ts'
import { checkSamlProvider } from './saml-provider.ts'
import { checkTrustPolicies } from './trust-policies.ts'

export const configurationChecks = {
  configurationIsValid,
  secretIsGiven,
  subjectsStayApart,
} as const satisfies Looks<Config>

/** Everything that can be known of a valid configuration from outside. Subjects without a finding are left out. */
export async function checkAll(config: Config, ports: CheckPorts): Promise<readonly VerdictOfSubject[]> {
  const judged = await Promise.all([
    { subject: 'configuration', verdict: lookAt(configurationChecks, config) },
    checkKeys(config.signing, ports).then((verdict) => ({ subject: 'signing', verdict })),
    checkKeys(config.encryption, ports).then((verdict) => ({ subject: 'encryption', verdict })),
    checkIssuer(config, ports).then((verdict) => ({ subject: 'issuer', verdict })),
    ...config.providers.map((provider) => checkProvider(provider, ports)),
    checkAws(config, ports).then((verdict) => ({ subject: 'aws', verdict })),
    ...checkTrustPolicies(config, ports),
  ])
  return judged.filter(({ verdict }) => verdict.length > 0)
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

/** It was loaded, or nothing would be checked. */
function configurationIsValid({ file }: Config): Look {
  return ok(file)
}

function secretIsGiven({ unread }: Config): readonly Look[] {
  return unread.map((path) => notRun(`${path} is not set here, and only the gateway uses it`))
}

/** The same subject at two providers is two people: AWS has to see that as well. */
function subjectsStayApart(config: Config): readonly Look[] {
  return sharedRoleWarnings(config).map((warning) => ({ outcome: 'pass', warning }))
}
