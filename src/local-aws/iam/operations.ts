/** The operations of IAM by name. */
import type { Action } from '../sts/call.ts'
import { deleteAccessKey, listAccessKeys } from './access-keys.ts'
import { getAccountAuthorizationDetails, listAccountAliases } from './account.ts'
import {
  disableOutboundFederation,
  disableRootCredentials,
  disableRootSessions,
  enableOutboundFederation,
  enableRootCredentials,
  enableRootSessions,
  getAccountSummary,
  getOutboundFederationInfo,
  listOrganizationsFeatures,
  setSecurityTokenServicePreferences,
} from './account-settings.ts'
import { deleteRoleBoundary, putRoleBoundary } from './boundaries.ts'
import type { IamOperation } from './inputs.ts'
import { attachRolePolicy, detachRolePolicy, listAttachedRolePolicies } from './managed-policies/attached.ts'
import {
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersion,
  getPolicy,
  getPolicyVersion,
  listPolicyVersions,
  policyTags,
} from './managed-policies/policies.ts'
import {
  addClientId,
  createOidcProvider,
  deleteOidcProvider,
  getOidcProvider,
  listOidcProviders,
  oidcProviderTags,
  removeClientId,
  updateThumbprints,
} from './oidc-providers.ts'
import {
  deleteRolePolicy,
  getRolePolicy,
  listInstanceProfilesForRole,
  listRolePolicies,
  putRolePolicy,
} from './role-policies.ts'
import { listRoleTags, tagRole, untagRole } from './role-tags.ts'
import {
  createRole,
  deleteRole,
  getRole,
  listRoles,
  updateAssumeRolePolicy,
  updateRole,
  updateRoleDescription,
} from './roles.ts'
import {
  createSamlProvider,
  deleteSamlProvider,
  getSamlProvider,
  listSamlProviders,
  samlProviderTags,
  updateSamlProvider,
} from './saml-providers.ts'

/** `allowHttpIssuers`: AWS itself accepts https issuers only. */
export function iamOperations(allowHttpIssuers: boolean): ReadonlyMap<string, Action> {
  return new Map(Object.entries(byName(allowHttpIssuers)))
}

function byName(allowHttpIssuers: boolean): Readonly<Record<IamOperation, Action>> {
  return {
    GetRole: getRole,
    ListRoles: listRoles,
    CreateRole: createRole,
    UpdateRole: updateRole,
    UpdateRoleDescription: updateRoleDescription,
    DeleteRole: deleteRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    TagRole: tagRole,
    UntagRole: untagRole,
    ListRoleTags: listRoleTags,
    PutRolePolicy: putRolePolicy,
    GetRolePolicy: getRolePolicy,
    ListRolePolicies: listRolePolicies,
    DeleteRolePolicy: deleteRolePolicy,
    PutRolePermissionsBoundary: putRoleBoundary,
    DeleteRolePermissionsBoundary: deleteRoleBoundary,
    CreatePolicy: createPolicy,
    GetPolicy: getPolicy,
    DeletePolicy: deletePolicy,
    GetPolicyVersion: getPolicyVersion,
    ListPolicyVersions: listPolicyVersions,
    CreatePolicyVersion: createPolicyVersion,
    DeletePolicyVersion: deletePolicyVersion,
    TagPolicy: policyTags.tag,
    UntagPolicy: policyTags.untag,
    ListPolicyTags: policyTags.list,
    AttachRolePolicy: attachRolePolicy,
    DetachRolePolicy: detachRolePolicy,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListInstanceProfilesForRole: listInstanceProfilesForRole,
    GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
    ListAccountAliases: listAccountAliases,
    GetAccountSummary: getAccountSummary,
    ListAccessKeys: listAccessKeys,
    DeleteAccessKey: deleteAccessKey,
    SetSecurityTokenServicePreferences: setSecurityTokenServicePreferences,
    EnableOutboundWebIdentityFederation: enableOutboundFederation,
    DisableOutboundWebIdentityFederation: disableOutboundFederation,
    GetOutboundWebIdentityFederationInfo: getOutboundFederationInfo,
    EnableOrganizationsRootSessions: enableRootSessions,
    DisableOrganizationsRootSessions: disableRootSessions,
    EnableOrganizationsRootCredentialsManagement: enableRootCredentials,
    DisableOrganizationsRootCredentialsManagement: disableRootCredentials,
    ListOrganizationsFeatures: listOrganizationsFeatures,
    CreateSAMLProvider: createSamlProvider,
    UpdateSAMLProvider: updateSamlProvider,
    GetSAMLProvider: getSamlProvider,
    ListSAMLProviders: listSamlProviders,
    DeleteSAMLProvider: deleteSamlProvider,
    TagSAMLProvider: samlProviderTags.tag,
    UntagSAMLProvider: samlProviderTags.untag,
    ListSAMLProviderTags: samlProviderTags.list,
    CreateOpenIDConnectProvider: createOidcProvider(allowHttpIssuers),
    GetOpenIDConnectProvider: getOidcProvider,
    ListOpenIDConnectProviders: listOidcProviders,
    DeleteOpenIDConnectProvider: deleteOidcProvider,
    TagOpenIDConnectProvider: oidcProviderTags.tag,
    UntagOpenIDConnectProvider: oidcProviderTags.untag,
    ListOpenIDConnectProviderTags: oidcProviderTags.list,
    AddClientIDToOpenIDConnectProvider: addClientId,
    RemoveClientIDFromOpenIDConnectProvider: removeClientId,
    UpdateOpenIDConnectProviderThumbprint: updateThumbprints,
  }
}
