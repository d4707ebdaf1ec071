import type { Secret } from '../core/secret.ts'

/** Signature algorithms that an ID token may carry. Never `none`, and never HS*: the key would be the client secret. */
export const ID_TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

/** What the relying party has to know about one OpenID provider. */
export interface OidcSettings {
  /** The provider's `id` in the configuration. */
  readonly id: string
  /** Compared byte for byte: with discovery, with RFC 9207 `iss` and with the ID token. */
  readonly issuer: string
  readonly clientId: string
  /** Without one this is a public client. */
  readonly clientSecret?: Secret
  /** Default with a secret: client_secret_basic where the provider offers it, else client_secret_post. */
  readonly tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post' | 'none'
  /** `openid` is added where it is missing. */
  readonly scopes: readonly string[]
  /** The public URL of this provider's own callback: distinct per provider (RFC 9700 4.4). */
  readonly redirectUri: string
  /** Takes http URLs, on a loopback host only. */
  readonly allowInsecureHttp: boolean
  readonly clockSkewSeconds: number
  /** Default: what discovery offers. Either way only those of ID_TOKEN_ALGORITHMS count. */
  readonly idTokenAlgs?: readonly string[]
  /** Audiences that may stand beside our client id. Default: none. */
  readonly trustedAudiences?: readonly string[]
  /** False: the userinfo endpoint is not asked, even where there is one. */
  readonly userinfo?: boolean
}
