/** The AWS part of the identity page: how the user will appear there, and the forecasts. */
import type { IdentityPreview, PredictedRole } from '../../gateway/roles/identity-preview.ts'
import type { RoleAccount } from '../picker/model.ts'
import { briefFindings } from './findings.ts'
import type { AwsSession, IdentityPage, RolePreflights } from './identity.ts'
import type { RolePreflight } from './preflight.ts'

/** As many roles as fit on a screen: others can be searched. */
const AT_A_GLANCE = 8

/** `query`: which roles to show; empty: all. */
export function identityOfAws(
  view: IdentityPreview,
  query: string,
): Pick<IdentityPage, 'warnings' | 'awsSession' | 'conditionKeys' | 'ignored' | 'preflights'> {
  return {
    warnings: view.session.warnings,
    awsSession: sessionOf(view),
    conditionKeys: view.keys,
    ignored: view.ignored,
    preflights: preflightsOf(view, query),
  }
}

function sessionOf({ session }: IdentityPreview): AwsSession {
  const transitive = new Set(session.transitiveTagKeys)
  return {
    name: session.roleSessionName,
    sourceIdentity: session.sourceIdentity,
    tags: [...session.tags].map(([key, value]) => ({ key, value, isTransitive: transitive.has(key) })),
    packedSizePercent: session.packedSizePercent,
    leftOut: session.leftOut,
  }
}

function preflightsOf({ roles }: IdentityPreview, query: string): RolePreflights {
  const count = (outcome: RolePreflight['outcome']): number =>
    roles.filter(({ preflight }) => preflight.outcome === outcome).length
  return {
    query,
    total: roles.length,
    tally: { allowed: count('allowed'), denied: count('denied'), unknown: count('unknown') },
    isFilterable: roles.length > AT_A_GLANCE,
    accounts: byAccount(query === '' ? roles : roles.filter(isFoundBy(query))),
  }
}

function byAccount(roles: readonly PredictedRole[]): RolePreflights['accounts'] {
  const accounts = new Map<string, RoleAccount & { readonly roles: RolePreflight[] }>()
  for (const foreseen of roles) {
    const { account } = foreseen.role
    const group = accounts.get(account) ?? { ...accountOf(foreseen.role), roles: [] }
    accounts.set(account, group)
    group.roles.push(rolePreflight(foreseen))
  }
  return [...accounts.values()]
}

function accountOf({ account, accountName, accountColor }: PredictedRole['role']): RoleAccount {
  return {
    id: account,
    ...(accountName === account ? {} : { name: accountName }),
    color: accountColor,
  }
}

function rolePreflight(foreseen: PredictedRole): RolePreflight {
  const { role, preflight, reason, change } = foreseen
  const { arn, name, grantedBy } = role
  return { arn, name, grantedBy, outcome: preflight.outcome, reason, change, findings: briefFindings(foreseen) }
}

/** Searches account, ARN and forecast: `prod denied`. */
function isFoundBy(query: string): (foreseen: PredictedRole) => boolean {
  const words = query.toLowerCase().split(/\s+/)
  return ({ role: { arn, accountName, alias }, preflight: { outcome } }) => {
    const found = [accountName, arn, alias, outcome].join(' ').toLowerCase()
    return words.every((word) => found.includes(word))
  }
}
