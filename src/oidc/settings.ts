import type { KeyObject, X509Certificate } from 'node:crypto'
import type { Secret } from '../core/secret.ts'

/** Signature algorithms that an ID token may have by default. Never `none`. */
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

/** Accepted only if `idTokenAlgs` names them: anyone with the client secret can sign with them. */
export const MAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const

/** The settings of one OpenID provider. */
export interface OidcSettings {
  /** The provider's `id` in the configuration. */
  readonly id: string
  /** Compared byte for byte with discovery, with RFC 9207 `iss` and with the ID token. */
  readonly issuer: string
  /** Values of an ID token's `iss` that mean the same issuer: Google's without `https://`. */
  readonly issuerAliases?: readonly string[]
  /**
   * The issuer in the discovery document of several tenants, with `{tenantid}` in it: the ID token's `iss` must be that
   * of its `tid`. Replaces the comparison with `issuer`.
   */
  readonly issuerTemplate?: string
  readonly clientId: string
  /** Without a secret and a client key, this is a public client. */
  readonly clientSecret?: Secret
  /** Signs client assertions: RSA, EC (P-256, P-384, P-521) or Ed25519. RFC 7523 2.2 */
  readonly clientKey?: ClientKey
  /**
   * Default: private_key_jwt with a client key; with a secret, client_secret_basic if the provider offers it, else
   * client_secret_post. A provider that does not percent-decode Basic credentials needs client_secret_post if the
   * secret contains characters other than letters, digits and `*-._`.
   */
  readonly tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none'
  /** `openid` is added if missing. */
  readonly scopes: readonly string[]
  /** The public URL of this provider's own callback: distinct per provider (RFC 9700 4.4). */
  readonly redirectUri: string
  /** How the provider is asked to send the response. Default: `query`. */
  readonly responseMode?: 'query' | 'form_post'
  /** `always`: authorization requests are pushed (RFC 9126). `auto`, the default: if the provider requires it. */
  readonly par?: 'auto' | 'always'
  readonly prompt?: string
  /** Seconds. Sent as `max_age`, and `auth_time` is checked against it. Core 3.1.2.1 */
  readonly maxAgeSeconds?: number
  /**
   * Sent as `acr_values`, and the ID token's `acr` must be one of them: the request passes through the browser, where
   * an unchecked preference could be removed. Mere preferences go into `authorizationParams`.
   */
  readonly acrValues?: readonly string[]
  /** Further parameters of the authorization request. None of RESERVED_PARAMETERS. */
  readonly authorizationParams?: Readonly<Record<string, string>>
  /** Allows http URLs, only on a loopback host. */
  readonly allowInsecureHttp: boolean
  readonly clockSkewSeconds: number
  /** Default: those of ID_TOKEN_ALGORITHMS that discovery offers. MAC_ALGORITHMS are accepted only if named here. */
  readonly idTokenAlgs?: readonly string[]
  /** Decrypt ID tokens: RSA or EC. */
  readonly decryptionKeys?: readonly PrivateKey[]
  /** Audiences allowed besides our client ID, whose holders could be given the token too. Default: none. */
  readonly trustedAudiences?: readonly string[]
  /**
   * True: an `email` counts only if the provider says that it has verified it. Default: unless it says that it has not.
   */
  readonly requireVerifiedEmail?: boolean
  /**
   * How the browser ends the provider's session: `get` without the ID token. `auto`, the default: `post` if offered.
   */
  readonly endSessionMethod?: 'auto' | 'post' | 'get'
  /** False: the userinfo endpoint is not used, even if there is one. */
  readonly userinfo?: boolean
}

/** The key that authenticates us to a provider. */
export interface ClientKey extends PrivateKey {
  /** JWS `alg`; undefined: the first that the key supports and the provider lists. */
  readonly algorithm?: string
  /** The key's certificate: its thumbprints are sent. RFC 7515 4.1.7 and 4.1.8 */
  readonly certificate?: X509Certificate
}

/** A key of ours, with the ID by which the provider knows it. */
export interface PrivateKey {
  readonly privateKey: KeyObject
  readonly kid?: string
}
