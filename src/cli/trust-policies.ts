/** The trust policies that a configuration knows: those it names, and with the local AWS those that its roles start with. */
import type { Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import { roleFacts } from '../gateway/role-facts.ts'
import { type Policy, parseTrustPolicy } from '../iam/policy.ts'
import { localRoles } from './local-aws-state.ts'

export type TrustPolicyOf = (role: RoleArn) => Policy | undefined

/** What `roles` names wins over what the local AWS has. Throws LocalAwsError for a state file that is none. */
export const trustPolicies = async (config: Config): Promise<TrustPolicyOf> => {
  const local = config.sts.target.kind === 'local' ? await localRoles(config) : []
  const byArn = new Map(local.map(({ arn, trustPolicy }) => [arn, JSON.stringify(trustPolicy)]))
  const texts = [...config.roles.flatMap(({ trustPolicy }) => trustPolicy ?? []), ...byArn.values()]
  const parsed = new Map([...new Set(texts)].map((text) => [text, parseTrustPolicy(text)]))
  const isNamed = config.roles.some(({ trustPolicy }) => trustPolicy !== undefined)
  const named = (role: RoleArn): string | undefined => (isNamed ? roleFacts(config, role).trustPolicy : undefined)
  return (role) => parsed.get(named(role) ?? byArn.get(role.arn) ?? '')
}
