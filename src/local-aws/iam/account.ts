/** What IAM tells about a whole account: its roles in detail, and its aliases. */
import { element, type Markup } from '../../xml/write.ts'
import { listOf } from '../query/parameters.ts'
import type { PermissionPolicy } from '../state.ts'
import { attachedMarkup } from './managed-policies/attached.ts'
import { memberList, page } from './markup.ts'
import { iamAction } from './operation.ts'
import { roleMarkup } from './roles.ts'

/** Roles only: users, groups and managed policies are not listed. As in IAM, without Description and MaxSessionDuration. */
export const getAccountAuthorizationDetails = iamAction('GetAccountAuthorizationDetails', {
  resource: () => '*',
  answer: ({ iam, account, parameters }) => {
    const kinds = listOf(parameters, 'Filter')
    const roles = kinds.length === 0 || kinds.includes('Role') ? iam.roles.inAccount(account) : []
    const { items, members } = page(roles, ({ path, name }) => path + name, parameters)
    const list = items.map((role) => [
      ...roleMarkup(role, 'PermissionsBoundary', 'Tags', 'RoleLastUsed'),
      memberList('InstanceProfileList', []),
      memberList('RolePolicyList', role.policies.map(policyMarkup)),
      attachedMarkup('AttachedManagedPolicies', role.attachedPolicies),
    ])
    const empty = ['UserDetailList', 'GroupDetailList', 'Policies'].map((name) => memberList(name, []))
    return { members: [memberList('RoleDetailList', list), ...empty, ...members] }
  },
})

function policyMarkup({ name, document }: PermissionPolicy): readonly Markup[] {
  return [element('PolicyName', {}, name), element('PolicyDocument', {}, encodeURIComponent(document))]
}

/** The alias is the account's name, as far as an alias may have its characters. */
export const listAccountAliases = iamAction('ListAccountAliases', {
  resource: () => '*',
  answer: ({ iam, account, parameters }) => {
    const alias = iam
      .accountName(account)
      ?.toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
    const { items, members } = page(alias ? [alias] : [], (one) => one, parameters)
    return { members: [memberList('AccountAliases', items), ...members] }
  },
})
