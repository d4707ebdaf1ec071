/** What IAM tells about a whole account: its roles and managed policies in detail, and its aliases. */
import { element, type Markup } from '../../xml/write.ts'
import { listOf } from '../query/parameters.ts'
import type { ManagedPolicy, PermissionPolicy, Role } from '../state.ts'
import { policyOfAws } from '../sts/managed-policies.ts'
import { attachedMarkup } from './managed-policies/attached.ts'
import { policyDetails } from './managed-policies/markup.ts'
import { memberList, page } from './markup.ts'
import { type IamCall, iamAction } from './operation.ts'
import { roleMarkup } from './roles.ts'

type Detail =
  | { readonly kind: 'Role'; readonly item: Role }
  | { readonly kind: 'LocalManagedPolicy' | 'AWSManagedPolicy'; readonly item: ManagedPolicy }

/**
 * Roles, the policies of the account, and those of AWS that are in use and whose contents are known. Users and groups are
 * not listed. As in IAM, roles are without Description and MaxSessionDuration.
 */
export const getAccountAuthorizationDetails = iamAction('GetAccountAuthorizationDetails', {
  resource: () => '*',
  answer: (call) => {
    const kinds = listOf(call.parameters, 'Filter')
    const wanted = detailsOf(call).filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    const { items, members } = page(
      wanted,
      ({ kind, item }) => `${Number(kind !== 'Role')} ${item.arn}`,
      call.parameters,
    )
    const roles = items.flatMap((one) => (one.kind === 'Role' ? [roleDetails(one.item)] : []))
    const policies = items.flatMap((one) => (one.kind === 'Role' ? [] : [policyDetails(call, one.item)]))
    const empty = ['UserDetailList', 'GroupDetailList'].map((name) => memberList(name, []))
    return { members: [memberList('RoleDetailList', roles), ...empty, memberList('Policies', policies), ...members] }
  },
})

function detailsOf({ iam, account }: IamCall): readonly Detail[] {
  const roles = iam.roles.inAccount(account)
  const used = [...roles, ...iam.usersIn(account)].flatMap((one) => [
    ...('attachedPolicies' in one ? one.attachedPolicies : []),
    ...(one.permissionsBoundary === undefined ? [] : [one.permissionsBoundary]),
  ])
  const ofAws = [...new Set(used)].flatMap((arn) =>
    arn.includes(':iam::aws:') ? (iam.managedPolicies.find(arn) ?? policyOfAws(arn) ?? []) : [],
  )
  return [
    ...roles.map((item) => ({ kind: 'Role' as const, item })),
    ...iam.managedPolicies.inAccount(account).map((item) => ({ kind: 'LocalManagedPolicy' as const, item })),
    ...ofAws.map((item) => ({ kind: 'AWSManagedPolicy' as const, item })),
  ]
}

function roleDetails(role: Role): readonly (Markup | undefined)[] {
  return [
    ...roleMarkup(role, 'PermissionsBoundary', 'Tags', 'RoleLastUsed'),
    memberList('InstanceProfileList', []),
    memberList('RolePolicyList', role.policies.map(policyMarkup)),
    attachedMarkup('AttachedManagedPolicies', role.attachedPolicies),
  ]
}

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
