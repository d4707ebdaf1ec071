import { REFEDS_MFA, type SamlPreset } from './preset.ts'

const HOSTED = 'In metadata/saml20-idp-hosted.php'
const REMOTE = 'In metadata/saml20-sp-remote.php'

export const simplesamlphp: SamlPreset = {
  id: 'simplesamlphp',
  product: 'SimpleSAMLphp',
  fills: { nameIdFormat: 'persistent', signature: 'response' },
  attributes: {
    email: ['mail'],
    groups: ['groups', 'memberOf'],
    username: ['uid', 'eduPersonPrincipalName'],
  },
  releasesByPlainNames: true,
  refuses: [],
  metadata: {
    entityId: /\/saml2\/idp\/metadata\.php$/,
    signOnUrl: /\/(saml2\/idp\/SSOService\.php|module\.php\/saml\/idp\/singleSignOnService)$/,
    looksLike: '…/saml2/idp/metadata.php with …/SSOService.php or …/singleSignOnService',
  },
  unlistedGroups: [],
  hints: [
    {
      codes: ['saml.response_unsigned'],
      hint: `${HOSTED} and ${REMOTE.slice(3)}, remove 'saml20.sign.response' => false.`,
    },
    { codes: ['saml.logout_unsigned'], hint: `${HOSTED}, set 'sign.logout' => true.` },
    {
      codes: ['saml.signature_algorithm'],
      hint: `${HOSTED}, set 'signature.algorithm' to http://www.w3.org/2001/04/xmldsig-more#rsa-sha256.`,
    },
    { codes: ['saml.audience_mismatch'], hint: `${REMOTE}, the key of the array must be this gateway's entityID.` },
    {
      codes: ['saml.recipient_mismatch', 'saml.destination_mismatch'],
      hint: `${REMOTE}, 'AssertionConsumerService' must be this gateway's ACS URL.`,
    },
    {
      codes: ['saml.authn_context_mismatch'],
      hint: 'SimpleSAMLphp does not evaluate the requested class by itself: a module for the second factor must set saml:AuthnContextClassRef.',
    },
    {
      codes: ['saml.subject_missing'],
      hint: `${HOSTED}, add the authproc filter saml:PersistentNameID with an attribute that identifies the user.`,
    },
  ],
  mfa: { by: 'class', classes: [REFEDS_MFA] },
  screen: [
    { label: 'Key of $metadata in saml20-sp-remote.php', value: 'spEntityId' },
    { label: "'AssertionConsumerService'", value: 'acsUrl' },
    { label: "'SingleLogoutService'", value: 'sloUrl' },
  ],
  notes: {
    nameId:
      'Persistent, if the authproc filter `saml:PersistentNameID` makes it; otherwise transient, which identifies nobody.',
    encryption: 'Off. With `assertion.encryption`, AES-CBC inside the signed response, which is accepted.',
    logout:
      'By redirect, from both sides, with `sign.logout`: without it, its messages are not signed and do not count. With `SingleLogoutServiceBinding` by POST too.',
    groups: 'An attribute `groups` of the authentication source, or `core:AttributeMap` from `memberOf`.',
    role: 'An authproc filter (`core:PHP` or `core:AttributeAdd`) that makes `https://aws.amazon.com/SAML/Attributes/Role`.',
    mfa: 'Requested by the gateway; a module for a second factor sets `saml:AuthnContextClassRef`.',
    awsApplication: {
      collides: true,
      note: 'The entityID is a key of an array: a second `urn:amazon:webservices` replaces the first without a message.',
    },
  },
}
