import type { SamlPreset } from './preset.ts'

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const BASIC =
  'In the Microsoft Entra admin center, open the enterprise application, Single sign-on, Basic SAML Configuration'
const CERTIFICATE =
  'In the Microsoft Entra admin center, open the enterprise application, Single sign-on, SAML Certificates'

export const entra: SamlPreset = {
  id: 'entra',
  product: 'Microsoft Entra ID',
  fills: { acceptCbcWithoutSignedResponse: true },
  attributes: {
    email: [`${CLAIMS}/emailaddress`],
    groups: ['http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
    username: [`${CLAIMS}/name`],
    authnMethods: ['http://schemas.microsoft.com/claims/authnmethodsreferences'],
  },
  refuses: [
    {
      setting: 'metadata',
      value: /^https:\/\/login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\/(?!.*[?&]appid=)/,
      expected:
        'the “App Federation Metadata Url”, which ends in ?appid=…: without it the metadata lacks the signing certificate of the application',
    },
  ],
  metadata: {
    entityId: /^https:\/\/sts\.(windows\.net|chinacloudapi\.cn)\/[\w-]+\/$/,
    signOnUrl:
      /^https:\/\/login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn|chinacloudapi\.cn)\/[^/]+\/saml2$/,
    sourceUrl: /^https:\/\/login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\//,
    looksLike: 'https://sts.windows.net/…/ with https://login.microsoftonline.com/…/saml2',
  },
  unlistedGroups: [{ attribute: 'http://schemas.microsoft.com/claims/groups.link' }],
  hints: [
    {
      codes: ['saml.groups_unlisted'],
      hint: 'You are in more than 150 groups, so Microsoft Entra ID sent a link instead of them. In the enterprise application, Single sign-on, Attributes & Claims, edit the groups claim: select “Groups assigned to the application”, or filter the groups.',
    },
    {
      codes: ['saml.audience_mismatch'],
      found: /urn:amazon:webservices|signin\.aws\.amazon\.com/,
      hint: `This is the gallery application for AWS. ${BASIC} of another application, created with “Create your own application”, and set “Identifier (Entity ID)” to this gateway's entityID.`,
    },
    { codes: ['saml.audience_mismatch'], hint: `${BASIC}: set “Identifier (Entity ID)” to this gateway's entityID.` },
    {
      codes: ['saml.destination_mismatch', 'saml.recipient_mismatch'],
      hint: `${BASIC}: set “Reply URL (Assertion Consumer Service URL)” to this gateway's ACS URL.`,
    },
    { codes: ['saml.signature_algorithm'], hint: `${CERTIFICATE}, Edit: set “Signing Algorithm” to SHA-256.` },
    {
      codes: ['saml.signature_invalid'],
      hint: `${CERTIFICATE}: use “App Federation Metadata Url” as \`metadata\`; the certificates of the tenant do not sign for this application.`,
    },
    {
      codes: ['saml.response_unsigned'],
      hint: `${CERTIFICATE}, Edit: set “Signing Option” to “Sign SAML response and assertion”.`,
    },
    {
      codes: ['saml.encryption_cbc_unsigned'],
      hint: `${CERTIFICATE}, Edit: set “Signing Option” to “Sign SAML response and assertion”, or leave acceptCbcWithoutSignedResponse out here.`,
    },
    {
      codes: ['saml.no_authn_context'],
      hint: 'Leave `authnContext` out: Microsoft Entra ID requires a second factor by Conditional Access, and names it in the attribute `authnMethods`.',
    },
  ],
  mfa: { by: 'attribute', value: 'http://schemas.microsoft.com/claims/multipleauthn' },
  screen: [
    { label: 'Identifier (Entity ID)', value: 'spEntityId' },
    { label: 'Reply URL (Assertion Consumer Service URL)', value: 'acsUrl' },
    { label: 'Sign on URL (Optional)', value: 'baseUrl' },
    { label: 'Logout Url (Optional)', value: 'sloUrl' },
  ],
  notes: {
    nameId: '“Unique User Identifier (Name ID)”; by default the user principal name, which administrators can change.',
    encryption:
      'Off. With “Token encryption”, AES-CBC in a response that is not signed: accepted, unless the configuration has `acceptCbcWithoutSignedResponse: false`.',
    logout: 'By redirect, from both sides. The metadata offers it for every application.',
    groups:
      'Attributes & Claims, Add a group claim, “Groups assigned to the application”. Values are object IDs unless “Source attribute” names another.',
    role: 'App roles whose value is a pair of ARNs, and the claim `Role` with namespace `https://aws.amazon.com/SAML/Attributes` from `user.assignedroles`.',
    mfa: 'Conditional Access with “Require multifactor authentication” for the application.',
    awsApplication: {
      collides: true,
      note: 'An identifier belongs to one application of the tenant: `urn:amazon:webservices` or `https://signin.aws.amazon.com/saml` may be taken by “AWS Single-Account Access”, whose further instances end in `#2`.',
    },
  },
}
