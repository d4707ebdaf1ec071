import { element } from '../../xml/write.ts'
import { required } from '../query/shapes.ts'
import type { PermissionPolicy, Role } from '../state.ts'
import { memberList, page } from './markup.ts'
import { type IamCall, iamAction } from './operation.ts'
import { boundaryOfRole, namedRole, onRole } from './roles.ts'
import { refusals } from './texts.ts'
import { parseDocument, policySize } from './trust-document.ts'

/** The limit for all inline policies of a role together, without white space. */
const ROLE_POLICIES_SIZE = 10_240

export const putRolePolicy = iamAction('PutRolePolicy', {
  ...onRole,
  keys: boundaryOfRole,
  answer: (call) => {
    const role = namedRole(call)
    const name = required(call.parameters, 'PolicyName')
    const document = required(call.parameters, 'PolicyDocument')
    const others = role.policies.filter((policy) => policy.name !== name)
    const policies = [...others, { name, document, policy: parseDocument(document, 'identity') }]
    if (policies.reduce((sum, policy) => sum + policySize(policy.document), 0) > ROLE_POLICIES_SIZE)
      throw refusals.policiesTooLarge(role.name, ROLE_POLICIES_SIZE)
    call.iam.roles.put({ ...role, policies })
    return { members: undefined }
  },
})

export const getRolePolicy = iamAction('GetRolePolicy', {
  ...onRole,
  answer: (call) => {
    const role = namedRole(call)
    const { name, document } = namedPolicy(role, call)
    return {
      members: [
        element('RoleName', {}, role.name),
        element('PolicyName', {}, name),
        element('PolicyDocument', {}, encodeURIComponent(document)),
      ],
    }
  },
})

export const listRolePolicies = iamAction('ListRolePolicies', {
  ...onRole,
  answer: (call) => {
    const { items, members } = page(namedRole(call).policies, ({ name }) => name, call.parameters)
    const names = items.map(({ name }) => name)
    return { members: [memberList('PolicyNames', names), ...members] }
  },
})

export const deleteRolePolicy = iamAction('DeleteRolePolicy', {
  ...onRole,
  keys: boundaryOfRole,
  answer: (call) => {
    const role = namedRole(call)
    const gone = namedPolicy(role, call)
    call.iam.roles.put({ ...role, policies: role.policies.filter((policy) => policy !== gone) })
    return { members: undefined }
  },
})

/** Always empty, as instances have no profiles here; tools ask before they delete a role. */
export const listInstanceProfilesForRole = iamAction('ListInstanceProfilesForRole', {
  ...onRole,
  answer: (call) => {
    namedRole(call)
    return { members: [memberList('InstanceProfiles', []), element('IsTruncated', {}, 'false')] }
  },
})

function namedPolicy({ policies }: Role, { parameters }: IamCall): PermissionPolicy {
  const name = required(parameters, 'PolicyName')
  const policy = policies.find((one) => one.name === name)
  if (!policy) throw refusals.noRolePolicy(name)
  return policy
}
