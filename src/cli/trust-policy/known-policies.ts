/**
 * The known trust policies: those that the configuration names, with the local AWS those of its roles, and those of the
 * catalogue.
 */

import { roleSettingsOf } from '../../access/role-settings.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Config } from '../../config/types.ts'
import type { RoleArn } from '../../core/arn.ts'
import { reasonOf } from '../../core/errors.ts'
import { MalformedPolicyError } from '../../iam/errors.ts'
import { type Policy, parseTrustPolicy } from '../../iam/policy.ts'
import { localRoles } from '../local-aws/state.ts'

export type TrustPolicyOf = (role: RoleArn) => Policy | undefined

/**
 * A policy under `roles` takes precedence over the catalogue's, and that over the one that the local AWS started with,
 * which may have changed since. An unreadable policy leaves its role unknown and is passed to `warn`, as AWS's policies
 * must not stop the gateway. Throws LocalAwsError for an invalid state file.
 */
export async function trustPolicies(
  config: Config,
  warn: (line: string) => void,
  catalog: () => Catalog | undefined = () => undefined,
): Promise<TrustPolicyOf> {
  const local = config.sts.target.kind === 'local' ? await localRoles(config) : []
  const byArn = new Map(local.map(({ arn, trustPolicy }) => [arn, JSON.stringify(trustPolicy)]))
  const parsed = new Map([...new Set(byArn.values())].map((text) => [text, parseTrustPolicy(text)]))
  for (const { match, trustPolicy } of config.roles) {
    if (trustPolicy === undefined || parsed.has(trustPolicy)) continue
    const read = readable(trustPolicy)
    if (read instanceof MalformedPolicyError) warn(unreadable(match, read))
    else parsed.set(trustPolicy, read)
  }
  const isNamed = config.roles.some(({ trustPolicy }) => trustPolicy !== undefined)
  const named = (role: RoleArn): string | undefined => (isNamed ? roleSettingsOf(config, role).trustPolicy : undefined)
  return (role) => {
    const text = named(role)
    if (text !== undefined) return parsed.get(text)
    return catalog()?.trustPolicyOf(role.arn) ?? parsed.get(byArn.get(role.arn) ?? '')
  }
}

function readable(text: string): Policy | MalformedPolicyError {
  try {
    return parseTrustPolicy(text)
  } catch (error) {
    if (error instanceof MalformedPolicyError) return error
    throw error
  }
}

function unreadable(match: string, error: MalformedPolicyError): string {
  return `The trustPolicy of ${match} cannot be read, so whether AWS will allow that role is unknown: ${reasonOf(error) ?? error.message}`
}
