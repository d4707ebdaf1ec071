import type { SamlPreset } from './preset.ts'

const DETAILS = 'In the Google Admin console, Apps, Web and mobile apps, open the app, Service provider details'

export const googleWorkspace: SamlPreset = {
  id: 'google-workspace',
  product: 'Google Workspace',
  fills: { signature: 'response' },
  attributes: { email: ['email'], groups: ['groups'], username: ['username', 'email'] },
  refuses: [
    {
      setting: 'metadata',
      value: /^https:\/\/(accounts|admin)\.google\.com\//,
      expected: 'a file, from “Download metadata”: Google Workspace publishes no address for it',
    },
    {
      setting: 'signature',
      value: /^both$/,
      expected:
        'response or assertion, as Google Workspace signs the response with “Signed response”, otherwise the assertion, and never both',
    },
  ],
  metadata: {
    entityId: /^https:\/\/accounts\.google\.com\/o\/saml2\?idpid=\w+$/,
    signOnUrl: /^https:\/\/accounts\.google\.com\/o\/saml2\/idp\?idpid=\w+$/,
    looksLike: 'https://accounts.google.com/o/saml2?idpid=…',
  },
  unlistedGroups: [],
  hints: [
    { codes: ['saml.response_unsigned'], hint: `${DETAILS}: select “Signed response”.` },
    {
      codes: ['saml.assertion_unsigned'],
      hint: `${DETAILS}: clear “Signed response”, or leave \`signature\` out here.`,
    },
    { codes: ['saml.audience_mismatch'], hint: `${DETAILS}: set “Entity ID” to this gateway's entityID.` },
    {
      codes: ['saml.destination_mismatch', 'saml.recipient_mismatch'],
      hint: `${DETAILS}: set “ACS URL” to this gateway's ACS URL.`,
    },
    {
      codes: ['saml.signature_invalid'],
      hint: `${DETAILS}: the certificate selected there must be in the metadata that this gateway uses (Download metadata).`,
    },
    {
      codes: ['saml.signature_algorithm'],
      hint: 'In the Google Admin console, Security, Authentication, SSO with SAML applications, add a certificate, and select it in the app: certificates of before 2016 sign with SHA-1.',
    },
  ],
  mfa: { by: 'policy' },
  screen: [
    { label: 'ACS URL', value: 'acsUrl' },
    { label: 'Entity ID', value: 'spEntityId' },
  ],
  notes: {
    nameId: '“Name ID format” and “Name ID” of the app: choose EMAIL and “Basic Information > Primary email”.',
    encryption: 'None.',
    logout: 'None: signing out of the gateway leaves the Google session open.',
    groups:
      'Attributes, Group membership (optional): pick the groups, “App attribute” `groups`. Only picked groups are sent, by name.',
    role: 'A custom attribute of the user schema, mapped to `https://aws.amazon.com/SAML/Attributes/Role`.',
    mfa: '2-Step Verification, enforced for the organizational unit. Nothing in the assertion shows it.',
    awsApplication: {
      collides: true,
      note: 'The request is matched by its Entity ID: with `urn:amazon:webservices` in two apps, Google answers for one of them, or `app_not_configured_for_user`.',
    },
  },
}
