/**
 * Google: one issuer for everyone with a Google account, which AWS knows by name.
 * https://developers.google.com/identity/openid-connect/openid-connect
 */
import { issuerHasShape, noAcrValues, type OidcPreset } from '../oidc-preset.ts'

const ISSUER = 'https://accounts.google.com'

export const google: OidcPreset = {
  name: 'Google',
  guide: 'google.md',
  parameters: [],
  issuerShape: ISSUER,
  issuerOf: () => ISSUER,
  // The userinfo endpoint has no claim beyond those of the ID token.
  fills: () => ({ scopes: ['openid', 'email', 'profile'], userinfo: false }),
  rules: [
    issuerHasShape('another issuer', /^https:\/\/accounts\.google\.com$/, `${ISSUER}, the only issuer of Google`),
    noAcrValues('nothing, as the ID tokens of Google have no acr: require 2-Step Verification in the Admin console'),
  ],
  conditionKeys: ['accounts.google.com:aud', 'accounts.google.com:oaud', 'accounts.google.com:sub'],
  secondFactor: 'no claim: enforce 2-Step Verification in the Google Admin console',
  publishes: [
    { member: 'response_types_supported', value: 'code' },
    { member: 'id_token_signing_alg_values_supported', value: 'RS256' },
    { member: 'code_challenge_methods_supported', value: 'S256' },
    { member: 'claims_supported', value: 'email_verified' },
  ],
  // "always https://accounts.google.com or accounts.google.com"
  habits: () => ({ issuerAliases: ['accounts.google.com'] }),
  neededConditions: () => ({
    anyOf: ['hd', 'email', 'subject'],
    because: 'anyone with a Google account can sign in',
  }),
}
