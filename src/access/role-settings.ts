import { maxSessionDuration } from '../aws/facts/limits.ts'
import { partitionById, partitionOfRegion } from '../aws/facts/partitions.ts'
import type { Catalog, Tags } from '../catalog/catalog.ts'
import type { AccountColor, Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import { environmentColor, environmentOf } from './environment.ts'

const NO_TAGS: Tags = {}

export interface MatchedRoleSettings {
  /** The account's ID if it has no name. */
  readonly accountName: string
  /** As configured, else by the environment. */
  readonly accountColor: AccountColor | undefined
  /** What the account is used for: `production`. */
  readonly environment: string | undefined
  /** The account's organizational unit: `Workloads/Production`, as the catalogue has it. */
  readonly unit: string | undefined
  /** Of the account and of the role, as the catalogue has them; a tag of the role hides one of the account. */
  readonly tags: Tags
  readonly alias: string | undefined
  /** As the catalogue has it. */
  readonly description: string | undefined
  /** The longest session, in seconds: as configured, else as in the catalogue, else IAM's default for a role. */
  readonly maxSessionSeconds: number
  /** How long ago the user may have authenticated; undefined: any time. */
  readonly maxAuthAgeSeconds: number | undefined
  /** Authentication contexts, one of which the sign-in must have; undefined: any. */
  readonly authnContext: readonly string[] | undefined
  /** Whether the pages ask the user once more before they use it. */
  readonly isSensitive: boolean
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
  const [known, inCatalog] = [catalog?.roles.get(role.arn), catalog?.accounts.get(role.account)]
  const environment = environmentOf(account, inCatalog)
  const special = settings.roles.filter(({ pattern }) => pattern.test(role.arn))
  return {
    accountName: accountNameOf(settings, role.account, catalog),
    accountColor: account?.color ?? environmentColor(environment),
    environment,
    unit: inCatalog?.ou,
    tags: tagsOf(inCatalog?.tags, known?.tags),
    alias: special.find(({ alias }) => alias !== undefined)?.alias,
    description: known?.description,
    maxSessionSeconds:
      special.find(({ maxSessionSeconds }) => maxSessionSeconds !== undefined)?.maxSessionSeconds ??
      known?.maxSessionSeconds ??
      maxSessionDuration.default,
    maxAuthAgeSeconds: special.find((one) => one.maxAuthAgeSeconds !== undefined)?.maxAuthAgeSeconds,
    authnContext: special.find((one) => one.authnContext !== undefined)?.authnContext,
    isSensitive: special.find(({ sensitive }) => sensitive !== undefined)?.sensitive ?? false,
    region: regionOf(settings, role),
    sessionPolicyArns: special.find((one) => one.sessionPolicyArns.length > 0)?.sessionPolicyArns ?? [],
    sessionPolicy: special.find((one) => one.sessionPolicy !== undefined)?.sessionPolicy,
    trustPolicy: special.find((one) => one.trustPolicy !== undefined)?.trustPolicy,
  }
}

function tagsOf(ofAccount: Tags = NO_TAGS, ofRole: Tags = NO_TAGS): Tags {
  if (Object.keys(ofAccount).length === 0) return ofRole
  return Object.keys(ofRole).length === 0 ? ofAccount : { ...ofAccount, ...ofRole }
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
