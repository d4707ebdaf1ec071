/**
 * Keycloak: an issuer for each realm.
 * https://www.keycloak.org/securing-apps/oidc-layers
 */
import { HOST, issuerHasShape, type OidcPreset, parameterHasForm } from '../oidc-preset.ts'

export const keycloak: OidcPreset = {
  name: 'Keycloak',
  guide: 'keycloak.md',
  parameters: ['domain', 'realm'],
  issuerShape: 'https://DOMAIN/realms/REALM',
  issuerOf: ({ domain, realm }) =>
    domain === undefined || realm === undefined ? undefined : `https://${domain}/realms/${encodeURIComponent(realm)}`,
  fills: () => ({ scopes: ['openid', 'email', 'profile'] }),
  rules: [
    parameterHasForm('domain', 'a domain with a scheme or a path', HOST, 'a host name such as sso.example.com'),
    parameterHasForm('realm', 'a realm with a slash', /^[^/\s]+$/, 'the name of a realm'),
    issuerHasShape(
      'an endpoint or the Admin Console as issuer',
      /^https:\/\/[^/]+(\/[^/]+)?\/realms\/[^/]+$/,
      'https://DOMAIN/realms/REALM, or https://DOMAIN/auth/realms/REALM where Keycloak has that path',
    ),
    {
      refuses: 'the realm `master`, which holds the administrators of Keycloak',
      check: ({ issuer = '', realm }) =>
        issuer.endsWith('/realms/master')
          ? {
              path: [realm === undefined ? 'issuer' : 'realm'],
              expected: 'a realm of your own, as master is for the administrators of Keycloak',
              found: 'master',
            }
          : undefined,
    },
  ],
  conditionKeys: ['DOMAIN/realms/REALM:aud', 'DOMAIN/realms/REALM:sub', 'DOMAIN/realms/REALM:azp'],
  groups: 'groups (with the Group Membership mapper)',
  secondFactor: '`acrValues` with the levels of "ACR to LoA Mapping"',
  publishes: [
    { member: 'response_types_supported', value: 'code' },
    { member: 'code_challenge_methods_supported', value: 'S256' },
    { member: 'claims_supported', value: 'acr' },
    { member: 'backchannel_logout_supported', value: true },
  ],
}
