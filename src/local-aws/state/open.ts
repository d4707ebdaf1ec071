/** From a state as it is written down to one that calls can use: every document parsed, all problems at once. */
import { maxSessionDuration } from '../../aws/facts/limits.ts'
import { issuerHostPath, parseArn, parseRoleArn } from '../../core/arn.ts'
import { FedgateError, reasonOf } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import { MalformedPolicyError } from '../../iam/errors.ts'
import { type Policy, parsePolicy, parseTrustPolicy } from '../../iam/policy.ts'
import { parseIdpMetadata } from '../../saml/metadata.ts'
import { uniqueId } from '../access-keys.ts'
import { createSettings } from '../account/settings.ts'
import { LocalAwsError } from '../errors.ts'
import { decodeBase32, fixedCodeDevice, type MfaDevice, totpDevice } from '../mfa.ts'
import type { StsRegions } from '../regions.ts'
import { decryptionKey, newProviderId } from '../saml-provider-keys.ts'
import type {
  AccountState,
  DecryptionKey,
  IamStore,
  LocalAwsState,
  MfaState,
  OidcProvider,
  OidcProviderState,
  PermissionPolicy,
  PoliciesState,
  Registry,
  Role,
  RoleState,
  SamlProvider,
  SamlProviderState,
  User,
  UserState,
} from '../state.ts'
import { policyOfAws } from '../sts/managed-policies.ts'
import { openManagedPolicy } from './managed-policies.ts'

/** Of a policy whose contents are not known. */
const NOTHING: Policy = { kind: 'session', statements: [] }
const DEFAULT_REGIONS: StsRegions = { deactivated: [], enabled: [] }

interface Registered {
  readonly arn: string
  readonly account: string
}

/** Parses every policy, key and metadata document. Throws LocalAwsError with all problems. `changed`: after each change. */
export function buildIamStore(state: LocalAwsState, now: Date, changed: () => void = () => {}): IamStore {
  const problems: string[] = []
  const open = <Item, Result>(items: readonly Item[], place: string, one: (item: Item) => Result): Result[] =>
    items.flatMap((item, n) => {
      try {
        return [one(item)]
      } catch (error) {
        problems.push(...problemsOf(error).map((problem) => `${place}.${n}: ${problem}`))
        return []
      }
    })
  const roots = open(state.accounts, 'accounts', openRoot).flat()
  const users = [...roots, ...open(state.users, 'users', openUser).flat()]
  const roles = registry(
    open(state.roles, 'roles', (role) => openRole(role, now)),
    changed,
  )
  const samlProviders = registry(
    open(state.samlProviders, 'samlProviders', (one) => openSamlProvider(one, now)),
    changed,
  )
  const oidcProviders = registry(
    open(state.oidcProviders, 'oidcProviders', (one) => openOidcProvider(one, now)),
    changed,
  )
  const managedPolicies = registry(
    open(Object.entries(state.managedPolicies ?? {}), 'managedPolicies', ([arn, document]) =>
      openManagedPolicy(arn, document, now),
    ),
    changed,
  )
  if (problems.length > 0) throw new LocalAwsError('local_aws.state_invalid', problems)
  const byKey = new Map(users.map((user) => [user.accessKeyId, user]))
  const byArn = new Map([...users].reverse().map((user) => [user.arn, user]))
  const accounts = new Map(state.accounts.map((account) => [account.id, account]))
  return {
    accounts: () => state.accounts,
    accountName: (id) => accounts.get(id)?.name,
    stsRegions: (id) => regionsOf(accounts.get(id)),
    user: (accessKeyId) => byKey.get(accessKeyId),
    userByArn: (arn) => byArn.get(arn),
    usersIn: (account) => [...byKey.values()].filter((user) => user.account === account),
    deleteAccessKey: (accessKeyId) => {
      byKey.delete(accessKeyId)
      changed()
    },
    role: roles.find,
    principalById: (id) =>
      roles.all().find((role) => role.id === id)?.arn ?? users.find(({ userId }) => userId === id)?.arn,
    samlProvider: samlProviders.find,
    oidcProvider: (account, issuer) => findOidcProvider(oidcProviders.inAccount(account), issuer),
    accessToken: (provider, token) =>
      state.accessTokens?.find((known) => known.provider === provider && known.token === token),
    tradeInToken: (token) => state.tradeInTokens?.find((known) => known.token.reveal() === token),
    settings: createSettings(state.accounts, changed),
    managedPolicy: (arn) => {
      const known = managedPolicies.find(arn) ?? policyOfAws(arn)
      return known?.versions.find(({ id }) => id === known.defaultVersion)?.policy ?? NOTHING
    },
    managedPolicies,
    roles,
    samlProviders,
    oidcProviders,
  }
}

function problemsOf(error: unknown): string[] {
  if (error instanceof MalformedPolicyError)
    return error.problems.map(({ path, expected, found }) => `policy ${path}: expected ${expected}, found ${found}`)
  if (error instanceof LocalAwsError) return [...error.problems]
  if (error instanceof FedgateError) return [`${error.message} ${reasonOf(error) ?? ''}`.trim()]
  throw error
}

/** The root user, if the account has a key for it. */
function openRoot({ id, root }: AccountState): readonly User[] {
  if (!root) return []
  return [
    {
      kind: 'root',
      accessKeyId: root.accessKeyId,
      secretAccessKey: root.secretAccessKey,
      temporary: undefined,
      partition: 'aws',
      account: id,
      arn: `arn:aws:iam::${id}:root`,
      userId: id,
      name: '',
      mfaDevices: (root.mfa ?? []).map(openMfa),
      policies: [],
      permissionsBoundary: undefined,
      tags: new Map(),
    },
  ]
}

function openMfa({ serial, secret, code }: MfaState): MfaDevice {
  if (code) return fixedCodeDevice(serial, code)
  const key = secret && decodeBase32(secret.reveal())
  if (!key) throw new LocalAwsError('local_aws.state_invalid', [`mfa ${serial} has no base32 secret`])
  return totpDevice(serial, key)
}

function openUser(state: UserState): readonly User[] {
  const { arn } = state
  const { partition = 'aws', account = '' } = parseArn(arn) ?? {}
  const user = {
    kind: 'user' as const,
    temporary: undefined,
    partition,
    account,
    arn,
    userId: uniqueId('AIDA', account, arn),
    name: arn.slice(arn.lastIndexOf('/') + 1),
    mfaDevices: (state.mfa ?? []).map(openMfa),
    policies: openPolicies(state.policies),
    permissionsBoundary: state.permissionsBoundary,
    tags: tagsOf(state.tags),
  }
  return [state, ...(state.moreAccessKeys ?? [])].map(({ accessKeyId, secretAccessKey }) => ({
    ...user,
    accessKeyId,
    secretAccessKey,
  }))
}

function openPolicies(policies: PoliciesState | undefined): readonly PermissionPolicy[] {
  return Object.entries(policies ?? {}).map(([name, document]) => ({
    name,
    document: jsonOf(document),
    policy: parsePolicy(document, 'identity'),
  }))
}

/** A document as JSON text, in whichever form it was given. */
function jsonOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document)
}

function tagsOf(tags: Readonly<Record<string, string>> | undefined): ReadonlyMap<string, string> {
  return new Map(Object.entries(tags ?? {}))
}

function registry<Item extends Registered>(items: readonly Item[], changed: () => void): Registry<Item> {
  const byArn = new Map(items.map((item) => [item.arn, item]))
  return {
    find: (arn) => byArn.get(arn),
    inAccount: (account) => [...byArn.values()].filter((item) => item.account === account),
    all: () => [...byArn.values()],
    put: (item) => {
      byArn.set(item.arn, item)
      changed()
    },
    delete: (arn) => {
      byArn.delete(arn)
      changed()
    },
  }
}

function openRole(state: RoleState, now: Date): Role {
  const arn = parseRoleArn(state.arn)
  if (!arn) throw new LocalAwsError('local_aws.state_invalid', [`${state.arn} is not the ARN of a role`])
  const { trustPolicy } = state
  return {
    ...arn,
    trustPolicy: parseTrustPolicy(trustPolicy),
    trustDocument: jsonOf(trustPolicy),
    maxSessionDuration: state.maxSessionDuration ?? maxSessionDuration.default,
    id: uniqueId('AROA', arn.account, arn.arn),
    description: state.description,
    policies: openPolicies(state.policies),
    attachedPolicies: state.attachedPolicies ?? [],
    permissionsBoundary: state.permissionsBoundary,
    tags: tagsOf(state.tags),
    createdAt: now,
  }
}

function openSamlProvider(state: SamlProviderState, now: Date): SamlProvider {
  const privateKeys = (state.privateKeys ?? []).map((pem) => openPrivateKey(pem, now))
  return {
    arn: state.arn,
    account: parseArn(state.arn)?.account ?? '',
    metadata: parseIdpMetadata(state.metadata, { now }),
    uuid: newProviderId(state.arn),
    privateKeys,
    assertionEncryptionMode: state.assertionEncryptionMode ?? (privateKeys.length > 0 ? 'Allowed' : undefined),
    tags: tagsOf(state.tags),
    createdAt: now,
  }
}

function openPrivateKey(pem: Secret, now: Date): DecryptionKey {
  const key = decryptionKey(pem, now)
  if (!key) throw new LocalAwsError('local_aws.state_invalid', ['expected an RSA private key in PEM'])
  return key
}

function openOidcProvider({ arn, url, clientIds, thumbprints, tags }: OidcProviderState, now: Date): OidcProvider {
  return {
    arn,
    account: parseArn(arn)?.account ?? '',
    url,
    clientIds,
    thumbprints: thumbprints ?? [],
    tags: tagsOf(tags),
    createdAt: now,
  }
}

function regionsOf(account: AccountState | undefined): StsRegions {
  return account
    ? { deactivated: account.deactivatedRegions ?? [], enabled: account.enabledRegions ?? [] }
    : DEFAULT_REGIONS
}

/**
 * Including the scheme: a provider registered for https is never used for an http issuer. A trailing slash is ignored.
 */
function findOidcProvider(providers: readonly OidcProvider[], issuer: string): OidcProvider | undefined {
  const hostPath = issuerHostPath(issuer)
  return providers.find(
    ({ url }) => issuerHostPath(url) === hostPath && url.startsWith('http:') === issuer.startsWith('http:'),
  )
}
