import type { GatewayIdentifiers } from '../access/role-trust.ts'
import { stsEndpoint } from '../aws/facts/partitions.ts'
import { loadConfig, loadConfigText } from '../config/load.ts'
import type { AwsFacts } from '../config/partial-config.ts'
import type { Config } from '../config/types.ts'
import type { Purpose } from '../config/unread.ts'
import { acsUrl } from '../gateway/providers.ts'
import { MalformedPolicyError, type PolicyProblem } from '../iam/errors.ts'
import { type PolicyKind, parsePolicy } from '../iam/policy.ts'
import { samlIssuerEntityId } from '../issuer/saml-assertion.ts'

/** AWS's limits and names, which config/ must not import itself. */
export const awsFacts: AwsFacts = {
  policyProblems,
  hasFipsEndpoint: (region) => stsEndpoint(region, { fips: true }) !== undefined,
}

/** Reads and validates a configuration file, AWS's limits included. Throws ConfigError. */
export function readConfig(file: string, env: NodeJS.ProcessEnv, purpose?: Purpose): Promise<Config> {
  return loadConfig(file, env, awsFacts, purpose)
}

/** The same for a text that was read from that file earlier. Throws ConfigError. */
export function configOfText(text: string, file: string, env: NodeJS.ProcessEnv, purpose: Purpose = 'gateway'): Config {
  return loadConfigText(text, { file, env, aws: awsFacts, purpose })
}

/** The gateway's own identifiers, as trust policies use them. */
export function gatewayIdentifiers({ baseUrl }: Pick<Config, 'baseUrl'>): GatewayIdentifiers {
  return {
    entityId: samlIssuerEntityId(baseUrl),
    acsUrl: (id) => acsUrl(baseUrl, id),
  }
}

function policyProblems(kind: PolicyKind, json: string): readonly PolicyProblem[] {
  try {
    parsePolicy(json, kind)
    return []
  } catch (error) {
    if (error instanceof MalformedPolicyError) return error.problems
    throw error
  }
}
