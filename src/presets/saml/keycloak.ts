import type { SamlPreset } from './preset.ts'

const CLIENT = 'In the Keycloak admin console, open the client'

export const keycloak: SamlPreset = {
  id: 'keycloak',
  product: 'Keycloak',
  fills: { signRequests: 'always', signature: 'response' },
  attributes: {
    // The built-in mapper “X500 email” uses the OID of PKCS #9.
    email: ['email', 'urn:oid:1.2.840.113549.1.9.1'],
    groups: ['groups', 'member'],
    username: ['username', 'uid'],
  },
  refuses: [
    {
      setting: 'metadata',
      value: /\/\.well-known\/openid-configuration$/,
      expected:
        'the SAML metadata, …/realms/NAME/protocol/saml/descriptor: this is the discovery document of OpenID Connect',
    },
  ],
  metadata: {
    entityId: /\/realms\/[^/]+$/,
    signOnUrl: /\/realms\/[^/]+\/protocol\/saml$/,
    looksLike: '…/realms/NAME with …/realms/NAME/protocol/saml',
  },
  unlistedGroups: [],
  hints: [
    {
      codes: ['saml.response_unsigned', 'saml.logout_unsigned'],
      hint: `${CLIENT}, Settings, Signature and Encryption: turn on “Sign documents”.`,
    },
    {
      codes: ['saml.assertion_unsigned'],
      hint: `${CLIENT}, Settings, Signature and Encryption: turn on “Sign assertions”.`,
    },
    {
      codes: ['saml.signature_algorithm'],
      hint: `${CLIENT}, Settings, Signature and Encryption: set “Signature algorithm” to RSA_SHA256.`,
    },
    {
      codes: ['saml.signature_canonicalization'],
      hint: `${CLIENT}, Settings, Signature and Encryption: set “Canonicalization method” to EXCLUSIVE.`,
    },
    { codes: ['saml.audience_mismatch'], hint: `${CLIENT}: its “Client ID” must be this gateway's entityID.` },
    {
      codes: ['saml.recipient_mismatch', 'saml.destination_mismatch'],
      hint: `${CLIENT}, Advanced: set “Assertion Consumer Service POST Binding URL” to this gateway's ACS URL.`,
    },
    {
      codes: ['saml.response_issuer_mismatch', 'saml.issuer_mismatch'],
      hint: 'The entityID of Keycloak is its realm URL: set its hostname (KC_HOSTNAME), and get the metadata again.',
    },
    {
      codes: ['saml.authn_context_mismatch'],
      hint: `Leave \`authnContext\` out, and require the second factor there: ${CLIENT}, Advanced, Authentication flow overrides.`,
    },
  ],
  mfa: { by: 'policy' },
  screen: [
    { label: 'Client ID', value: 'spEntityId' },
    { label: 'Valid redirect URIs', value: 'acsUrl' },
    { label: 'Master SAML Processing URL', value: 'acsUrl' },
    { label: 'Logout Service Redirect Binding URL', value: 'sloUrl' },
  ],
  notes: {
    nameId:
      '“Name ID format” of the client, username by default; a requested format wins unless “Force name ID format” is on.',
    encryption: 'Off. With “Encrypt assertions”, inside the signed response.',
    logout: 'From both sides. “Front channel logout” on: through the browser, by redirect.',
    groups: 'Dedicated client scope, Add mapper, “Group list”: attribute name `groups`, “Full group path” off.',
    role: 'Client roles named as a pair of ARNs, and the mapper “Role list” with role attribute name `https://aws.amazon.com/SAML/Attributes/Role`.',
    mfa: 'An authentication flow with OTP or WebAuthn for the client. Nothing in the assertion shows it.',
    awsApplication: {
      collides: true,
      note: 'A client ID belongs to one client of the realm: `urn:amazon:webservices` is taken where AWS is one already.',
    },
  },
}
