/** Managed policies attached to roles: AWS's own, and those of the account in the state. */
import { single } from '../../../iam/condition-keys/context.ts'
import { element } from '../../../xml/write.ts'
import { required } from '../../query/shapes.ts'
import { isOfAws, isPolicyFor } from '../../state/policy-arns.ts'
import type { Role } from '../../state.ts'
import { memberList, page } from '../markup.ts'
import { type IamCall, iamAction } from '../operation.ts'
import { boundaryOfRole, namedRole, onRole } from '../roles.ts'
import { refusals } from '../texts.ts'

/** AWS raises it to 25 on request. */
const POLICIES_PER_ROLE = 10

const onPolicy = {
  ...onRole,
  keys: (call: IamCall) => [
    single('iam:PolicyARN', required(call.parameters, 'PolicyArn'), 'PolicyArn'),
    ...boundaryOfRole(call),
  ],
} as const

/** Attaching a policy again changes nothing, as in IAM. */
export const attachRolePolicy = iamAction('AttachRolePolicy', {
  ...onPolicy,
  answer: (call) => {
    const role = namedRole(call)
    const arn = required(call.parameters, 'PolicyArn')
    if (!isAttachable(call, role, arn)) throw refusals.notAttachable(arn)
    if (role.attachedPolicies.includes(arn)) return { members: undefined }
    if (role.attachedPolicies.length >= POLICIES_PER_ROLE) throw refusals.quota('PoliciesPerRole', POLICIES_PER_ROLE)
    call.iam.roles.put({ ...role, attachedPolicies: [...role.attachedPolicies, arn] })
    return { members: undefined }
  },
})

export const detachRolePolicy = iamAction('DetachRolePolicy', {
  ...onPolicy,
  answer: (call) => {
    const role = namedRole(call)
    const arn = required(call.parameters, 'PolicyArn')
    if (!role.attachedPolicies.includes(arn)) throw refusals.notAttached(arn)
    call.iam.roles.put({ ...role, attachedPolicies: role.attachedPolicies.filter((one) => one !== arn) })
    return { members: undefined }
  },
})

export const listAttachedRolePolicies = iamAction('ListAttachedRolePolicies', {
  ...onRole,
  answer: (call) => {
    const prefix = call.parameters.get('PathPrefix') ?? '/'
    const attached = namedRole(call).attachedPolicies.filter((arn) => pathOf(arn).startsWith(prefix))
    const { items, members } = page(attached, sortKey, call.parameters)
    return { members: [attachedMarkup('AttachedPolicies', items), ...members] }
  },
})

/** As each response has them, sorted by name: one of AWS's and one of the account may have the same. */
export function attachedMarkup(list: string, arns: Role['attachedPolicies']) {
  return memberList(
    list,
    arns
      .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
      .map((arn) => [element('PolicyName', {}, nameOf(arn)), element('PolicyArn', {}, arn)]),
  )
}

/**
 * Any of AWS's own: one whose contents are not known here allows nothing. The contents of a customer managed policy must
 * be in the state.
 */
function isAttachable({ iam }: IamCall, role: Role, arn: string): boolean {
  if (isOfAws(arn, role.partition)) return true
  return isPolicyFor(arn, role) && iam.managedPolicy(arn).statements.length > 0
}

/** `/` or `/service-role/`, of `arn:aws:iam::aws:policy/service-role/NAME`. */
function pathOf(arn: string): string {
  const resource = arn.slice(arn.indexOf(':policy/') + ':policy'.length)
  return resource.slice(0, resource.lastIndexOf('/') + 1)
}

/** No name has a space. */
function sortKey(arn: string): string {
  return `${nameOf(arn)} ${arn}`
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
