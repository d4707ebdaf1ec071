/**
 * What each IAM operation accepts, as its service model defines it: members in the model's order. A test compares this
 * table with the model.
 */
import * as limits from '../../aws/facts/limits.ts'
import type { Member, Shape } from '../query/shapes.ts'

const NAME = { matches: /^[A-Za-z0-9_+=,.@-]+$/, text: '[\\w+=,.@-]+' }
const LATIN = { matches: /^[\t\n\r\u0020-\u00FF]+$/, text: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' }
const PATH = {
  matches: /^(\/|\/[\x21-\x7f]+\/)$/,
  text: '(\\u002F)|(\\u002F[\\u0021-\\u007F]+\\u002F)',
}
const PATH_PREFIX = { matches: /^\/[\x21-\x7f]*$/, text: '\\u002F[\\u0021-\\u007F]*' }
const MARKER = { matches: /^[\u0020-\u00FF]+$/, text: '[\\u0020-\\u00FF]+' }
const DESCRIPTION = {
  matches: /^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*$/u,
  text: '[\\p{L}\\p{M}\\p{Z}\\p{S}\\p{N}\\p{P}]*',
}
const PROVIDER_NAME = { matches: /^[A-Za-z0-9_.-]+$/, text: '[\\w._-]+' }
const ACCESS_KEY_ID = { matches: /^[A-Za-z0-9_]+$/, text: '[\\w]+' }
const KEY_ID = { matches: /^[A-Z0-9]+$/, text: '[A-Z0-9]+' }
const POLICY_PATH = { matches: /^((\/[A-Za-z0-9.,+@=_-]+)*)\/$/, text: '((/[A-Za-z0-9\\.,\\+@=_-]+)*)/' }
const VERSION = { matches: /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/, text: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' }
const TAG_KEY = { matches: limits.sessionTag.key.pattern, text: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' }
const TAG_VALUE = { matches: limits.sessionTag.value.pattern, text: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' }

const arn = text(limits.arn.min, limits.arn.max)
const roleName = required('RoleName', text(1, 64, NAME))
const userName = optional('UserName', text(1, 128, NAME))
const policyName = required('PolicyName', text(1, 128, NAME))
const policyArn = required('PolicyArn', arn)
const versionId = required('VersionId', { type: 'text', pattern: VERSION })
const policyDocument = text(1, 131_072, LATIN)
const description = optional('Description', text(0, 1000, DESCRIPTION))
const maxSession = optional('MaxSessionDuration', { type: 'integer', ...limits.maxSessionDuration })
const tagKey = text(1, 128, TAG_KEY)

const tag: Shape = {
  type: 'structure',
  members: [required('Key', unrepeated(tagKey)), required('Value', unrepeated(text(0, 256, TAG_VALUE)))],
}
const tagList: Shape = listOf(tag, 50)
const tagKeys = required('TagKeys', listOf(tagKey, 50))
const tags = optional('Tags', tagList)
const paging = [optional('Marker', text(1, 320, MARKER)), optional('MaxItems', { type: 'integer', min: 1, max: 1000 })]
const entityType: Shape = {
  type: 'text',
  values: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'],
}
const samlMetadata = text(1000, 10_000_000)
const encryptionMode = optional('AssertionEncryptionMode', {
  type: 'text',
  min: 0,
  values: ['Required', 'Allowed'],
})
const addPrivateKey = optional('AddPrivateKey', { type: 'text', min: 1, max: 16_384, pattern: LATIN, sensitive: true })
const samlProviderArn = required('SAMLProviderArn', arn)
const oidcProviderArn = required('OpenIDConnectProviderArn', arn)
const clientId = text(1, 255)
const thumbprints = listOf(text(40, 40))

export const iamInputs = {
  GetRole: [roleName],
  ListRoles: [optional('PathPrefix', text(1, 512, PATH_PREFIX)), ...paging],
  CreateRole: [
    optional('Path', text(1, 512, PATH)),
    roleName,
    required('AssumeRolePolicyDocument', policyDocument),
    description,
    maxSession,
    optional('PermissionsBoundary', arn),
    tags,
  ],
  UpdateRole: [roleName, description, maxSession],
  UpdateRoleDescription: [roleName, { ...description, required: true }],
  DeleteRole: [roleName],
  UpdateAssumeRolePolicy: [roleName, required('PolicyDocument', policyDocument)],
  TagRole: [roleName, required('Tags', tagList)],
  UntagRole: [roleName, tagKeys],
  ListRoleTags: [roleName, ...paging],
  PutRolePolicy: [roleName, policyName, required('PolicyDocument', policyDocument)],
  GetRolePolicy: [roleName, policyName],
  ListRolePolicies: [roleName, ...paging],
  DeleteRolePolicy: [roleName, policyName],
  PutRolePermissionsBoundary: [roleName, required('PermissionsBoundary', arn)],
  DeleteRolePermissionsBoundary: [roleName],
  CreatePolicy: [
    policyName,
    optional('Path', text(1, 512, POLICY_PATH)),
    required('PolicyDocument', policyDocument),
    optional('Description', text(0, 1000)),
    tags,
  ],
  GetPolicy: [policyArn],
  DeletePolicy: [policyArn],
  GetPolicyVersion: [policyArn, versionId],
  ListPolicyVersions: [policyArn, ...paging],
  CreatePolicyVersion: [
    policyArn,
    required('PolicyDocument', policyDocument),
    optional('SetAsDefault', { type: 'boolean' }),
  ],
  DeletePolicyVersion: [policyArn, versionId],
  TagPolicy: [policyArn, required('Tags', tagList)],
  UntagPolicy: [policyArn, tagKeys],
  ListPolicyTags: [policyArn, ...paging],
  AttachRolePolicy: [roleName, policyArn],
  DetachRolePolicy: [roleName, policyArn],
  ListAttachedRolePolicies: [roleName, optional('PathPrefix', text(1, 512, POLICY_PATH)), ...paging],
  ListInstanceProfilesForRole: [roleName, ...paging],
  GetAccountAuthorizationDetails: [optional('Filter', listOf(entityType)), ...paging.toReversed()],
  ListAccountAliases: [...paging],
  GetAccountSummary: [],
  ListAccessKeys: [userName, ...paging],
  DeleteAccessKey: [userName, required('AccessKeyId', text(16, 128, ACCESS_KEY_ID))],
  SetSecurityTokenServicePreferences: [
    required('GlobalEndpointTokenVersion', { type: 'text', values: ['v1Token', 'v2Token'] }),
  ],
  EnableOutboundWebIdentityFederation: [],
  DisableOutboundWebIdentityFederation: [],
  GetOutboundWebIdentityFederationInfo: [],
  EnableOrganizationsRootSessions: [],
  DisableOrganizationsRootSessions: [],
  EnableOrganizationsRootCredentialsManagement: [],
  DisableOrganizationsRootCredentialsManagement: [],
  ListOrganizationsFeatures: [],
  CreateSAMLProvider: [
    required('SAMLMetadataDocument', samlMetadata),
    required('Name', text(1, 128, PROVIDER_NAME)),
    tags,
    encryptionMode,
    addPrivateKey,
  ],
  UpdateSAMLProvider: [
    optional('SAMLMetadataDocument', samlMetadata),
    samlProviderArn,
    encryptionMode,
    addPrivateKey,
    optional('RemovePrivateKey', text(22, 64, KEY_ID)),
  ],
  GetSAMLProvider: [samlProviderArn],
  ListSAMLProviders: [],
  DeleteSAMLProvider: [samlProviderArn],
  TagSAMLProvider: [samlProviderArn, required('Tags', tagList)],
  UntagSAMLProvider: [samlProviderArn, tagKeys],
  ListSAMLProviderTags: [samlProviderArn, ...paging],
  CreateOpenIDConnectProvider: [
    required('Url', text(1, 255)),
    optional('ClientIDList', listOf(clientId)),
    optional('ThumbprintList', thumbprints),
    tags,
  ],
  GetOpenIDConnectProvider: [oidcProviderArn],
  ListOpenIDConnectProviders: [],
  DeleteOpenIDConnectProvider: [oidcProviderArn],
  TagOpenIDConnectProvider: [oidcProviderArn, required('Tags', tagList)],
  UntagOpenIDConnectProvider: [oidcProviderArn, tagKeys],
  ListOpenIDConnectProviderTags: [oidcProviderArn, ...paging],
  AddClientIDToOpenIDConnectProvider: [oidcProviderArn, required('ClientID', clientId)],
  RemoveClientIDFromOpenIDConnectProvider: [oidcProviderArn, required('ClientID', clientId)],
  UpdateOpenIDConnectProviderThumbprint: [oidcProviderArn, required('ThumbprintList', thumbprints)],
} as const satisfies Readonly<Record<string, readonly Member[]>>

export type IamOperation = keyof typeof iamInputs

function text(min: number, max: number, pattern?: { matches: RegExp; text: string }): Shape {
  return {
    type: 'text',
    min,
    max,
    ...(pattern && { pattern }),
  }
}

function required(name: string, shape: Shape): Member {
  return { name, shape, required: true }
}

function optional(name: string, shape: Shape): Member {
  return { name, shape }
}

/** IAM was never observed to repeat the key or the value of a tag. */
function unrepeated(shape: Shape): Shape {
  return { ...shape, sensitive: true } as Shape
}

function listOf(of: Shape, max?: number): Shape {
  return { type: 'list', of, ...(max === undefined ? {} : { max }) }
}
