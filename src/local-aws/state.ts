/**
 * The contents of the local AWS: accounts, users with their keys, roles with their trust policies, identity providers.
 * This file has the types: a LocalAwsState as it is written down, and the Iam that calls read and IAM calls change.
 * state/file.ts reads the first from YAML, state/open.ts builds the second, with every document parsed.
 */
import type { KeyObject } from 'node:crypto'
import type { RoleArn } from '../core/arn.ts'
import type { Secret } from '../core/secret.ts'
import type { Policy } from '../iam/policy.ts'
import type { IdpMetadata } from '../saml/metadata.ts'
import type { RootFeature, SettingsStore, TokenVersion } from './account/settings.ts'
import type { MfaDevice } from './mfa.ts'
import type { StsRegions } from './regions.ts'
import type { InstanceState } from './services/ec2/instances.ts'
import type { BucketState } from './services/s3/buckets.ts'
import type { Caller } from './sessions.ts'

export interface AccessKeyState {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

export interface MfaState {
  /** `arn:aws:iam::111122223333:mfa/dora` */
  readonly serial: string
  /** The TOTP secret in base32, as authenticator apps accept it. */
  readonly secret?: Secret | undefined
  /** Instead: one code that never changes, for scripts. */
  readonly code?: Secret | undefined
}

/** Permission policies by name: the documents, or their JSON texts. */
export type PoliciesState = Readonly<Record<string, unknown>>
type TagsState = Readonly<Record<string, string>>

/** A customer managed policy with more than its document. */
export interface ManagedPolicyState {
  /** Of the version that applies: the document, or its JSON text. */
  readonly document: unknown
  readonly description?: string | undefined
  readonly tags?: TagsState | undefined
  /** The number of that version. Default: 1. */
  readonly version?: number | undefined
  /** The highest number that a version has had. Default: `version`. */
  readonly newestVersion?: number | undefined
}

export interface AccountState {
  readonly id: string
  readonly name?: string | undefined
  /** Of its Organizations record. */
  readonly email?: string | undefined
  readonly status?: string | undefined
  /** The names of its organizational units, separated by slashes. Default: it is in the root. */
  readonly ou?: string | undefined
  readonly tags?: TagsState | undefined
  /** The root user's key. */
  readonly root?: (AccessKeyState & { readonly mfa?: readonly MfaState[] | undefined }) | undefined
  /** Default regions whose STS endpoint is deactivated. */
  readonly deactivatedRegions?: readonly string[] | undefined
  /** Regions beyond the default ones that the account has enabled. */
  readonly enabledRegions?: readonly string[] | undefined
  /** What the global endpoint issues. Default: v1Token. */
  readonly globalEndpointTokens?: TokenVersion | undefined
  /** Whether GetWebIdentityToken issues tokens. Default: false. */
  readonly outboundFederation?: boolean | undefined
  /** Of the management account: what centralized root access consists of. Default: nothing. */
  readonly rootFeatures?: readonly RootFeature[] | undefined
  /** Whether it may do privileged tasks in other accounts like the management account. Default: false. */
  readonly delegatedAdministrator?: boolean | undefined
}

export interface UserState extends AccessKeyState {
  readonly arn: string
  /** Beyond the first. */
  readonly moreAccessKeys?: readonly AccessKeyState[] | undefined
  readonly mfa?: readonly MfaState[] | undefined
  readonly policies?: PoliciesState | undefined
  /** The ARN of a managed policy. */
  readonly permissionsBoundary?: string | undefined
  readonly tags?: TagsState | undefined
}

export interface RoleState {
  readonly arn: string
  /** The document, or its JSON text. */
  readonly trustPolicy: unknown
  /** Seconds; default: an hour. */
  readonly maxSessionDuration?: number | undefined
  readonly description?: string | undefined
  readonly policies?: PoliciesState | undefined
  /** The ARNs of managed policies: AWS's own, and those in `managedPolicies`. */
  readonly attachedPolicies?: readonly string[] | undefined
  /** The ARN of a managed policy. */
  readonly permissionsBoundary?: string | undefined
  readonly tags?: TagsState | undefined
}

export type AssertionEncryptionMode = 'Required' | 'Allowed'

export interface SamlProviderState {
  readonly arn: string
  /** The metadata document itself. */
  readonly metadata: string
  /** PEM, at most two. */
  readonly privateKeys?: readonly Secret[] | undefined
  readonly assertionEncryptionMode?: AssertionEncryptionMode | undefined
  readonly tags?: TagsState | undefined
}

export interface OidcProviderState {
  readonly arn: string
  readonly url: string
  readonly clientIds: readonly string[]
  /** SHA-1 of certificates, 40 hex digits each. */
  readonly thumbprints?: readonly string[] | undefined
  readonly tags?: TagsState | undefined
}

/** The response of Login with Amazon or Facebook about an access token. They reject every other token. */
export interface AccessTokenState {
  readonly provider: 'www.amazon.com' | 'graph.facebook.com'
  readonly token: string
  /** The owner of the token; without it the provider does not respond. */
  readonly of?: { readonly appId: string; readonly userId: string } | undefined
}

/** A Cognito identity pool with the basic (classic) flow. */
export interface IdentityPoolState {
  /** `eu-west-1:` and a UUID. */
  readonly id: string
  /** The account that it is in, and whose OpenID providers it knows. */
  readonly account: string
  /** The client IDs of each login provider, by its host and path. */
  readonly logins: Readonly<Record<string, readonly string[]>>
}

/** A token that an approved delegation sent to a partner, for GetDelegatedAccessToken. */
export interface TradeInTokenState {
  readonly token: Secret
  /** The ARN of the role or user that approved. */
  readonly principal: string
  /** What the delegation permits: a policy document, or its JSON text. Default: what the principal may do. */
  readonly policy?: unknown
  /** An instant. Default: never. */
  readonly expiresAt?: string | undefined
  /** Of the credentials; default: an hour. */
  readonly durationSeconds?: number | undefined
}

/** An issuer whose tokens an application of IAM Identity Center may exchange for contexts of its users. */
export interface TrustedTokenIssuerState {
  readonly account: string
  readonly issuer: string
  /** The ARN of the application, `arn:aws:sso::111122223333:application/ssoins-…/apl-…`. */
  readonly application: string
  /** The `aud` claims that the application accepts. */
  readonly audiences: readonly string[]
  /** The claim that identifies the user. Default: `email`. */
  readonly claim?: string | undefined
}

export interface LocalAwsState {
  readonly accounts: readonly AccountState[]
  readonly users: readonly UserState[]
  readonly roles: readonly RoleState[]
  readonly samlProviders: readonly SamlProviderState[]
  readonly oidcProviders: readonly OidcProviderState[]
  readonly accessTokens?: readonly AccessTokenState[] | undefined
  readonly identityPools?: readonly IdentityPoolState[] | undefined
  readonly tradeInTokens?: readonly TradeInTokenState[] | undefined
  /** Customer managed policies by ARN, as documents or as ManagedPolicyState: to attach them to roles, for permissions boundaries and for session policies. */
  readonly managedPolicies?: PoliciesState | undefined
  readonly trustedTokenIssuers?: readonly TrustedTokenIssuerState[] | undefined
  readonly buckets?: readonly BucketState[] | undefined
  readonly instances?: readonly InstanceState[] | undefined
}

export type Tags = ReadonlyMap<string, string>

/** An inline policy of a user or a role. */
export interface PermissionPolicy {
  readonly name: string
  /** JSON, as given. */
  readonly document: string
  readonly policy: Policy
}

/** A user, or the root user of an account, under one of the access keys. */
export interface User extends Caller {
  readonly kind: 'user' | 'root'
  /** Long-term keys: this distinguishes them from sessions. */
  readonly temporary: undefined
  /** Empty for the root user. */
  readonly name: string
  readonly mfaDevices: readonly MfaDevice[]
  readonly policies: readonly PermissionPolicy[]
  readonly permissionsBoundary: string | undefined
  readonly tags: Tags
}

export interface Role extends RoleArn {
  readonly trustPolicy: Policy
  /** JSON, as given. */
  readonly trustDocument: string
  readonly maxSessionDuration: number
  /** `AROA…` */
  readonly id: string
  readonly description: string | undefined
  readonly policies: readonly PermissionPolicy[]
  /** ARNs, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[]
  readonly permissionsBoundary: string | undefined
  readonly tags: Tags
  readonly createdAt: Date
}

/** A customer managed policy. */
export interface ManagedPolicy {
  readonly arn: string
  readonly account: string
  readonly name: string
  /** `ANPA…` */
  readonly id: string
  readonly description: string | undefined
  /** The newest last. */
  readonly versions: readonly PolicyVersion[]
  /** The version that applies. */
  readonly defaultVersion: string
  /** The highest number that a version has had, even if it was deleted. */
  readonly newestVersion: number
  readonly tags: Tags
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface PolicyVersion {
  /** `v1` */
  readonly id: string
  /** JSON, as given. */
  readonly document: string
  readonly policy: Policy
  readonly createdAt: Date
}

/** A key of IAM's SAML provider that decrypts assertions. */
export interface DecryptionKey {
  readonly id: string
  readonly key: KeyObject
  readonly addedAt: Date
}

export interface SamlProvider {
  readonly arn: string
  readonly account: string
  readonly metadata: IdpMetadata
  readonly uuid: string
  /** The newest last. */
  readonly privateKeys: readonly DecryptionKey[]
  /** undefined if no key is registered: nothing can be decrypted. */
  readonly assertionEncryptionMode: AssertionEncryptionMode | undefined
  readonly tags: Tags
  readonly createdAt: Date
}

export interface OidcProvider {
  readonly arn: string
  readonly account: string
  readonly url: string
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: Tags
  readonly createdAt: Date
}

/** Resources of one type, by ARN. A change is one replacement, and takes effect with the next call. */
export interface Registry<Item> {
  find(arn: string): Item | undefined
  inAccount(account: string): readonly Item[]
  all(): readonly Item[]
  put(item: Item): void
  delete(arn: string): void
}

/** The state as calls read it and IAM calls change it. */
export interface IamStore {
  /** As written down, in that order. */
  accounts(): readonly AccountState[]
  accountName(id: string): string | undefined
  /** Accounts that are not in the state have the default regions. */
  stsRegions(account: string): StsRegions
  role(arn: string): Role | undefined
  user(accessKeyId: string): User | undefined
  /** With the root user, under every access key. */
  usersIn(account: string): readonly User[]
  deleteAccessKey(accessKeyId: string): void
  /** Under the first of the access keys. */
  userByArn(arn: string): User | undefined
  /** The ARN of the user or role that has this unique ID now. */
  principalById(id: string): string | undefined
  samlProvider(arn: string): SamlProvider | undefined
  /** By the token's issuer, in that account. */
  oidcProvider(account: string, issuer: string): OidcProvider | undefined
  accessToken(provider: string, token: string): AccessTokenState | undefined
  tradeInToken(token: string): TradeInTokenState | undefined
  readonly settings: SettingsStore
  /** What a managed policy allows, AWS's own or the account's, by its ARN: one that is not known allows nothing. */
  managedPolicy(arn: string): Policy
  readonly managedPolicies: Registry<ManagedPolicy>
  readonly roles: Registry<Role>
  readonly samlProviders: Registry<SamlProvider>
  readonly oidcProviders: Registry<OidcProvider>
}
