/** The trust policies that a configuration knows: those it names, and with the local AWS those of its roles. */
import { ConfigError } from '../config/errors.ts'
import type { Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import { roleFacts } from '../gateway/role-facts.ts'
import { MalformedPolicyError } from '../iam/errors.ts'
import { type Policy, parseTrustPolicy } from '../iam/policy.ts'
import { localRoles } from './local-aws-state.ts'

export type TrustPolicyOf = (role: RoleArn) => Policy | undefined

/** A document that IAM would refuse is a mistake in the configuration. Throws ConfigError. */
const parsed = (text: string, { file }: Config, match: string): Policy => {
  try {
    return parseTrustPolicy(text)
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error
    const places = error.problems.map(
      ({ path, expected, found, iamMessage }) =>
        `  roles, ${match}: trustPolicy.${path}: expected ${expected}, found ${found} (IAM: ${iamMessage})`,
    )
    const sentence = [`${file} names a trust policy that IAM would not accept:`, ...places].join('\n')
    throw new ConfigError('config.invalid', { sentence, cause: error })
  }
}

/** What `roles` names wins over what the local AWS starts with. Throws ConfigError, or LocalAwsError for its state. */
export const trustPolicies = async (config: Config): Promise<TrustPolicyOf> => {
  const byText = new Map(
    config.roles.flatMap(({ match, trustPolicy }) =>
      trustPolicy === undefined ? [] : [[trustPolicy, parsed(trustPolicy, config, match)] as const],
    ),
  )
  const local = config.sts.target.kind === 'local' ? await localRoles(config) : []
  const byArn = new Map(local.map(({ arn, trustPolicy }) => [arn, parseTrustPolicy(trustPolicy)]))
  return (role) => {
    const text = roleFacts(config, role).trustPolicy
    return text === undefined ? byArn.get(role.arn) : byText.get(text)
  }
}
