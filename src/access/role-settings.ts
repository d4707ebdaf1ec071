import { maxSessionDuration } from '../aws/facts/limits.ts'
import { partitionById, partitionOfRegion } from '../aws/facts/partitions.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { AccountColor, Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'

export interface MatchedRoleSettings {
  /** The account's ID if it has no name. */
  readonly accountName: string
  readonly accountColor: AccountColor | undefined
  readonly alias: string | undefined
  /** As the catalogue has it. */
  readonly description: string | undefined
  /** The longest session, in seconds: as configured, else as in the catalogue, else IAM's default for a role. */
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
 * The settings of a role: those of its account, and for each setting the first matching pattern that has it. What the
 * configuration does not say is taken from the catalogue.
 */
export function roleSettingsOf(
  settings: Pick<Config, 'sts' | 'accounts' | 'roles'>,
  role: RoleArn,
  catalog?: Catalog,
): MatchedRoleSettings {
  const account = settings.accounts.get(role.account)
  const known = catalog?.roles.get(role.arn)
  const special = settings.roles.filter(({ pattern }) => pattern.test(role.arn))
  return {
    accountName: accountNameOf(settings, role.account, catalog),
    accountColor: account?.color,
    alias: special.find(({ alias }) => alias !== undefined)?.alias,
    description: known?.description,
    maxSessionSeconds:
      special.find(({ maxSessionSeconds }) => maxSessionSeconds !== undefined)?.maxSessionSeconds ??
      known?.maxSessionSeconds ??
      maxSessionDuration.default,
    maxAuthAgeSeconds: special.find((one) => one.maxAuthAgeSeconds !== undefined)?.maxAuthAgeSeconds,
    authnContext: special.find((one) => one.authnContext !== undefined)?.authnContext,
    region: regionOf(settings, role),
    sessionPolicyArns: special.find((one) => one.sessionPolicyArns.length > 0)?.sessionPolicyArns ?? [],
    sessionPolicy: special.find((one) => one.sessionPolicy !== undefined)?.sessionPolicy,
    trustPolicy: special.find((one) => one.trustPolicy !== undefined)?.trustPolicy,
  }
}

/** An account without a configured name has its ID as name. */
export function accountNameOf({ accounts }: Pick<Config, 'accounts'>, id: string, catalog?: Catalog): string {
  const configured = accounts.get(id)?.name
  return configured === undefined || configured === id ? (catalog?.accounts.get(id)?.name ?? id) : configured
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
