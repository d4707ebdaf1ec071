/** What IAM must contain: one identity provider in each account that has roles, and the roles that trust it. */
import type { RoleArn } from '../../core/arn.ts'
import type { TrustPolicyDocument } from '../generate.ts'

export type PlannedProvider =
  | { readonly kind: 'saml'; readonly name: string; readonly metadata: string }
  | { readonly kind: 'oidc'; readonly url: string; readonly clientIds: readonly string[] }
  /** IAM knows it by name: it needs no registration. */
  | { readonly kind: 'named'; readonly name: string }

export interface PlannedRole {
  readonly role: RoleArn
  readonly trustPolicy: TrustPolicyDocument
  /** Seconds; undefined: IAM's default for a role. */
  readonly maxSessionSeconds?: number
}

/** An account, with the provider's ARN in it. */
export interface PlannedAccount {
  readonly id: string
  readonly providerArn: string
}

export interface IamPlan {
  readonly provider: PlannedProvider
  readonly accounts: readonly PlannedAccount[]
  readonly roles: readonly PlannedRole[]
}

/** A role that is the same in several accounts. */
export interface RoleOfAccounts {
  readonly name: string
  readonly path: string
  /** Its principals are those of the first account. */
  readonly trustPolicy: TrustPolicyDocument
  readonly maxSessionSeconds: number | undefined
  readonly accounts: readonly string[]
}

/** The trust policy with this instead of the provider, which differs in every account. */
export function principalsAs<Principal>(
  { Version, Statement }: TrustPolicyDocument,
  principal: Principal,
): { readonly Version: string; readonly Statement: readonly Record<string, unknown>[] } {
  return {
    Version,
    Statement: Statement.map((statement) => ({ ...statement, Principal: { Federated: principal } })),
  }
}

/** The roles grouped by everything that distinguishes them, in their order. */
export function rolesByAccounts({ roles }: IamPlan): readonly RoleOfAccounts[] {
  const groups = new Map<string, RoleOfAccounts>()
  for (const { role, trustPolicy, maxSessionSeconds } of roles) {
    const { name, path, account } = role
    const key = JSON.stringify([name, path, maxSessionSeconds, principalsAs(trustPolicy, '')])
    const before = groups.get(key)
    groups.set(key, { name, path, trustPolicy, maxSessionSeconds, accounts: [...(before?.accounts ?? []), account] })
  }
  return [...groups.values()]
}

/** Makes each name unique, ignoring case: a repeated one gets a number. */
export function uniqueNames(names: readonly string[], separator: string): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${name}${separator}${n}`
    taken.add(unique.toLowerCase())
    return unique
  })
}
