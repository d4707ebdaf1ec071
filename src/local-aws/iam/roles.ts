import { randomUUID } from 'node:crypto'
import { maxSessionDuration } from '../../aws/facts/limits.ts'
import { type ContextValue, single } from '../../iam/condition-keys/context.ts'
import { element, type Markup } from '../../xml/write.ts'
import { uniqueId } from '../access-keys.ts'
import { timestamp } from '../query/answer.ts'
import { required } from '../query/shapes.ts'
import { isPolicyFor } from '../state/policy-arns.ts'
import { afterDeletionOf } from '../state/principals.ts'
import type { Role } from '../state.ts'
import { page, tagList } from './markup.ts'
import { arnIn, type IamCall, iamAction } from './operation.ts'
import { tagsIn } from './tags.ts'
import { refusals } from './texts.ts'
import { readTrustDocument } from './trust-document.ts'

/** AWS raises it to 5000 on request. */
const ROLES_PER_ACCOUNT = 1000

/** For operations on an existing role. */
export const onRole = {
  resource: roleResource,
  // terraform-aws-modules/terraform-aws-eks issue 2517, aws/aws-cdk issue 27067
  shownAs: ({ parameters }: IamCall) => `role ${required(parameters, 'RoleName')}`,
  tags: (call: IamCall) => findByName(call, required(call.parameters, 'RoleName'))?.tags,
} as const

type Part = 'Description' | 'MaxSessionDuration' | 'PermissionsBoundary' | 'Tags' | 'RoleLastUsed'

export const getRole = iamAction('GetRole', {
  ...onRole,
  answer: (call) => {
    const role = roleMarkup(
      namedRole(call),
      'Description',
      'MaxSessionDuration',
      'PermissionsBoundary',
      'Tags',
      'RoleLastUsed',
    )
    return { members: [element('Role', {}, role)] }
  },
})

/** The list omits tags and the last use, as IAM's does. */
export const listRoles = iamAction('ListRoles', {
  resource: (call) => arnIn(call, `role${call.parameters.get('PathPrefix') ?? '/'}`),
  answer: ({ iam, account, parameters }) => {
    const prefix = parameters.get('PathPrefix') ?? '/'
    const roles = iam.roles.inAccount(account).filter(({ path }) => path.startsWith(prefix))
    const { items, members } = page(roles, ({ path, name }) => path + name, parameters)
    const list = items.map((role) => element('member', {}, roleMarkup(role, 'Description', 'MaxSessionDuration')))
    return { members: [element('Roles', {}, list), ...members] }
  },
})

export const createRole = iamAction('CreateRole', {
  resource: (call) => newArn(call),
  keys: boundaryAskedFor,
  answer: (call) => {
    const { iam, parameters, account, partition, now } = call
    const name = required(parameters, 'RoleName')
    const { trustDocument, trustPolicy } = readTrustDocument(iam, required(parameters, 'AssumeRolePolicyDocument'))
    if (findByName(call, name)) throw refusals.roleExists(name)
    const boundary = boundaryOf(call, { partition, account })
    if (iam.roles.inAccount(account).length >= ROLES_PER_ACCOUNT)
      throw refusals.quota('RolesPerAccount', ROLES_PER_ACCOUNT)
    const arn = newArn(call)
    const role: Role = {
      arn,
      partition,
      account,
      name,
      path: parameters.get('Path') ?? '/',
      trustPolicy,
      trustDocument,
      maxSessionDuration: Number(parameters.get('MaxSessionDuration') ?? maxSessionDuration.default),
      // A role that replaces a deleted one of the same name is a different role.
      id: uniqueId('AROA', account, `${arn} ${randomUUID()}`),
      description: parameters.get('Description'),
      policies: [],
      attachedPolicies: [],
      permissionsBoundary: boundary,
      tags: tagsIn(parameters),
      createdAt: now,
    }
    iam.roles.put(role)
    return {
      members: [element('Role', {}, roleMarkup(role, 'PermissionsBoundary', 'Tags'))],
      responseElements: { role: { arn, roleName: name, roleId: role.id, path: role.path } },
    }
  },
})

/** `iam:PermissionsBoundary` where a call sets it: who may create roles may have to limit them. */
export function boundaryAskedFor({ parameters }: IamCall): readonly ContextValue[] {
  return [single('iam:PermissionsBoundary', parameters.get('PermissionsBoundary'), 'PermissionsBoundary')]
}

/** The same for a call that changes what the role may do: of the role. */
export function boundaryOfRole(call: IamCall): readonly ContextValue[] {
  const role = findByName(call, required(call.parameters, 'RoleName'))
  return [single('iam:PermissionsBoundary', role?.permissionsBoundary, 'the role')]
}

/** Throws NoSuchEntity for a policy that is not known here, or that is not for this role. */
export function boundaryOf(
  { iam, parameters }: IamCall,
  role: Pick<Role, 'partition' | 'account'>,
): string | undefined {
  const arn = parameters.get('PermissionsBoundary')
  if (arn === undefined) return undefined
  if (!isPolicyFor(arn, role) || iam.managedPolicy(arn).statements.length === 0) throw refusals.noBoundaryPolicy(arn)
  return arn
}

export const updateRole = iamAction('UpdateRole', {
  ...onRole,
  answer: (call) => {
    const { iam, parameters } = call
    const role = namedRole(call)
    iam.roles.put({
      ...role,
      description: parameters.get('Description') ?? role.description,
      maxSessionDuration: Number(parameters.get('MaxSessionDuration') ?? role.maxSessionDuration),
    })
    return { members: [] }
  },
})

/** The older of the two operations: it returns the role. */
export const updateRoleDescription = iamAction('UpdateRoleDescription', {
  ...onRole,
  answer: (call) => {
    const role = { ...namedRole(call), description: required(call.parameters, 'Description') }
    call.iam.roles.put(role)
    return { members: [element('Role', {}, roleMarkup(role, 'Description'))] }
  },
})

export const deleteRole = iamAction('DeleteRole', {
  ...onRole,
  answer: (call) => {
    const role = namedRole(call)
    if (role.attachedPolicies.length > 0) throw refusals.attachedPolicies()
    if (role.policies.length > 0) throw refusals.rolePolicies()
    const { roles } = call.iam
    roles.delete(role.arn)
    for (const other of roles.all()) roles.put(afterDeletionOf(role, other))
    return { members: undefined }
  },
})

export const updateAssumeRolePolicy = iamAction('UpdateAssumeRolePolicy', {
  ...onRole,
  answer: (call) => {
    const role = namedRole(call)
    const trust = readTrustDocument(call.iam, required(call.parameters, 'PolicyDocument'))
    call.iam.roles.put({ ...role, ...trust })
    return { members: undefined }
  },
})

/** The role of the call. Throws NoSuchEntity. */
export function namedRole(call: IamCall): Role {
  const name = required(call.parameters, 'RoleName')
  const role = findByName(call, name)
  if (!role) throw refusals.noRole(name)
  return role
}

/** Role names are unique in an account, whatever their path and case. */
function findByName({ iam, account }: IamCall, name: string): Role | undefined {
  return iam.roles.inAccount(account).find((role) => sameName(role.name, name))
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** Its ARN; for a missing role the ARN it would have without a path. */
function roleResource(call: IamCall): string {
  const name = required(call.parameters, 'RoleName')
  return findByName(call, name)?.arn ?? arnIn(call, `role/${name}`)
}

/** The fields of a role in each response besides its name and trust policy, as recorded: CreateRole returns few. */
export function roleMarkup(role: Role, ...parts: readonly Part[]): readonly (Markup | undefined)[] {
  const has = (part: Part): boolean => parts.includes(part)
  return [
    element('Path', {}, role.path),
    element('RoleName', {}, role.name),
    element('RoleId', {}, role.id),
    element('Arn', {}, role.arn),
    element('CreateDate', {}, timestamp(role.createdAt)),
    element('AssumeRolePolicyDocument', {}, encodeURIComponent(role.trustDocument)),
    has('Description') && role.description !== undefined ? element('Description', {}, role.description) : undefined,
    has('MaxSessionDuration') ? element('MaxSessionDuration', {}, String(role.maxSessionDuration)) : undefined,
    has('PermissionsBoundary') && role.permissionsBoundary !== undefined
      ? element('PermissionsBoundary', {}, [
          element('PermissionsBoundaryType', {}, 'Policy'),
          element('PermissionsBoundaryArn', {}, role.permissionsBoundary),
        ])
      : undefined,
    has('Tags') && role.tags.size > 0 ? tagList(role.tags) : undefined,
    // Empty until AWS has noticed, hours later, that the role was used.
    has('RoleLastUsed') ? element('RoleLastUsed', {}) : undefined,
  ]
}

function newArn(call: IamCall): string {
  return arnIn(call, `role${call.parameters.get('Path') ?? '/'}${required(call.parameters, 'RoleName')}`)
}
