import type { SamlPreset } from './preset.ts'

const SETTINGS = 'In the Okta Admin Console, open the app integration, General, SAML Settings, Edit'

export const okta: SamlPreset = {
  id: 'okta',
  product: 'Okta',
  fills: { signature: 'both' },
  attributes: { email: ['email'], groups: ['groups'], username: ['username', 'login'], authnMethods: ['amr'] },
  refuses: [
    {
      setting: 'metadata',
      value: /^https:\/\/[^/]+-admin\.(okta|oktapreview|okta-emea)\.com\//,
      expected: 'the “Metadata URL” of the tab Sign On: an address of the Admin Console needs a sign-in',
    },
  ],
  metadata: {
    entityId: /^http:\/\/www\.okta\.com\/\w+$/,
    signOnUrl: /\/app\/[^/]+\/\w+\/sso\/saml$/,
    sourceUrl: /^https:\/\/[^/]+\.(okta|oktapreview|okta-emea)\.com\//,
    looksLike: 'http://www.okta.com/… with …/app/…/sso/saml',
    unsuited: {
      signOnUrl: /\/app\/amazon_aws(_sso)?\//,
      found: 'the app “AWS Account Federation”, which sends users to AWS itself',
      expected: 'an app integration of its own: Create App Integration, SAML 2.0',
    },
  },
  unlistedGroups: [],
  hints: [
    {
      codes: ['saml.audience_mismatch'],
      found: /urn:amazon:webservices/,
      hint: `This is the audience of an AWS app. ${SETTINGS}, and set “Audience URI (SP Entity ID)” to this gateway's entityID; with \`exchange.evidence: original\`, leave it and set no \`spEntityId\` here.`,
    },
    {
      codes: ['saml.audience_mismatch'],
      hint: `${SETTINGS}, and set “Audience URI (SP Entity ID)” to this gateway's entityID.`,
    },
    {
      codes: ['saml.recipient_mismatch', 'saml.destination_mismatch'],
      hint: `${SETTINGS}: set “Single sign-on URL” to this gateway's ACS URL, and select “Use this for Recipient URL and Destination URL”.`,
    },
    { codes: ['saml.response_unsigned'], hint: `${SETTINGS}, Show Advanced Settings: set “Response” to Signed.` },
    {
      codes: ['saml.assertion_unsigned'],
      hint: `${SETTINGS}, Show Advanced Settings: set “Assertion Signature” to Signed.`,
    },
    {
      codes: ['saml.signature_algorithm'],
      hint: `${SETTINGS}, Show Advanced Settings: set “Signature Algorithm” to RSA-SHA256 and “Digest Algorithm” to SHA256.`,
    },
    {
      codes: ['saml.signature_invalid'],
      hint: 'In Okta, open the app integration, Sign On, SAML Signing Certificates: the active certificate must be in the metadata that this gateway uses (View IdP metadata).',
    },
    {
      codes: ['saml.encryption_algorithm'],
      hint: `${SETTINGS}, Show Advanced Settings: set “Key Transport Algorithm” to RSA-OAEP.`,
    },
  ],
  mfa: { by: 'attribute', value: 'mfa' },
  screen: [
    { label: 'Single sign-on URL', value: 'acsUrl' },
    { label: 'Audience URI (SP Entity ID)', value: 'spEntityId' },
    { label: 'Single Logout URL', value: 'sloUrl' },
    { label: 'SP Issuer', value: 'spEntityId' },
  ],
  notes: {
    nameId: '“Name ID format” of the app; the request does not change it.',
    encryption: 'Off. When on, AES-CBC inside a signed response, which is accepted.',
    logout:
      'Only with “Allow application to initiate Single Logout” and this gateway’s signing certificate as “Signature Certificate”.',
    groups: 'Group Attribute Statements: name `groups`, filter “Starts with” `aws-`.',
    role: 'Attribute Statements: an expression that returns pairs of role and provider ARN; groups need `Groups.startsWith` and string functions.',
    mfa: 'Authentication policy of the app with two factors, and the attribute statement `amr` = `session.amr`.',
    awsApplication: {
      collides: false,
      note: 'Audience and URL belong to each app, so “AWS Account Federation” can stay beside it.',
    },
  },
}
