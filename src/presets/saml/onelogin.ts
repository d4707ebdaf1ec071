import type { SamlPreset } from './preset.ts'

const CONFIGURATION = 'In the OneLogin admin portal, open the application, Configuration'

export const onelogin: SamlPreset = {
  id: 'onelogin',
  product: 'OneLogin',
  fills: {},
  attributes: {
    email: ['email', 'User.email'],
    groups: ['groups', 'memberOf'],
    username: ['username', 'User.Username'],
  },
  refuses: [],
  metadata: {
    entityId: /^https:\/\/app\.onelogin\.com\/saml\/metadata\/[\w-]+$/,
    signOnUrl: /\/trust\/saml2\/http-(redirect|post)\/sso\/[\w-]+$/,
    sourceUrl: /^https:\/\/[^/]+\.onelogin\.com\/saml\/metadata\//,
    looksLike: 'https://app.onelogin.com/saml/metadata/… with …/trust/saml2/http-redirect/sso/…',
  },
  unlistedGroups: [
    { attribute: 'groups', value: /;/ },
    { attribute: 'memberOf', value: /;/ },
  ],
  hints: [
    {
      codes: ['saml.groups_unlisted'],
      hint: 'OneLogin sent the groups as one value. In the application, Parameters, edit the parameter: select “Multi-value parameter”, and “Semicolon Delimited Input (Multi-value output)”.',
    },
    {
      codes: ['saml.signature_algorithm', 'saml.signature_digest_algorithm'],
      hint: 'In the OneLogin admin portal, open the application, SSO: set “SAML Signature Algorithm” to SHA-256. It is SHA-1 at first.',
    },
    {
      codes: ['saml.audience_mismatch'],
      hint: `${CONFIGURATION}: set “Audience (EntityID)” to this gateway's entityID.`,
    },
    { codes: ['saml.recipient_mismatch'], hint: `${CONFIGURATION}: set “Recipient” to this gateway's ACS URL.` },
    {
      codes: ['saml.destination_mismatch'],
      hint: `${CONFIGURATION}: set “ACS (Consumer) URL” to this gateway's ACS URL.`,
    },
    {
      codes: ['saml.response_unsigned', 'saml.assertion_unsigned'],
      hint: `${CONFIGURATION}: set “SAML signature element” to Both.`,
    },
    {
      codes: ['saml.encryption_cbc_unsigned'],
      hint: `${CONFIGURATION}: set “SAML encryption method” to AES-256-GCM, or “SAML signature element” to Both.`,
    },
    {
      codes: ['saml.encryption_algorithm'],
      hint: `${CONFIGURATION}: set “SAML encryption method” to AES-256-GCM; TRIPLEDES-CBC is not accepted.`,
    },
  ],
  mfa: { by: 'policy' },
  screen: [
    { label: 'Audience (EntityID)', value: 'spEntityId' },
    { label: 'Recipient', value: 'acsUrl' },
    { label: 'ACS (Consumer) URL Validator', value: 'acsUrl' },
    { label: 'ACS (Consumer) URL', value: 'acsUrl' },
    { label: 'Single Logout URL', value: 'sloUrl' },
    { label: 'Login URL', value: 'baseUrl' },
  ],
  notes: {
    nameId: '“SAML nameID format” of the application, Email by default; the parameter “NameID value” sets the value.',
    encryption: 'Off. With “Encrypt assertion”, by the “SAML encryption method”: choose AES-256-GCM.',
    logout: 'By redirect. “Single Logout URL” lets OneLogin end the session here too.',
    groups:
      'Parameters: `groups` from MemberOf or User Roles, “Multi-value parameter”, “Semicolon Delimited Input (Multi-value output)”.',
    role: 'Parameters: `https://aws.amazon.com/SAML/Attributes/Role`, set by rules of the application.',
    mfa: 'A user or app policy with “OTP required”. Nothing in the assertion shows it.',
    awsApplication: {
      collides: false,
      note: 'Audience and addresses belong to each application, so “Amazon Web Services (AWS) Multi Account” can stay beside it.',
    },
  },
}
