/** The organization: all accounts of the state, the first of which is the management account. */
import { createHash } from 'node:crypto'
import type { AccountState } from '../state.ts'

export const ORGANIZATION = 'o-localaws00'
export const ROOT = 'r-loca'

export interface Organization {
  readonly accounts: readonly AccountState[]
  readonly management: string | undefined
}

export function organizationOf(accounts: readonly AccountState[]): Organization {
  return { accounts, management: accounts[0]?.id }
}

/** Whether the account may do privileged tasks in others: the management account, or one delegated for IAM. */
export function managesRootAccess({ accounts, management }: Organization, account: string): boolean {
  return (
    account === management ||
    accounts.some(({ id, delegatedAdministrator }) => id === account && delegatedAdministrator)
  )
}

export function isMember({ accounts, management }: Organization, account: string): boolean {
  return account !== management && accounts.some(({ id }) => id === account)
}

/** A unit has no other identity than its path; the empty path is the root's. */
export function unitId(path: string): string {
  return path === '' ? ROOT : `ou-loca-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`
}

/** `o-…/r-…/ou-…/`, as in `aws:PrincipalOrgPaths`; undefined for an account outside the organization. */
export function organizationPath({ accounts }: Organization, account: string): string | undefined {
  const found = accounts.find(({ id }) => id === account)
  if (!found) return undefined
  const names = found.ou === undefined || found.ou === '' ? [] : found.ou.split('/')
  const units = names.map((_, n) => unitId(names.slice(0, n + 1).join('/')))
  return `${[ORGANIZATION, ROOT, ...units].join('/')}/`
}
