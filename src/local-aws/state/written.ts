/** From what calls have made of the state back to a state as it is written down: the inverse of open.ts. */
import { Secret } from '../../core/secret.ts'
import type { InstanceStore } from '../services/ec2/instances.ts'
import type { BucketStore } from '../services/s3/buckets.ts'
import type {
  AccountState,
  IamStore,
  LocalAwsState,
  OidcProvider,
  OidcProviderState,
  PermissionPolicy,
  PoliciesState,
  Role,
  RoleState,
  SamlProvider,
  SamlProviderState,
  Tags,
  UserState,
} from '../state.ts'
import { writtenManagedPolicies } from './managed-policies.ts'

/** `state`: what the program began with. Accounts and users are those of then, with the settings and keys of now. */
export function writtenIam(state: LocalAwsState, iam: IamStore): LocalAwsState {
  return {
    ...state,
    accounts: state.accounts.map((account) => writtenAccount(account, iam)),
    users: (state.users ?? []).flatMap((user) => writtenUser(user, iam)),
    roles: iam.roles.all().map(writtenRole),
    ...writtenManagedPolicies(state, iam),
    samlProviders: iam.samlProviders.all().map(writtenSamlProvider),
    oidcProviders: iam.oidcProviders.all().map(writtenOidcProvider),
  }
}

/** Only what differs from AWS's defaults, or was in the state. */
function writtenAccount({ root, ...account }: AccountState, iam: IamStore): AccountState {
  const { globalEndpointTokens, outboundFederation, rootFeatures } = iam.settings.of(account.id)
  return {
    ...account,
    ...(root && iam.user(root.accessKeyId) ? { root } : {}),
    ...(account.globalEndpointTokens || globalEndpointTokens !== 'v1Token' ? { globalEndpointTokens } : {}),
    ...(account.outboundFederation !== undefined || outboundFederation ? { outboundFederation } : {}),
    ...(account.rootFeatures || rootFeatures.length > 0 ? { rootFeatures } : {}),
  }
}

/** With the access keys that are left; a user without any is not in a state. */
function writtenUser({ accessKeyId, secretAccessKey, moreAccessKeys = [], ...user }: UserState, iam: IamStore) {
  const [first, ...more] = [{ accessKeyId, secretAccessKey }, ...moreAccessKeys].filter(
    (key) => iam.user(key.accessKeyId) !== undefined,
  )
  if (!first) return []
  return [{ ...user, ...first, ...(more.length > 0 ? { moreAccessKeys: more } : {}) }]
}

export function writtenServices(
  buckets: BucketStore,
  instances: InstanceStore,
): Pick<LocalAwsState, 'buckets' | 'instances'> {
  return { buckets: buckets.written(), instances: instances.written() }
}

function writtenRole({
  arn,
  trustDocument,
  maxSessionDuration,
  description,
  policies,
  attachedPolicies,
  permissionsBoundary,
  tags,
}: Role): RoleState {
  return {
    arn,
    trustPolicy: trustDocument,
    maxSessionDuration,
    ...(description === undefined ? {} : { description }),
    ...(policies.length === 0 ? {} : { policies: writtenPolicies(policies) }),
    ...(attachedPolicies.length === 0 ? {} : { attachedPolicies }),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    ...writtenTags(tags),
  }
}

function writtenPolicies(policies: readonly PermissionPolicy[]): PoliciesState {
  return Object.fromEntries(policies.map(({ name, document }) => [name, document]))
}

function writtenTags(tags: Tags): { readonly tags?: Readonly<Record<string, string>> } {
  return tags.size === 0 ? {} : { tags: Object.fromEntries(tags) }
}

function writtenSamlProvider({
  arn,
  metadata,
  privateKeys,
  assertionEncryptionMode,
  tags,
}: SamlProvider): SamlProviderState {
  const keys = privateKeys.map(({ key }) => new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString()))
  return {
    arn,
    metadata: metadata.xml,
    ...(keys.length === 0 ? {} : { privateKeys: keys }),
    ...(assertionEncryptionMode === undefined ? {} : { assertionEncryptionMode }),
    ...writtenTags(tags),
  }
}

function writtenOidcProvider({ arn, url, clientIds, thumbprints, tags }: OidcProvider): OidcProviderState {
  return { arn, url, clientIds, ...(thumbprints.length === 0 ? {} : { thumbprints }), ...writtenTags(tags) }
}
