import { type Gateway, providerOf } from '../gateway/gateway.ts'
import type { ListedRole } from '../gateway/list-roles.ts'
import type { Login } from '../gateway/logins.ts'
import { durationChoices } from './duration-choices.ts'
import { matchesQuery } from './matches-query.ts'
import { attributeRows } from './pages.ts'
import type { AccountGroup, PickedRole, RoleChoice, RoleEvidence } from './view-models.ts'

type Account = Omit<AccountGroup, 'roles'>

const accountOf = ({ role, accountName, accountColor }: ListedRole): Account => ({
  id: role.account,
  ...(accountName === role.account ? {} : { name: accountName }),
  color: accountColor,
})

/** The roles by account as the picker shows them: those that the query finds. */
export const accountGroups = (
  gateway: Gateway,
  { signIn: { identity } }: Login,
  roles: readonly ListedRole[],
  query: string,
): readonly AccountGroup[] => {
  const { exchange } = providerOf(gateway, identity.provider).settings
  const choiceOf = ({ role, alias, maxSessionSeconds, grantedBy }: ListedRole): RoleChoice => ({
    arn: role.arn,
    name: role.name,
    alias,
    exchange: { via: exchange.via, evidence: exchange.evidence },
    durations: durationChoices(maxSessionSeconds),
    grantedBy,
  })
  const groups = new Map<string, Account & { roles: RoleChoice[] }>()
  for (const listed of roles) {
    const account = accountOf(listed)
    const choice = choiceOf(listed)
    if (!matchesQuery(query, account, choice)) continue
    const group = groups.get(account.id) ?? { ...account, roles: [] }
    groups.set(account.id, group)
    group.roles.push(choice)
  }
  return [...groups.values()]
}

/** What to tell the administrator where there is no role. */
export const evidenceOf = (gateway: Gateway, { signIn: { identity } }: Login): RoleEvidence => ({
  providerId: identity.provider,
  providerLabel: providerOf(gateway, identity.provider).settings.label,
  subject: identity.subject,
  attributes: attributeRows(identity),
})

/** What is on a page about one role. */
export const pickedRole = ({ role, accountName, accountColor }: ListedRole): PickedRole => ({
  arn: role.arn,
  name: role.name,
  accountId: role.account,
  accountName,
  color: accountColor,
})
