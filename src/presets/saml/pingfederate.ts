import { REFEDS_MFA, type SamlPreset } from './preset.ts'

const CONNECTION = 'In the PingFederate administrative console, open the SP connection'

export const pingfederate: SamlPreset = {
  id: 'pingfederate',
  product: 'PingFederate',
  fills: {},
  attributes: {
    email: ['email', 'mail'],
    groups: ['groups', 'memberOf'],
    username: ['username', 'uid', 'sAMAccountName'],
  },
  refuses: [],
  metadata: {
    signOnUrl: /\/idp\/SSO\.saml2$/,
    looksLike: '…/idp/SSO.saml2',
    unsuited: {
      signOnUrl: /\/idp\/startSSO\.ping/,
      found: 'the application endpoint, which starts at PingFederate and ignores requests',
      expected: '…/idp/SSO.saml2 as SingleSignOnService',
    },
  },
  unlistedGroups: [],
  hints: [
    {
      codes: ['saml.response_unsigned'],
      hint: `${CONNECTION}, Browser SSO, Protocol Settings, Signature Policy: select “Sign response as required”.`,
    },
    {
      codes: ['saml.assertion_unsigned'],
      hint: `${CONNECTION}, Browser SSO, Protocol Settings, Signature Policy: select “Always sign assertion”.`,
    },
    {
      codes: ['saml.signature_algorithm'],
      hint: `${CONNECTION}, Credentials, Digital Signature Settings: set “Signing Algorithm” to RSA SHA256.`,
    },
    {
      codes: ['saml.encryption_algorithm'],
      hint: `${CONNECTION}, Credentials, Select XML Encryption Certificate: set “Block Encryption Algorithm” to AES-128-GCM or AES-256-GCM, and “Key Transport Algorithm” to RSA-OAEP.`,
    },
    {
      codes: ['saml.encryption_cbc_unsigned'],
      hint: `${CONNECTION}, Credentials, Select XML Encryption Certificate: set “Block Encryption Algorithm” to AES-256-GCM.`,
    },
    {
      codes: ['saml.audience_mismatch'],
      hint: `${CONNECTION}, General Info: “Partner's Entity ID (Connection ID)” must be this gateway's entityID.`,
    },
    {
      codes: ['saml.recipient_mismatch', 'saml.destination_mismatch'],
      hint: `${CONNECTION}, Browser SSO, Protocol Settings, Assertion Consumer Service URL: the endpoint with binding POST must be this gateway's ACS URL.`,
    },
    {
      codes: ['saml.response_issuer_mismatch', 'saml.issuer_mismatch'],
      hint: `${CONNECTION}, General Info: a “Virtual Server ID” replaces the entityID of PingFederate. Export the metadata of this connection.`,
    },
  ],
  mfa: { by: 'class', classes: [REFEDS_MFA] },
  screen: [
    { label: "Partner's Entity ID (Connection ID)", value: 'spEntityId' },
    { label: 'Base URL', value: 'baseUrl' },
    { label: 'Assertion Consumer Service URL: Endpoint URL, binding POST', value: 'acsUrl' },
    { label: 'SLO Service URLs: Endpoint URL', value: 'sloUrl' },
  ],
  notes: {
    nameId: '`SAML_SUBJECT` of the attribute contract, in the format selected under Identity Mapping.',
    encryption: 'Off. Under Encryption Policy, by the block encryption algorithm that the connection selects.',
    logout: 'With the SAML profiles “SP-Initiated SLO” and “IdP-Initiated SLO” of the connection.',
    groups: 'Attribute Contract: `groups`, fulfilled from the LDAP attribute `memberOf` of the data store.',
    role: 'Attribute Contract: `https://aws.amazon.com/SAML/Attributes/Role`, fulfilled by an OGNL expression over the groups.',
    mfa: 'The authentication selector “Requested AuthN Context” chooses the second factor; `SAML_AUTHN_CTX` of the attribute contract names the class.',
    awsApplication: {
      collides: true,
      note: 'A connection ID belongs to one SP connection: `urn:amazon:webservices` is taken where AWS is one already.',
    },
  },
}
