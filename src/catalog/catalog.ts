/**
 * catalog owns the inventory of accounts and roles, as AWS and its tools export it: which files (files.ts), how each kind
 * is read (documents/), how they are put together (read.ts), and reading them again when they change (source.ts). It
 * holds no AWS credentials, asks nobody, and knows no user and no rule. Start at readCatalog; a Catalog is immutable.
 */
import type { RoleArn } from '../core/arn.ts'
import { MalformedPolicyError } from '../iam/errors.ts'
import { type Policy, parseTrustPolicy } from '../iam/policy.ts'

export type Tags = Readonly<Record<string, string>>

/** Where something is written. */
export interface Place {
  /** As shown in messages: relative to the folder of the configuration. */
  readonly file: string
  /** From 1; undefined where the format has no lines. */
  readonly line?: number
}

/** An AWS account. What no file says is undefined. */
export interface CatalogAccount {
  readonly id: string
  readonly name?: string | undefined
  readonly email?: string | undefined
  /** `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` or `CLOSED`, as Organizations writes it. */
  readonly status?: string | undefined
  /** The names of its organizational units from the root, separated by slashes: `Workloads/Production`. */
  readonly ou?: string | undefined
  /** The IDs of the same units. */
  readonly ouIds?: readonly string[] | undefined
  readonly tags: Tags
  readonly place: Place
}

/** An IAM role. What no file says is undefined. */
export interface CatalogRole extends RoleArn {
  readonly description?: string | undefined
  /** Seconds. */
  readonly maxSessionSeconds?: number | undefined
  readonly tags: Tags
  /** The ARN of the policy. */
  readonly permissionsBoundary?: string | undefined
  /** As compact JSON, not yet checked. Roles with the same policy share the text. */
  readonly trustPolicy?: string | undefined
  readonly place: Place
}

export interface Catalog {
  /** By account ID. */
  readonly accounts: ReadonlyMap<string, CatalogAccount>
  /** By ARN. */
  readonly roles: ReadonlyMap<string, CatalogRole>
  /** Accounts whose export has every role: a role that is not in it does not exist. */
  readonly completeAccounts: ReadonlySet<string>
  /** The files, in the order in which they were read. */
  readonly files: readonly string[]
  /** What was left out, as sentences. */
  readonly notes: readonly string[]
  /** The role's trust policy. undefined: unknown, or one that this gateway cannot read. Parsed when it is first needed. */
  trustPolicyOf(arn: string): Policy | undefined
}

/** Whether users can still enter the account. */
export function isOpen({ status }: Pick<CatalogAccount, 'status'>): boolean {
  return status === undefined || status === 'ACTIVE'
}

/** Why a role that a rule grants is not there; undefined: as far as the catalogue knows, it is. */
export function absenceOf(
  { accounts, roles, completeAccounts }: Catalog,
  { arn, account }: Pick<RoleArn, 'arn' | 'account'>,
): 'account-closed' | 'no-such-role' | undefined {
  const known = accounts.get(account)
  if (known && !isOpen(known)) return 'account-closed'
  return completeAccounts.has(account) && !roles.has(arn) ? 'no-such-role' : undefined
}

/** `catalog/111122223333.json:12` */
export function showPlace({ file, line }: Place): string {
  return line === undefined ? file : `${file}:${line}`
}

/** Parses each text once, when it is asked for. One that IAM's grammar refuses is undefined. */
export function parsingOnce(): (text: string) => Policy | undefined {
  const parsed = new Map<string, Policy | undefined>()
  return (text) => {
    if (!parsed.has(text)) parsed.set(text, readable(text))
    return parsed.get(text)
  }
}

function readable(text: string): Policy | undefined {
  try {
    return parseTrustPolicy(text)
  } catch (error) {
    if (error instanceof MalformedPolicyError) return undefined
    throw error
  }
}
