/**
 * GitLab: gitlab.com, or an instance of your own. Groups are in userinfo only, and ID tokens live for two minutes.
 * https://docs.gitlab.com/integration/openid_connect_provider/
 */
import { HOST, issuerHasShape, noAcrValues, type OidcPreset, parameterHasForm } from '../oidc-preset.ts'

const PUBLIC = 'gitlab.com'

export const gitlab: OidcPreset = {
  name: 'GitLab',
  guide: 'gitlab.md',
  parameters: ['domain'],
  issuerShape: 'https://gitlab.com, or https://DOMAIN',
  issuerOf: ({ domain = PUBLIC }) => `https://${domain}`,
  // Within two minutes nobody has picked a role, and AWS sees no groups of GitLab.
  fills: () => ({
    scopes: ['openid', 'email', 'profile'],
    userinfo: true,
    exchange: { via: 'saml', evidence: 'reissued' },
  }),
  rules: [
    parameterHasForm('domain', 'a domain with a scheme or a path', HOST, 'a host name such as gitlab.example.com'),
    issuerHasShape(
      'an issuer with a trailing slash',
      /^https:\/\/[^/]+(\/[^/]+)*$/,
      'https://DOMAIN without a slash at the end',
    ),
    noAcrValues('nothing, as the ID tokens of GitLab have no acr: require two-factor authentication in GitLab'),
    {
      refuses: 'original evidence from gitlab.com',
      check: ({ issuer, exchange }) =>
        issuer === `https://${PUBLIC}` && exchange.evidence === 'original'
          ? {
              path: ['exchange', 'evidence'],
              expected: 'reissued, as IAM refuses trust policies for gitlab.com that do not name each user in `sub`',
              found: 'original',
            }
          : undefined,
    },
  ],
  conditionKeys: ['DOMAIN:aud', 'DOMAIN:sub'],
  groups: 'groups (full paths, from userinfo)',
  secondFactor: 'no claim: enforce two-factor authentication in GitLab',
  publishes: [
    { member: 'response_types_supported', value: 'code' },
    { member: 'id_token_signing_alg_values_supported', value: 'RS256' },
    { member: 'claims_supported', value: 'groups_direct' },
  ],
  neededConditions: ({ issuer }) =>
    issuer === `https://${PUBLIC}`
      ? {
          anyOf: ['groups', 'groups_direct', 'email', 'subject'],
          because: 'anyone can create an account on gitlab.com',
        }
      : undefined,
}
