import type { ContextComparison } from '../core/authentication/context.ts'
import type { IdpMarks } from '../core/identity.ts'
import type { Glob } from '../core/patterns/glob.ts'
import type { LinearPattern } from '../core/patterns/linear.ts'
import type { Secret } from '../core/secret.ts'
import type { OidcPresetName } from '../presets/oidc-presets.ts'
import type { SamlPreset } from '../presets/saml/preset.ts'

/**
 * The configuration as the other folders use it: complete (defaults filled in), normalized and immutable. Durations are
 * seconds, paths are absolute, secrets are Secret, choices are unions. parseConfig of load.ts returns it.
 */
export interface Config {
  /** The file it was read from, for messages. Absolute. */
  readonly file: string
  /** The folder of that file, with generated keys under `certs/`. Absolute. */
  readonly folder: string
  /** `stateDir`: the file store and the last valid copies of metadata. Absolute; created when needed. */
  readonly stateFolder: string
  /** The gateway's public origin, such as `https://aws.example.com`. No trailing slash. */
  readonly baseUrl: string
  readonly listen: GatewayListen
  /** How many proxies in front may set X-Forwarded-*. */
  readonly trustProxy: number
  readonly session: SessionConfig
  readonly sts: StsConfig
  /** Missing only when no provider needs the gateway to sign. */
  readonly signing?: SigningKeysConfig
  /** Decrypts assertions and ID tokens. Missing: encrypted ones are neither requested nor accepted. */
  readonly encryption?: KeysConfig
  /** The gateway's own OpenID Connect issuer. Missing: no tokens are issued. */
  readonly issuer?: IssuerConfig
  readonly providers: readonly ProviderConfig[]
  /** By account ID, twelve digits. */
  readonly accounts: ReadonlyMap<string, AccountConfig>
  readonly roles: readonly RoleSettings[]
  readonly access: readonly AccessRule[]
  /** Files of the catalogue: absolute paths, in which `*`, `?` and `**` are wildcards. Empty: there is none. */
  readonly catalog: readonly string[]
  /** Where users ask for roles that they lack. Missing: the pages offer nothing. */
  readonly requestAccess?: RequestAccessConfig
  /** Who may see the operators' page. Empty: no user. */
  readonly operators: readonly OperatorRule[]
  /** Template of sts:RoleSessionName: `{subject}`, `{email}`, any attribute's name in braces. */
  readonly sessionName: string
  /** Template of sts:SourceIdentity; undefined: none is set. */
  readonly sourceIdentity?: string
  /** Templates of the session tags, by key. Keys differ in more than case. */
  readonly sessionTags: ReadonlyMap<string, string>
  /** Keys of transitive session tags, as written in sessionTags. */
  readonly transitiveTags: readonly string[]
  readonly localAws: LocalAwsConfig
  readonly audit: AuditConfig
  readonly metrics: MetricsConfig
  readonly limits: LimitsConfig
  /** What the SP metadata states for federations. */
  readonly federation?: FederationConfig
  /** The organization's own name, logo, colour and words on the pages. */
  readonly branding?: BrandingConfig
  /** Settings that the command does not need and that were not read. Random text replaces secrets among them. */
  readonly unread: readonly string[]
  /** As it is written, for operators. */
  readonly written: WrittenConfig
}

/** Values of the file: references are not replaced, secrets are left out. */
export type WrittenConfig = Readonly<Record<string, unknown>>

export interface Listen {
  readonly host: string
  readonly port: number
}

export interface GatewayListen extends Listen {
  /** Missing: plain HTTP. */
  readonly tls?: TlsFiles
}

export interface TlsFiles {
  /** Path of a PEM private key. */
  readonly key: string
  /** Path of a PEM certificate, followed by its intermediate certificates. */
  readonly cert: string
}

/** How many requests one address may send. */
export interface Rate {
  readonly requests: number
  readonly per: 's' | 'm' | 'h'
}

/** The first four are counted for each provider. */
export interface LimitsConfig {
  readonly loginStarts: Rate
  readonly acs: Rate
  readonly callbacks: Rate
  readonly logouts: Rate
  readonly oauth: Rate
  readonly api: Rate
}

export interface SessionConfig {
  /** The first signs, all verify. At least one. */
  readonly secrets: readonly [Secret, ...Secret[]]
  readonly store: StoreConfig
  readonly idleSeconds: number
  readonly lifetimeSeconds: number
}

/** Where sessions and everything else that outlives a request are kept. */
export type StoreConfig =
  /** In the process. */
  | { readonly kind: 'memory' }
  /** On this machine. The folder is absolute; created when needed. */
  | { readonly kind: 'file'; readonly folder: string }
  | RedisConfig

/** Redis or Valkey. */
export interface RedisConfig {
  readonly kind: 'redis'
  readonly servers: RedisServersConfig
  /** The ACL user; undefined: the default user. */
  readonly username?: string
  readonly password?: Secret
  /** To all servers, sentinels included. */
  readonly tls: boolean
  /** Path of a PEM file with the certificates that are trusted; undefined: those of the system. */
  readonly ca?: string
}

export type RedisServersConfig =
  | ({ readonly kind: 'node'; readonly database: number } & RedisAddress)
  /** Some nodes, from which the others are learned. At least one. */
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] }
  /** Sentinels, at least one, that know the master by this name. */
  | {
      readonly kind: 'sentinel'
      readonly name: string
      readonly nodes: readonly RedisAddress[]
      /** Of the sentinels themselves. */
      readonly username?: string
      readonly password?: Secret
    }

export interface RedisAddress {
  /** An IPv6 address has no brackets. */
  readonly host: string
  readonly port: number
}

/** The endpoint of an AWS service: AWS itself, the local AWS that runs with the gateway, or a URL. */
export type AwsTarget =
  | { readonly kind: 'aws' }
  | { readonly kind: 'local' }
  /** Without a trailing slash. */
  | { readonly kind: 'url'; readonly url: string }

export interface StsConfig {
  readonly target: AwsTarget
  readonly signIn: AwsTarget
  /** An ordinary region, never `aws-global`. */
  readonly region: string
  /** Use only FIPS 140 endpoints; roles in regions without one cannot be assumed. */
  readonly fips: boolean
  readonly timeoutSeconds: number
}

/** The keys for one purpose; several during a rotation. The first is used, all are published. */
export type KeysConfig = readonly [KeyConfig, ...KeyConfig[]]
export type SigningKeysConfig = readonly [SigningKeyConfig, ...SigningKeyConfig[]]

/** A key in a file, or one that never leaves AWS KMS. */
export type SigningKeyConfig = KeyConfig | KmsKeyPairConfig

export interface KmsKeyPairConfig {
  readonly kms: KmsKeyConfig
  /** Path of its PEM certificate. */
  readonly certificate: string
}

export interface KmsKeyConfig {
  /** Key ID, key ARN or alias. */
  readonly keyId: string
  readonly region: string
  /** Instead of AWS's own endpoint of the region. Without a trailing slash. */
  readonly endpoint?: string
}

export interface KeyConfig {
  /** Path of a PEM private key (RSA). */
  readonly key: string
  /** Path of its PEM certificate. */
  readonly certificate: string
  /** Whether missing files are created on first start: if the configuration names no key. */
  readonly createIfMissing: boolean
}

export interface IssuerConfig {
  /** The `iss`, byte for byte. Without a trailing slash. */
  readonly url: string
  /** The first signs, all are published. */
  readonly keys: readonly [IssuerKeyConfig, ...IssuerKeyConfig[]]
  readonly algorithm: 'RS256' | 'ES256'
  readonly audience: string
  readonly tokenLifetimeSeconds: number
}

export type IssuerKeyConfig =
  | {
      /** Path of a PEM private key: RSA or P-256. */
      readonly key: string
      /** Whether a missing file is created on first start: if the configuration names no key. */
      readonly createIfMissing: boolean
    }
  /** RSA or P-256. */
  | { readonly kms: KmsKeyConfig }

export type ProviderConfig = SamlProviderConfig | OidcProviderConfig

export interface SamlProviderConfig {
  readonly protocol: 'saml'
  readonly id: string
  readonly label: string
  /** The product that it runs on. What it fills in is in the settings below. */
  readonly preset?: SamlPreset
  readonly metadata: MetadataSource
  /** Path of the PEM certificate with which the metadata must be signed; undefined: no signature is required. */
  readonly metadataCertificate?: string
  /** How far ahead the validUntil of metadata may be when it is read; undefined: no limit. */
  readonly metadataMaxValiditySeconds?: number
  /** Whether metadata must have a validUntil. */
  readonly requireValidUntil: boolean
  /** The entity of the metadata; undefined: the only one, or with `discovery` the one that the user chooses. */
  readonly entityId?: string
  /** Whether users choose among all identity providers of the metadata. */
  readonly discovery: boolean
  /** With `discovery`: the marks of those that are offered, a value of each list; undefined: all. */
  readonly idps?: Partial<IdpMarks>
  /** The SAML discovery service where users choose; undefined: our own page. */
  readonly discoveryService?: string
  /** Our entityID for this IdP: as configured; else AWS's with original evidence; else our SP metadata URL. */
  readonly spEntityId: string
  /** What must be signed. Every signature that is present must be valid. */
  readonly signature: 'any' | 'assertion' | 'response' | 'both'
  /** `auto`: if the metadata asks for it. */
  readonly signRequests: 'auto' | 'always'
  /** The NameIDPolicy's Format, a URI; undefined: none is requested. */
  readonly nameIdFormat?: string
  /** The RequestedAuthnContext's class references, in order of preference; empty: none is requested. */
  readonly authnContext: readonly string[]
  readonly authnContextComparison: ContextComparison
  /** Its classes, weakest first. */
  readonly authnContextRanking: readonly string[]
  readonly allowIdpInitiated: boolean
  readonly wantAssertionsEncrypted: boolean
  /** Whether AES-CBC is decrypted in a Response that is not signed itself. */
  readonly acceptCbcWithoutSignedResponse: boolean
  readonly clockSkewSeconds: number
  /** How long after its IssueInstant an assertion is accepted, even if it is valid for longer. */
  readonly maxAssertionAgeSeconds: number
  readonly subject: SubjectSource
  /** Whether this IdP's own Role attribute is trusted. */
  readonly rolesFromAssertion: boolean
  readonly exchange: ReissuedExchange | OriginalSamlExchange
}

export type MetadataSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  /** Metadata Query Protocol: the base URL, without a trailing slash. */
  | { readonly kind: 'mdq'; readonly url: string }

export type SubjectSource =
  | { readonly kind: 'nameId' }
  /** By its Name, such as `urn:oasis:names:tc:SAML:attribute:pairwise-id`. */
  | { readonly kind: 'attribute'; readonly name: string }

/** Evidence that the gateway signs itself, after a sign-in by either protocol. */
export type ReissuedExchange = ReissuedSamlExchange | ReissuedWebIdentityExchange

/** AssumeRoleWithSAML with a response that the gateway signs. */
export interface ReissuedSamlExchange {
  readonly via: 'saml'
  readonly evidence: 'reissued'
  /** The name of the SAML provider in IAM, in every account. */
  readonly provider: string
}

/** AssumeRoleWithWebIdentity with a token that the gateway signs as an issuer of its own. */
export interface ReissuedWebIdentityExchange {
  readonly via: 'web-identity'
  readonly evidence: 'reissued'
  /** The Cognito identity pool that first exchanges that token for one of its own; undefined: none. */
  readonly identityPoolId?: string
}

/** AssumeRoleWithSAML with the identity provider's own response. Roles are the pairs of its Role attribute. */
export interface OriginalSamlExchange {
  readonly via: 'saml'
  readonly evidence: 'original'
  /** The name of the SAML provider in IAM that holds the identity provider's metadata: for the local AWS. */
  readonly provider: string
  /** Whether the SAML provider in IAM has our decryption key, so encrypted assertions can be passed on. */
  readonly stsDecrypts: boolean
}

export interface OidcProviderConfig {
  readonly protocol: 'oidc'
  readonly id: string
  readonly label: string
  /** The family of the provider; undefined: plain OpenID Connect. */
  readonly preset?: OidcPresetName
  /** Byte for byte as configured: the `iss` of its tokens. */
  readonly issuer: string
  /** Further values of `iss` that mean the same issuer. Empty: none. */
  readonly issuerAliases: readonly string[]
  /** For the users of several tenants: the issuer of a tenant's tokens, with `{tenantid}` for their `tid`. */
  readonly issuerTemplate?: string
  /** A provider that issues access tokens only, which it verifies itself: AWS knows it by this name. */
  readonly accessTokens?: AccessTokenConfig
  readonly clientId: string
  readonly clientAuth: ClientAuth
  readonly scopes: readonly string[]
  readonly responseMode: 'query' | 'form_post'
  readonly prompt?: string
  readonly maxAgeSeconds?: number
  /** The sign-in must use one of them. Empty: any. */
  readonly acrValues: readonly string[]
  readonly acrComparison: ContextComparison
  /** Its values of `acr`, weakest first. */
  readonly acrRanking: readonly string[]
  /** No parameter of the protocol itself. */
  readonly authorizationParams: Readonly<Record<string, string>>
  readonly par: 'auto' | 'always'
  readonly userinfo: boolean
  /** How the browser ends the provider's session at sign-out. */
  readonly endSessionMethod: 'auto' | 'post' | 'get'
  /** undefined: those of RS, PS, ES and EdDSA that discovery offers. */
  readonly idTokenAlgs?: readonly string[]
  /** undefined: true if rules or templates use the email address. */
  readonly requireVerifiedEmail?: boolean
  /** Audiences that an ID token may contain besides our client ID. */
  readonly trustedAudiences: readonly string[]
  /** Loopback issuers only. */
  readonly allowInsecureHttp: boolean
  readonly exchange: ReissuedExchange | OriginalWebIdentityExchange
}

export type ClientAuth =
  | {
      readonly kind: 'secret'
      readonly secret: Secret
      /** undefined: what the provider offers. */
      readonly method?: 'client_secret_basic' | 'client_secret_post'
    }
  | {
      /** private_key_jwt */
      readonly kind: 'key'
      /** Path of the PEM private key. */
      readonly privateKey: string
      readonly keyId?: string
      /** JWS `alg`; undefined: by the key's type. */
      readonly algorithm?: string
      /** Path of the key's PEM certificate, whose thumbprints are sent. */
      readonly certificate?: string
    }
  | { readonly kind: 'none' }

/** A provider without ID tokens, and where its endpoints are. */
export interface AccessTokenConfig {
  /** STS's ProviderId. */
  readonly providerId: 'www.amazon.com' | 'graph.facebook.com'
  /** Origins, without a trailing slash. */
  readonly authorization: string
  readonly api: string
}

/** AssumeRoleWithWebIdentity with the provider's own token. */
export interface OriginalWebIdentityExchange {
  readonly via: 'web-identity'
  readonly evidence: 'original'
  /** The Cognito identity pool that first exchanges that token for one of its own; undefined: none. */
  readonly identityPoolId?: string
}

export interface AccountConfig {
  /** Default: the account ID. */
  readonly name: string
  readonly color?: AccountColor
  /** What it is used for, in a word: `production`. */
  readonly environment?: string
  readonly region?: string
}

export const accountColors = ['red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink', 'gray'] as const
export type AccountColor = (typeof accountColors)[number]

export interface RequestAccessConfig {
  /** An https URL in which `{arn}` is replaced by the role's ARN. */
  readonly url: string
  /** Patterns over the ARNs of catalogue roles that users may see without having them. Empty: none. */
  readonly show: readonly Glob[]
}

/** Settings of the roles whose ARN matches. For each setting, the first match that has it decides. */
export interface RoleSettings {
  /** As written: `*` matches any text, `?` one character. */
  readonly match: string
  /** The same, anchored to the whole ARN. */
  readonly pattern: Glob
  readonly alias?: string
  readonly maxSessionSeconds?: number
  /** Maximum age of the authentication. */
  readonly maxAuthAgeSeconds?: number
  /** Authentication contexts, one of which the sign-in must have. */
  readonly authnContext?: readonly string[]
  /** Whether the pages ask the user once more before they use the role. */
  readonly sensitive?: boolean
  /** Managed policies that limit the session. Empty: not set. */
  readonly sessionPolicyArns: readonly string[]
  /** An inline policy that limits the session: compact JSON, escaped to the characters that AWS accepts. */
  readonly sessionPolicy?: string
  /** The role's trust policy as set in IAM: JSON. */
  readonly trustPolicy?: string
}

/** Who may assume which roles. All conditions must match; a user gets the roles of all matching rules. */
export interface AccessRule {
  readonly when: {
    /** Ids of providers, one of which the user must have signed in with; undefined: any provider. */
    readonly provider?: readonly string[]
    /** entityIDs (or issuers), one of which the user must have signed in with; undefined: any. */
    readonly idp?: readonly string[]
    readonly conditions: readonly AccessCondition[]
  }
  /** Role ARNs, in which `{name}` is replaced by what the group `name` of this rule's patterns matched. */
  readonly roles: readonly string[]
  /** Roles of the catalogue by what they are. Absent: none. */
  readonly selectors?: readonly RoleSelector[]
  /** The rule's line in the configuration file, for messages. From 1. */
  readonly line: number
}

/** Roles of the catalogue: those that meet every condition. In the texts `*` matches any text and `?` one character. */
export interface RoleSelector {
  /** As shown in messages: `tag fedgate:groups`. */
  readonly shown: string
  /** A tag of the role names the users who get it, by values of one of their attributes. */
  readonly grantTag?: {
    readonly key: string
    /** Default: `groups`. */
    readonly attribute: string
    /** Between two values in the tag. Default: a space. */
    readonly separator: string
  }
  /** Tags that the role has, each with one of these values. */
  readonly tags: ReadonlyMap<string, readonly Glob[]>
  readonly path?: readonly Glob[]
  readonly name?: readonly Glob[]
  /** IDs of accounts. */
  readonly account?: readonly Glob[]
  /** Organizational units, by path or ID; the accounts of units within them count too. */
  readonly ou?: readonly Glob[]
  readonly accountTags: ReadonlyMap<string, readonly Glob[]>
}

/** Who may see the operators' page: as an access rule. The provider is always named. */
export type OperatorRule = Pick<AccessRule, 'when' | 'line'>

/** One of the attribute's values must match one of these. */
export interface AccessCondition {
  readonly attribute: string
  readonly anyOf: readonly ValueMatch[]
}

export type ValueMatch =
  | { readonly kind: 'text'; readonly value: string }
  /** Anchored to the whole value. */
  | { readonly kind: 'pattern'; readonly pattern: LinearPattern }

export interface LocalAwsConfig {
  readonly listen: Listen
  /** AWS itself accepts only https issuers without a port. */
  readonly allowHttpIssuers: boolean
  /** Whether denials carry a message for DecodeAuthorizationMessage. AWS's own STS and IAM send none. */
  readonly encodedMessages: boolean
  /** URLs by the origin that they stand in for. */
  readonly standIns: Readonly<Record<string, string>>
  /** Accounts, users, roles and identity providers, in addition to those of the gateway's own configuration. */
  readonly stateFile?: string
}

/** By language: `en`, `de-CH`. */
export type Localized = ReadonlyMap<string, string>

/** Texts are empty if none are configured, else in English at least. */
export interface FederationConfig {
  readonly displayName: Localized
  readonly description: Localized
  readonly informationUrl: Localized
  readonly privacyStatementUrl: Localized
  readonly logos: readonly {
    readonly url: string
    readonly width: number
    readonly height: number
    readonly language?: string | undefined
  }[]
  readonly organization: { readonly name: Localized; readonly displayName: Localized; readonly url: Localized }
  readonly contacts: readonly FederationContact[]
  /** URIs. */
  readonly entityCategories: readonly string[]
  readonly sirtfi: boolean
  /** undefined: as each provider's `subject`. */
  readonly subjectId?: 'subject-id' | 'pairwise-id' | 'any' | 'none'
}

/** Paths are absolute. */
export interface BrandingConfig {
  readonly name?: string
  /** Path of an SVG or PNG file. */
  readonly logo?: string
  /** `#` and three or six hexadecimal digits, in lower case. */
  readonly color?: string
  /** An https URL or a mailto: link. */
  readonly support?: string
  /** What users see before they sign in. Markdown. */
  readonly notice?: { readonly text: string } | { readonly file: string }
  readonly legal?: {
    readonly text?: string
    /** Text and target, in this order. */
    readonly links: readonly (readonly [label: string, href: string])[]
  }
}

export interface FederationContact {
  readonly kind: 'technical' | 'support' | 'administrative' | 'security'
  readonly name?: string
  readonly email: string
}

export interface MetricsConfig {
  /** Missing: at the address of the gateway, for operators and for requests from this machine. */
  readonly listen?: Listen
}

export interface AuditConfig {
  /** undefined: standard output. */
  readonly file?: string
  /** The URL of a syslog collector, instead of a file. */
  readonly syslog?: string
  /** Path of the collector's CA certificates. */
  readonly syslogCa?: string
  /** Path of the private key that signs the log. undefined: in the state folder. */
  readonly key?: string
  /** Whether sign-ins and role sessions fail while the log cannot be written. */
  readonly required: boolean
}
