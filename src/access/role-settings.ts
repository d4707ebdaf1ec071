import { maxSessionDuration } from '../aws/facts/limits.ts'
import { partitionById, partitionOfRegion } from '../aws/facts/partitions.ts'
import type { AccountColor, Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'

export interface MatchedRoleSettings {
  /** The account's id where it has no name. */
  readonly accountName: string
  readonly accountColor: AccountColor | undefined
  readonly alias: string | undefined
  /** The longest session, in seconds: as configured, else what IAM gives a role by default. */
  readonly maxSessionSeconds: number
  /** How long ago the user may have proved who they are; undefined: that does not matter. */
  readonly maxAuthAgeSeconds: number | undefined
  /** Where its STS calls go, and where its console opens. */
  readonly region: string
  /** Managed policies that scope its sessions down. */
  readonly sessionPolicyArns: readonly string[]
  /** The same inline: JSON. */
  readonly sessionPolicy: string | undefined
  /** Its trust policy, JSON, as the configuration knows it. */
  readonly trustPolicy: string | undefined
}

/** What the configuration says of a role: of its account, and by the first pattern that says something. */
export function roleSettingsOf(
  settings: Pick<Config, 'sts' | 'accounts' | 'roles'>,
  role: RoleArn,
): MatchedRoleSettings {
  const account = settings.accounts.get(role.account)
  const special = settings.roles.filter(({ pattern }) => pattern.test(role.arn))
  return {
    accountName: account?.name ?? role.account,
    accountColor: account?.color,
    alias: special.find(({ alias }) => alias !== undefined)?.alias,
    maxSessionSeconds:
      special.find(({ maxSessionSeconds }) => maxSessionSeconds !== undefined)?.maxSessionSeconds ??
      maxSessionDuration.default,
    maxAuthAgeSeconds: special.find((one) => one.maxAuthAgeSeconds !== undefined)?.maxAuthAgeSeconds,
    region: regionOf(settings, role),
    sessionPolicyArns: special.find((one) => one.sessionPolicyArns.length > 0)?.sessionPolicyArns ?? [],
    sessionPolicy: special.find((one) => one.sessionPolicy !== undefined)?.sessionPolicy,
    trustPolicy: special.find((one) => one.trustPolicy !== undefined)?.trustPolicy,
  }
}

/** The account's own region wins, then the configured one, as long as it is in the role's partition. */
function regionOf({ sts, accounts }: Pick<Config, 'sts' | 'accounts'>, role: RoleArn): string {
  return (
    [accounts.get(role.account)?.region, sts.region].find(
      (region) => region !== undefined && partitionOfRegion(region)?.id === role.partition,
    ) ??
    partitionById(role.partition)?.defaultRegion ??
    sts.region
  )
}
