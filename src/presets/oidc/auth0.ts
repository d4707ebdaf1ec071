/**
 * Auth0: the issuer is the tenant's domain with a trailing slash.
 * https://auth0.com/docs/secure/tokens/id-tokens/id-token-structure
 */
import { HOST, issuerHasShape, type OidcPreset, parameterHasForm } from '../oidc-preset.ts'

export const auth0: OidcPreset = {
  name: 'Auth0',
  guide: 'auth0.md',
  parameters: ['domain'],
  issuerShape: 'https://DOMAIN/',
  issuerOf: ({ domain }) => domain && `https://${domain}/`,
  fills: () => ({ scopes: ['openid', 'email', 'profile'] }),
  rules: [
    parameterHasForm('domain', 'a domain with a scheme or a path', HOST, 'a host name such as example.eu.auth0.com'),
    issuerHasShape(
      'an issuer without a trailing slash',
      /^https:\/\/[^/]+\/$/,
      'https://DOMAIN/ with the slash, as in the tokens of Auth0',
    ),
    {
      refuses: 'ID tokens signed with the client secret (HS256) as original evidence',
      check: ({ idTokenAlgs = [], exchange }) =>
        exchange.evidence === 'original' && idTokenAlgs.some((algorithm) => algorithm.startsWith('HS'))
          ? {
              path: ['idTokenAlgs'],
              expected: 'RS256: in Auth0, "JSON Web Token (JWT) Signature Algorithm" under Advanced Settings > OAuth',
              found: idTokenAlgs.join(', '),
            }
          : undefined,
    },
  ],
  conditionKeys: ['DOMAIN:aud', 'DOMAIN:sub', 'DOMAIN:amr'],
  groups: 'a claim of your own, such as https://example.com/groups',
  secondFactor: '`acrValues: [http://schemas.openid.net/pape/policies/2007/06/multi-factor]`; also `amr: mfa`',
  publishes: [
    { member: 'response_types_supported', value: 'code' },
    { member: 'code_challenge_methods_supported', value: 'S256' },
    { member: 'id_token_signing_alg_values_supported', value: 'RS256' },
    { member: 'scopes_supported', value: 'profile' },
  ],
}
