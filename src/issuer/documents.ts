import type { WebIdentityIssuer } from './web-identity-issuer.ts'

/** What anyone may read of the issuer: the same octets from the gateway, a bucket or a CDN. */
export interface IssuerDocument {
  /** Below the issuer's URL, without a slash before it. */
  readonly path: string
  readonly contentType: string
  readonly text: string
}

/** OpenID Connect Discovery 1.0, 4 */
export const DISCOVERY_PATH = '.well-known/openid-configuration'
const KEY_SET_PATH = 'idp/jwks'

/**
 * OpenID Connect Discovery 1.0, 3. Without an authorization endpoint, as nobody signs in here: AWS looks for the issuer
 * and the address of the keys.
 */
export function discoveryDocument({ url, keys }: WebIdentityIssuer): IssuerDocument {
  return {
    path: DISCOVERY_PATH,
    contentType: 'application/json',
    text: json({
      issuer: url,
      jwks_uri: `${url}/${KEY_SET_PATH}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))],
      claims_supported: ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'amr'],
    }),
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** RFC 7517 5: the keys that sign, will sign or did, in the order of the configuration. */
export function keySetDocument({ keys }: WebIdentityIssuer): IssuerDocument {
  return {
    path: KEY_SET_PATH,
    contentType: 'application/jwk-set+json',
    text: json({ keys }),
  }
}

/** Keys first: who reads the discovery document finds the keys it speaks of. */
export function issuerDocuments(issuer: WebIdentityIssuer): readonly IssuerDocument[] {
  return [keySetDocument(issuer), discoveryDocument(issuer)]
}
