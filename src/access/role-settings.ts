import { maxSessionDuration } from '../aws/facts/limits.ts'
import { partitionById, partitionOfRegion } from '../aws/facts/partitions.ts'
import type { AccountColor, Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'

export interface MatchedRoleSettings {
  /** The account's ID if it has no name. */
  readonly accountName: string
  readonly accountColor: AccountColor | undefined
  readonly alias: string | undefined
  /** The longest session, in seconds: as configured, else IAM's default for a role. */
  readonly maxSessionSeconds: number
  /** How long ago the user may have authenticated; undefined: any time. */
  readonly maxAuthAgeSeconds: number | undefined
  /** Authentication contexts, one of which the sign-in must have; undefined: any. */
  readonly authnContext: readonly string[] | undefined
  /** The region of its STS calls and of its console. */
  readonly region: string
  /** Managed policies that limit its sessions. */
  readonly sessionPolicyArns: readonly string[]
  /** An inline policy that limits its sessions: JSON. */
  readonly sessionPolicy: string | undefined
  /** Its trust policy as JSON, if the configuration states it. */
  readonly trustPolicy: string | undefined
}

/**
 * The configured settings of a role: those of its account, and for each setting the first matching pattern that has it.
 */
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
    authnContext: special.find((one) => one.authnContext !== undefined)?.authnContext,
    region: regionOf(settings, role),
    sessionPolicyArns: special.find((one) => one.sessionPolicyArns.length > 0)?.sessionPolicyArns ?? [],
    sessionPolicy: special.find((one) => one.sessionPolicy !== undefined)?.sessionPolicy,
    trustPolicy: special.find((one) => one.trustPolicy !== undefined)?.trustPolicy,
  }
}

/** The account's own region takes precedence, then the configured one, if it is in the role's partition. */
function regionOf({ sts, accounts }: Pick<Config, 'sts' | 'accounts'>, role: RoleArn): string {
  return (
    [accounts.get(role.account)?.region, sts.region].find(
      (region) => region !== undefined && partitionOfRegion(region)?.id === role.partition,
    ) ??
    partitionById(role.partition)?.defaultRegion ??
    sts.region
  )
}
