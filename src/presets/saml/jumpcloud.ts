import type { SamlPreset } from './preset.ts'

const SSO = 'In the JumpCloud Admin Portal, SSO Applications, open the application, SSO'

export const jumpcloud: SamlPreset = {
  id: 'jumpcloud',
  product: 'JumpCloud',
  fills: {},
  attributes: { email: ['email'], groups: ['groups', 'memberOf'], username: ['username'] },
  refuses: [],
  metadata: {
    signOnUrl: /^https:\/\/sso\.(\w+\.)?jumpcloud\.com\/saml2\/[^/]+$/,
    sourceUrl: /^https:\/\/sso\.(\w+\.)?jumpcloud\.com\//,
    looksLike: 'https://sso.jumpcloud.com/saml2/…',
    unsuited: {
      signOnUrl: /^https:\/\/sso\.(\w+\.)?jumpcloud\.com\/saml2\/aws$/,
      found: 'the application for AWS, which sends users to AWS itself',
      expected: 'an application of its own: Custom Application, Configure SSO with SAML',
    },
  },
  unlistedGroups: [],
  hints: [
    { codes: ['saml.audience_mismatch'], hint: `${SSO}: set “SP Entity ID” to this gateway's entityID.` },
    {
      codes: ['saml.recipient_mismatch', 'saml.destination_mismatch'],
      hint: `${SSO}: set “ACS URLs” to this gateway's ACS URL.`,
    },
    {
      codes: ['saml.response_issuer_mismatch', 'saml.issuer_mismatch'],
      hint: `${SSO}: “IdP Entity ID” was changed. Export the metadata again.`,
    },
    { codes: ['saml.signature_algorithm'], hint: `${SSO}: set “Signature Algorithm” to RSA-SHA256.` },
    {
      codes: ['saml.response_unsigned', 'saml.assertion_unsigned'],
      hint: `${SSO}: set “Sign” to “Assertion and Response”.`,
    },
    {
      codes: ['saml.subject_missing'],
      hint: `${SSO}: set “SAMLSubject NameID” to email or username; the user must have a value for it.`,
    },
  ],
  mfa: { by: 'policy' },
  screen: [
    { label: 'SP Entity ID', value: 'spEntityId' },
    { label: 'ACS URLs', value: 'acsUrl' },
    { label: 'Login URL', value: 'baseUrl' },
  ],
  notes: {
    nameId:
      '“SAMLSubject NameID” and “SAMLSubject NameID Format” of the application; the request does not change them.',
    encryption: 'None.',
    logout: 'None by SAML: signing out of the gateway leaves the JumpCloud session open.',
    groups:
      'Group Attributes: “include group attribute”, name `groups`. All groups of the user that may use the application are sent.',
    role: 'Constant attribute of a user group: `https://aws.amazon.com/SAML/Attributes/Role` with a pair of ARNs.',
    mfa: 'A conditional access policy for the application. Nothing in the assertion shows it.',
    awsApplication: {
      collides: false,
      note: 'The address belongs to each application, so the one for AWS can stay beside it; its IdP Entity ID must differ.',
    },
  },
}
