import type { Glob } from '../core/patterns/glob.ts'
import type { LinearPattern } from '../core/patterns/linear.ts'
import type { Secret } from '../core/secret.ts'

/**
 * The configuration as the rest of the house uses it: complete (defaults filled in), normalized and immutable.
 * Durations are seconds, paths absolute, secrets are Secret, choices are unions. Only load.ts makes one.
 */
export interface Config {
  /** The file it was read from, for messages. Absolute. */
  readonly file: string
  /** The folder of that file: where generated keys go (`certs/`). Absolute. */
  readonly folder: string
  /** Where last good copies of metadata are kept: `state/` beside the file. Absolute; made when something is kept. */
  readonly stateFolder: string
  /** The gateway's public origin, such as `https://aws.example.com`. No trailing slash. */
  readonly baseUrl: string
  readonly listen: Listen
  /** How many proxies in front may set X-Forwarded-*. */
  readonly trustProxy: number
  readonly session: SessionConfig
  readonly sts: StsConfig
  /** Missing only when no provider needs the gateway to sign. */
  readonly signing?: KeysConfig
  /** Opens encrypted assertions. Missing: none is asked for or taken. */
  readonly encryption?: KeysConfig
  /** The gateway as OpenID issuer towards AWS. Missing: it is none. */
  readonly issuer?: IssuerConfig
  readonly providers: readonly ProviderConfig[]
  /** By account id, twelve digits. */
  readonly accounts: ReadonlyMap<string, AccountConfig>
  readonly roles: readonly RoleSettings[]
  readonly access: readonly AccessRule[]
  /** Who may see how the gateway is. Empty: nobody. */
  readonly operators: readonly OperatorRule[]
  /** Template of sts:RoleSessionName: `{subject}`, `{email}`, any attribute's name in braces. */
  readonly sessionName: string
  /** Template of sts:SourceIdentity; undefined: none is set. */
  readonly sourceIdentity?: string
  /** Templates of the session tags, by key. Keys differ in more than case. */
  readonly sessionTags: ReadonlyMap<string, string>
  /** Keys of session tags that go along when the session takes further roles, as they are written in sessionTags. */
  readonly transitiveTags: readonly string[]
  readonly localAws: LocalAwsConfig
  readonly audit: AuditConfig
  /** Secrets that were not read, as the command does not use them: random text is in their place. */
  readonly unread: readonly string[]
}

export interface Listen {
  readonly host: string
  readonly port: number
}

export interface SessionConfig {
  /** The first signs, all verify. At least one. */
  readonly secrets: readonly [Secret, ...Secret[]]
  readonly store: 'memory'
  readonly idleSeconds: number
  readonly lifetimeSeconds: number
}

/** Where an AWS service is spoken to: AWS itself, the local AWS that runs with the gateway, or an address. */
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
  /** FIPS 140 endpoints only: where a region has none, no role is taken. */
  readonly fips: boolean
  readonly timeoutSeconds: number
}

/** The keys for one purpose, so that they can be changed without an interruption: the first is used, all are published. */
export type KeysConfig = readonly [KeyConfig, ...KeyConfig[]]

export interface KeyConfig {
  /** Path of a PEM private key (RSA). */
  readonly key: string
  /** Path of its PEM certificate. */
  readonly certificate: string
  /** True when the configuration names no key: then both files are made at first start if they are not there. */
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

export interface IssuerKeyConfig {
  /** Path of a PEM private key: RSA or P-256. */
  readonly key: string
  /** True when the configuration names no key: then it is made at first start if it is not there. */
  readonly createIfMissing: boolean
}

export type ProviderConfig = SamlProviderConfig | OidcProviderConfig

export interface SamlProviderConfig {
  readonly protocol: 'saml'
  readonly id: string
  readonly label: string
  readonly metadata: MetadataSource
  /** Path of the PEM certificate with which the metadata must be signed; undefined: it needs no signature. */
  readonly metadataCertificate?: string
  /** How far ahead the validUntil of metadata may be when it is read; undefined: it may be valid for any time. */
  readonly metadataMaxValiditySeconds?: number
  /** Whether metadata must have a validUntil. */
  readonly requireValidUntil: boolean
  /** Which entity of the metadata; undefined: the only one there, or with `discovery` the one that a person chooses. */
  readonly entityId?: string
  /** A person chooses among all identity providers of the metadata. */
  readonly discovery: boolean
  /** Our own entityID towards this IdP: as configured, else AWS's where AWS sees the assertion, else our SP metadata URL. */
  readonly spEntityId: string
  /** Which must be signed. Every signature present must verify. */
  readonly signature: 'any' | 'assertion' | 'response' | 'both'
  /** `auto`: where the metadata wants it. */
  readonly signRequests: 'auto' | 'always'
  /** The NameIDPolicy's Format, a URI; undefined: none is asked for. */
  readonly nameIdFormat?: string
  /** The RequestedAuthnContext's class references, best first; empty: none is asked for. */
  readonly authnContext: readonly string[]
  readonly allowIdpInitiated: boolean
  readonly wantAssertionsEncrypted: boolean
  /** Whether AES-CBC is opened inside a Response that is not signed itself. */
  readonly acceptCbcWithoutSignedResponse: boolean
  readonly clockSkewSeconds: number
  /** How long after its IssueInstant an assertion is accepted, whatever end it names. */
  readonly maxAssertionAgeSeconds: number
  readonly subject: SubjectSource
  /** Whether this IdP's own Role attribute is believed. */
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

/** What the gateway itself vouches for, whichever protocol the sign-in came by. */
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
}

/** AssumeRoleWithSAML with the identity provider's own response. Roles are the pairs of its Role attribute. */
export interface OriginalSamlExchange {
  readonly via: 'saml'
  readonly evidence: 'original'
  /** The name of the SAML provider in IAM that holds the identity provider's metadata: for the local AWS. */
  readonly provider: string
  /** The SAML provider in IAM holds our decryption key, so that an encrypted assertion may be passed on. */
  readonly stsDecrypts: boolean
}

export interface OidcProviderConfig {
  readonly protocol: 'oidc'
  readonly id: string
  readonly label: string
  /** Byte for byte as configured: the `iss` of its tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientAuth: ClientAuth
  readonly scopes: readonly string[]
  readonly responseMode: 'query' | 'form_post'
  readonly prompt?: string
  readonly maxAgeSeconds?: number
  /** The sign-in has to be of one of them. Empty: of any. */
  readonly acrValues: readonly string[]
  /** None of the protocol's own. */
  readonly authorizationParams: Readonly<Record<string, string>>
  readonly par: 'auto' | 'always'
  readonly userinfo: boolean
  /** How the browser ends the provider's session at sign-out. */
  readonly endSessionMethod: 'auto' | 'post' | 'get'
  /** undefined: what discovery offers of RS, PS, ES and EdDSA. */
  readonly idTokenAlgs?: readonly string[]
  /** undefined: where rules or templates use the address. */
  readonly requireVerifiedEmail?: boolean
  /** May stand beside our client id in an ID token. */
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
      /** Path of the key's PEM certificate, whose thumbprints go along. */
      readonly certificate?: string
    }
  | { readonly kind: 'none' }

/** AssumeRoleWithWebIdentity with the provider's own ID token. */
export interface OriginalWebIdentityExchange {
  readonly via: 'web-identity'
  readonly evidence: 'original'
}

export interface AccountConfig {
  /** The account id where no name is configured. */
  readonly name: string
  readonly color?: AccountColor
  readonly region?: string
}

export const accountColors = ['red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink', 'gray'] as const
export type AccountColor = (typeof accountColors)[number]

/** What is special about the roles whose ARN matches. The first match that says something wins. */
export interface RoleSettings {
  /** As written: `*` stands for any text, `?` for one character. */
  readonly match: string
  /** The same, anchored to the whole ARN. */
  readonly pattern: Glob
  readonly alias?: string
  readonly maxSessionSeconds?: number
  /** How long ago the person may have proved who they are. */
  readonly maxAuthAgeSeconds?: number
  /** Managed policies that scope the session down. Empty: nothing is said of them. */
  readonly sessionPolicyArns: readonly string[]
  /** An inline policy that scopes the session down: compact JSON, in the characters that AWS takes. */
  readonly sessionPolicy?: string
  /** The role's trust policy as set in IAM: JSON. */
  readonly trustPolicy?: string
}

/** Who may take which roles. All conditions must hold; all rules that match add up. */
export interface AccessRule {
  readonly when: {
    /** Provider ids of which one must have vouched; undefined: any provider. */
    readonly provider?: readonly string[]
    /** entityIDs (or issuers) of which one must have vouched; undefined: any. */
    readonly idp?: readonly string[]
    readonly conditions: readonly AccessCondition[]
  }
  /** Role ARNs, in which `{name}` stands for what the named group `name` of this rule's patterns matched. */
  readonly roles: readonly string[]
  /** The line in the configuration file, so that a grant can name its rule. From 1. */
  readonly line: number
}

/** Who may see how the gateway is: as of an access rule. The provider is always named. */
export type OperatorRule = Pick<AccessRule, 'when' | 'line'>

/** One of the attribute's values must fit one of these. */
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
  /** AWS itself takes https issuers without a port only. */
  readonly allowHttpIssuers: boolean
  /** After the text of a refusal, for DecodeAuthorizationMessage. AWS's own STS and IAM send none. */
  readonly encodedMessages: boolean
  /** Accounts, users, roles and identity providers, beside what is made from the gateway's own configuration. */
  readonly stateFile?: string
}

export interface AuditConfig {
  /** undefined: standard output. */
  readonly file?: string
  /** What cannot be recorded does not happen. */
  readonly required: boolean
}
