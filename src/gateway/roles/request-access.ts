/** Where users ask for roles that they lack, and which of these they may see: `requestAccess` of the configuration. */
import { roleSettingsOf } from '../../access/role-settings.ts'
import { isOpen } from '../../catalog/catalog.ts'
import { parseRoleArn } from '../../core/arn.ts'
import type { Identity } from '../../core/identity.ts'
import type { GatewaySettings } from '../gateway.ts'
import { type EntitlementPorts, type ListedRole, listRoles } from './list-roles.ts'

type RequestSettings = Pick<GatewaySettings, 'requestAccess'>

export type RequestAccessPorts = EntitlementPorts & { readonly settings: RequestSettings }

/** A role of the catalogue that the user lacks and may see. */
export type RequestableRole = Pick<
  ListedRole,
  'arn' | 'name' | 'account' | 'accountName' | 'accountColor' | 'environment' | 'alias' | 'description'
>

/**
 * The form for that role; for what is no role's ARN, the form alone. undefined: users ask elsewhere. Nothing but an ARN
 * is ever filled in, as the author of a link chooses its text.
 */
export function requestAccessUrl({ requestAccess }: RequestSettings, asked = ''): string | undefined {
  const arn = parseRoleArn(asked)?.arn ?? ''
  return requestAccess?.url.replaceAll('{arn}', () => encodeURIComponent(arn))
}

/** Whether users may see roles that they lack. */
export function showsRequestableRoles({ requestAccess }: RequestSettings): boolean {
  return requestAccess !== undefined && requestAccess.show.length > 0
}

/** The roles of the catalogue that the operator lets users see, without those that this user has; by account and name. */
export function requestableRoles(gateway: RequestAccessPorts, identity: Identity): readonly RequestableRole[] {
  const { settings, catalog } = gateway
  const current = catalog?.current()
  if (!current || !showsRequestableRoles(settings)) return []
  const show = settings.requestAccess?.show ?? []
  const granted = new Set(listRoles(gateway, identity).map(({ arn }) => arn))
  return [...current.roles.values()]
    .filter(({ arn, account }) => {
      const known = current.accounts.get(account)
      return !granted.has(arn) && (known === undefined || isOpen(known)) && show.some((one) => one.test(arn))
    })
    .map((role) => ({ ...roleSettingsOf(settings, role, current), ...role }))
    .map(({ arn, name, account, accountName, accountColor, environment, alias, description }) => ({
      arn,
      name,
      account,
      accountName,
      accountColor,
      environment,
      alias,
      description,
    }))
    .toSorted(byAccountAndName)
}

const { compare } = new Intl.Collator('en')

function byAccountAndName(a: RequestableRole, b: RequestableRole): number {
  return compare(a.accountName, b.accountName) || compare(a.account, b.account) || compare(a.name, b.name)
}
