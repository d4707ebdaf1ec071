import { REFEDS_MFA, type SamlPreset } from './preset.ts'

export const shibboleth: SamlPreset = {
  id: 'shibboleth',
  product: 'Shibboleth IdP',
  fills: { signature: 'response', subject: 'subject-id' },
  attributes: {
    email: ['urn:oid:0.9.2342.19200300.100.1.3'],
    groups: ['urn:oid:1.3.6.1.4.1.5923.1.5.1.1'],
    username: ['urn:oid:1.3.6.1.4.1.5923.1.1.1.6', 'urn:oid:0.9.2342.19200300.100.1.1'],
  },
  refuses: [],
  metadata: {
    entityId: /\/idp\/shibboleth$/,
    signOnUrl: /\/idp\/profile\/SAML2\/(Redirect|POST)\/SSO$/,
    looksLike: '…/idp/shibboleth with …/idp/profile/SAML2/Redirect/SSO',
  },
  unlistedGroups: [],
  hints: [
    {
      codes: ['saml.subject_missing'],
      hint: 'In conf/attribute-filter.xml, release `samlSubjectID` to this gateway, or set `subject` here to an attribute that it releases.',
    },
    {
      codes: ['saml.response_unsigned'],
      hint: 'In conf/relying-party.xml, the SAML2.SSO profile of this gateway needs p:signResponses="true", its default.',
    },
    {
      codes: ['saml.idp_refused'],
      found: /InvalidNameIDPolicy/,
      hint: 'Leave `nameIdFormat` out here, or generate that format in conf/saml-nameid.xml.',
    },
    {
      codes: ['saml.no_authn_context'],
      hint: 'In conf/authn/authn.properties, a login flow must support the class (supportedPrincipals); for REFEDS MFA that is the flow MFA.',
    },
    {
      codes: ['saml.encryption_algorithm'],
      hint: 'In conf/relying-party.xml, use the security configuration with AES-GCM (idp.encryption.config=shibboleth.EncryptionConfiguration.GCM).',
    },
    {
      codes: ['saml.audience_mismatch'],
      hint: 'The entityID in the metadata that conf/metadata-providers.xml loads must be that of this gateway.',
    },
  ],
  mfa: { by: 'class', classes: [REFEDS_MFA] },
  screen: [{ label: 'metadataURL', value: 'metadataUrl' }],
  notes: {
    nameId: 'Transient, which identifies nobody: the attribute `subject-id` identifies users.',
    encryption:
      'On, with the key of this gateway’s metadata: AES-GCM since version 4, earlier AES-CBC inside the signed response.',
    logout:
      'By redirect or POST, once the IdP has `idp.session.trackSPSessions` and `idp.session.secondaryServiceIndex`.',
    groups: 'Release `isMemberOf` in conf/attribute-filter.xml, from the directory or Grouper.',
    role: 'A ScriptedAttribute in conf/attribute-resolver.xml, encoded under `https://aws.amazon.com/SAML/Attributes/Role`.',
    mfa: 'Requested by the gateway; the flow MFA answers it.',
    awsApplication: {
      collides: true,
      note: 'Metadata is looked up by entityID: with `urn:amazon:webservices` twice, the first provider wins, with its ACS URLs.',
    },
  },
}
