import type { WebIdentityIssuer } from './web-identity-issuer.ts'

/** The issuer's public documents: the same octets from the gateway, a bucket or a CDN. */
export interface IssuerDocument {
  /** Relative to the issuer's URL, without a leading slash. */
  readonly path: string
  readonly contentType: string
  readonly text: string
}

/** OpenID Connect Discovery 1.0, 4 */
export const DISCOVERY_PATH = '.well-known/openid-configuration'
const KEY_SET_PATH = 'idp/jwks'

/**
 * OpenID Connect Discovery 1.0, 3. Without an authorization endpoint, as users do not sign in here: AWS reads only the
 * issuer and the URL of the keys.
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

/** RFC 7517 5: the keys that sign, will sign or have signed, in the order of the configuration. */
export function keySetDocument({ keys }: WebIdentityIssuer): IssuerDocument {
  return {
    path: KEY_SET_PATH,
    contentType: 'application/jwk-set+json',
    text: json({ keys }),
  }
}

/** Keys first, so that the keys are there before the discovery document that refers to them. */
export function issuerDocuments(issuer: WebIdentityIssuer): readonly IssuerDocument[] {
  return [keySetDocument(issuer), discoveryDocument(issuer)]
}
