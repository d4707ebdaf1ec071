/** The AWS part of the identity page: how the user will appear there, and the forecasts. */
import type { IdentityPreview, PredictedRole } from '../../gateway/roles/identity-preview.ts'
import type { RoleAccount } from '../picker/model.ts'
import type { AwsSession, IdentityPage, RolePreflights } from './identity.ts'
import type { FindingRow, RolePreflight } from './preflight.ts'

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
  return { arn, name, grantedBy, outcome: preflight.outcome, reason, change, findings: findingsOf(foreseen) }
}

/**
 * For an allowed role only the statement that allows it; for any other everything, reasons against it first: there may
 * be hundreds of roles.
 */
function findingsOf({ preflight: { outcome, verdict } }: PredictedRole): readonly FindingRow[] {
  return outcome === 'allowed'
    ? verdict.filter(({ name }) => isPart(name))
    : verdict.toSorted((a, b) => Number(a.outcome === 'pass') - Number(b.outcome === 'pass'))
}

/** From the statement that allows the call; what tags and source identity need is then implied. */
function isPart(name: string): boolean {
  return name.startsWith('Statement')
}

/** Searches account, ARN and forecast: `prod denied`. */
function isFoundBy(query: string): (foreseen: PredictedRole) => boolean {
  const words = query.toLowerCase().split(/\s+/)
  return ({ role: { arn, accountName, alias }, preflight: { outcome } }) => {
    const found = [accountName, arn, alias, outcome].join(' ').toLowerCase()
    return words.every((word) => found.includes(word))
  }
}
