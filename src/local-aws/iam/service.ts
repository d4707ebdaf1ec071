/**
 * IAM, as far as federation needs it: roles with their trust and inline policies and tags, SAML and OpenID providers. A
 * change is there for the next call and gone with the process. Knows no action of STS. Start with operation.ts, which
 * every operation goes through; inputs.ts has their parameters, texts.ts every refusal.
 */
import type { Service } from '../endpoint.ts'
import type { Action } from '../sts/call.ts'
import type { IamOperation } from './inputs.ts'
import {
  addClientId,
  createOidcProvider,
  deleteOidcProvider,
  getOidcProvider,
  listOidcProviders,
  removeClientId,
  updateThumbprints,
} from './oidc-providers.ts'
import { deleteRolePolicy, getRolePolicy, listRolePolicies, putRolePolicy } from './role-policies.ts'
import { listRoleTags, tagRole, untagRole } from './role-tags.ts'
import { createRole, deleteRole, getRole, listRoles, updateAssumeRolePolicy, updateRole } from './roles.ts'
import {
  createSamlProvider,
  deleteSamlProvider,
  getSamlProvider,
  listSamlProviders,
  updateSamlProvider,
} from './saml-providers.ts'

const operations = (allowHttpIssuers: boolean): Readonly<Record<IamOperation, Action>> => ({
  GetRole: getRole,
  ListRoles: listRoles,
  CreateRole: createRole,
  UpdateRole: updateRole,
  DeleteRole: deleteRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
  PutRolePolicy: putRolePolicy,
  GetRolePolicy: getRolePolicy,
  ListRolePolicies: listRolePolicies,
  DeleteRolePolicy: deleteRolePolicy,
  CreateSAMLProvider: createSamlProvider,
  UpdateSAMLProvider: updateSamlProvider,
  GetSAMLProvider: getSamlProvider,
  ListSAMLProviders: listSamlProviders,
  DeleteSAMLProvider: deleteSamlProvider,
  CreateOpenIDConnectProvider: createOidcProvider(allowHttpIssuers),
  GetOpenIDConnectProvider: getOidcProvider,
  ListOpenIDConnectProviders: listOidcProviders,
  DeleteOpenIDConnectProvider: deleteOidcProvider,
  AddClientIDToOpenIDConnectProvider: addClientId,
  RemoveClientIDFromOpenIDConnectProvider: removeClientId,
  UpdateOpenIDConnectProviderThumbprint: updateThumbprints,
})

export const iamService = (allowHttpIssuers: boolean): Service => ({
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  actions: new Map(Object.entries(operations(allowHttpIssuers))),
})
