/** Permissions boundaries of roles: a managed policy that limits what their other policies can allow. */
import { required } from '../query/shapes.ts'
import { iamAction } from './operation.ts'
import { boundaryAskedFor, boundaryOf, boundaryOfRole, namedRole, onRole } from './roles.ts'

export const putRoleBoundary = iamAction('PutRolePermissionsBoundary', {
  ...onRole,
  keys: boundaryAskedFor,
  answer: (call) => {
    const role = namedRole(call)
    required(call.parameters, 'PermissionsBoundary')
    call.iam.roles.put({ ...role, permissionsBoundary: boundaryOf(call, role) })
    return { members: undefined }
  },
})

export const deleteRoleBoundary = iamAction('DeleteRolePermissionsBoundary', {
  ...onRole,
  keys: boundaryOfRole,
  answer: (call) => {
    call.iam.roles.put({ ...namedRole(call), permissionsBoundary: undefined })
    return { members: undefined }
  },
})
