/**
 * Okta: the org authorization server, whose issuer is the domain, and custom ones below `/oauth2/`.
 * https://developer.okta.com/docs/concepts/auth-servers/
 */
import { HOST, issuerHasShape, type OidcPreset, parameterHasForm } from '../oidc-preset.ts'

/** Of the org authorization server, which has no scopes of one's own. */
const ORG_SCOPES = /^(openid|email|profile|address|phone|groups|offline_access|device_sso|okta\..+)$/

export const okta: OidcPreset = {
  name: 'Okta',
  guide: 'okta.md',
  parameters: ['domain', 'authorizationServer'],
  issuerShape: 'https://DOMAIN, or https://DOMAIN/oauth2/AUTHORIZATION-SERVER',
  issuerOf: ({ domain, authorizationServer }) =>
    domain && `https://${domain}${authorizationServer === undefined ? '' : `/oauth2/${authorizationServer}`}`,
  // Only the org authorization server has the scope groups from the start: another one refuses it (invalid_scope).
  fills: ({ authorizationServer }) => ({
    scopes: ['openid', 'email', 'profile', ...(authorizationServer === undefined ? ['groups'] : [])],
  }),
  rules: [
    parameterHasForm('domain', 'a domain with a scheme or a path', HOST, 'a host name such as example.okta.com'),
    parameterHasForm(
      'domain',
      'the domain of the Admin Console (`-admin`)',
      /^(?!.*-admin\.okta)/,
      'the domain without -admin: example.okta.com',
    ),
    issuerHasShape(
      'an issuer with a trailing slash, or with `/oauth2` and no authorization server',
      /^https:\/\/(?![^/]*-admin\.okta)[^/]+(\/oauth2\/[^/]+)?$/,
      'https://DOMAIN for the org authorization server, or https://DOMAIN/oauth2/ID for a custom one',
    ),
    {
      refuses: 'scopes of your own at the org authorization server',
      check: ({ issuer = '', scopes }) => {
        const own = scopes.find((scope) => !ORG_SCOPES.test(scope))
        return own === undefined || issuer.includes('/oauth2/')
          ? undefined
          : {
              path: ['scopes'],
              expected: "scopes of Okta's org authorization server, or authorizationServer for a custom one",
              found: own,
            }
      },
    },
  ],
  conditionKeys: ['DOMAIN:aud', 'DOMAIN:sub', 'DOMAIN:amr', 'DOMAIN/oauth2/AUTHORIZATION-SERVER:aud'],
  groups: 'groups',
  secondFactor: '`acrValues: [urn:okta:loa:2fa:any]`, or `phr` and `phrh` for phishing-resistant; also `amr: mfa`',
  publishes: [
    { member: 'response_types_supported', value: 'code' },
    { member: 'code_challenge_methods_supported', value: 'S256' },
    { member: 'id_token_signing_alg_values_supported', value: 'RS256' },
    { member: 'claims_supported', value: 'amr' },
  ],
}
