import type { SamlPreset } from './preset.ts'

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const TRUST = 'In AD FS Management, open the properties of the relying party trust'

export const adfs: SamlPreset = {
  id: 'adfs',
  product: 'AD FS',
  fills: { acceptCbcWithoutSignedResponse: true },
  attributes: {
    email: [`${CLAIMS}/emailaddress`],
    groups: ['http://schemas.xmlsoap.org/claims/Group'],
    username: [`${CLAIMS}/upn`, 'http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname'],
    authnMethods: ['http://schemas.microsoft.com/claims/authnmethodsreferences'],
  },
  refuses: [],
  metadata: {
    entityId: /^https?:\/\/[^/]+\/adfs\/services\/trust$/,
    signOnUrl: /^https:\/\/[^/]+\/adfs\/ls(\/|$)/,
    looksLike: 'http://…/adfs/services/trust with https://…/adfs/ls/',
  },
  unlistedGroups: [],
  hints: [
    {
      codes: ['saml.signature_algorithm', 'saml.signature_digest_algorithm'],
      hint: `${TRUST}, Advanced: set “Secure hash algorithm” to SHA-256.`,
    },
    {
      codes: ['saml.subject_missing'],
      hint: 'In AD FS Management, Edit Claim Issuance Policy of the relying party trust: add a rule that transforms E-Mail Address or UPN to “Name ID”.',
    },
    {
      codes: ['saml.idp_refused'],
      found: /InvalidNameIDPolicy/,
      hint: 'Leave `nameIdFormat` out here, or set “Outgoing name ID format” of the rule for Name ID at AD FS (Edit Claim Issuance Policy) to the format that it names.',
    },
    {
      codes: ['saml.encryption_cbc_unsigned'],
      hint: 'In PowerShell on the AD FS server: Set-AdfsRelyingPartyTrust -TargetName "…" -SamlResponseSignature MessageAndAssertion. Or leave acceptCbcWithoutSignedResponse out here.',
    },
    {
      codes: ['saml.response_unsigned'],
      hint: 'In PowerShell on the AD FS server: Set-AdfsRelyingPartyTrust -TargetName "…" -SamlResponseSignature MessageAndAssertion.',
    },
    {
      codes: ['saml.audience_mismatch'],
      hint: `${TRUST}, Identifiers: the “Relying party identifiers” must have this gateway's entityID.`,
    },
    {
      codes: ['saml.recipient_mismatch', 'saml.destination_mismatch'],
      hint: `${TRUST}, Endpoints: the SAML Assertion Consumer Endpoint must be this gateway's ACS URL.`,
    },
    {
      codes: ['saml.signature_invalid'],
      hint: 'The token-signing certificate of AD FS rolls over every year: use its FederationMetadata.xml by URL as `metadata`, so the gateway reads the new one.',
    },
  ],
  mfa: { by: 'class', classes: ['http://schemas.microsoft.com/claims/multipleauthn'] },
  screen: [
    { label: 'Federation metadata address (host name or URL)', value: 'metadataUrl' },
    { label: 'Relying party SAML 2.0 SSO service URL', value: 'acsUrl' },
    { label: 'Relying party trust identifier', value: 'spEntityId' },
    { label: 'SAML Logout Endpoint: Trusted URL', value: 'sloUrl' },
  ],
  notes: {
    nameId: 'None until a claim rule issues “Name ID”; a requested format that the rule does not issue is refused.',
    encryption:
      'On, as soon as the trust is created from this gateway’s metadata: AES-CBC in a response that is not signed. Accepted, unless the configuration has `acceptCbcWithoutSignedResponse: false`; better is `-SamlResponseSignature MessageAndAssertion`.',
    logout: 'From both sides, by POST or redirect; AD FS verifies signatures with the certificate of the metadata.',
    groups:
      'Rule template “Send LDAP Attributes as Claims”: “Token-Groups - Unqualified Names” as outgoing claim type “Group”.',
    role: 'Custom rules: one stores the groups that begin with `AWS-`, one issues `https://aws.amazon.com/SAML/Attributes/Role` by RegExReplace.',
    mfa: 'Requested by the gateway; the access control policy of the trust can require it too.',
    awsApplication: {
      collides: true,
      note: 'An identifier belongs to one relying party trust: `urn:amazon:webservices` is taken where AWS is one already.',
    },
  },
}
