/**
 * What each product's metadata, requests and responses are like, for stand-ins: as its vendor documents them, or as it was
 * seen to send them (SimpleSAMLphp, Shibboleth). stand-in.ts makes identity providers of them.
 */
import { nameIdFormats } from '../../../src/core/identity.ts'
import type { ResponseToIssue } from '../../../src/saml/issue.ts'

export interface ProductShape {
  readonly preset: string
  readonly entityId: string
  readonly redirect: string
  readonly post?: string
  readonly logout?: string
  /** What its metadata has besides: attributes of the IDPSSODescriptor, elements in it. */
  readonly wantsSignedRequests?: boolean
  readonly extensions?: string
  readonly nameIdFormats: readonly string[]
  readonly sign: ResponseToIssue['sign']
  /** As it comes with this gateway's metadata, or where it is turned on. */
  readonly encrypts?: 'cbc' | 'gcm'
  readonly nameId: { readonly value: string; readonly format: string }
  readonly attributes: readonly Attribute[]
  readonly contextClass: string
  /** What its pages say where it does not know the service provider, and where its ACS is another. */
  readonly pages: { readonly unknown: string; readonly otherAcs: string; readonly unsigned?: string }
  /** NameID formats that it can issue for this service provider; missing: it sends its own whatever is requested. */
  readonly issuesNameIds?: readonly string[]
}

type Attribute = ResponseToIssue['attributes'][number]

const BASIC = 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic'
const URI = 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri'
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified'
const CLASSES = 'urn:oasis:names:tc:SAML:2.0:ac:classes'
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const MICROSOFT = 'http://schemas.microsoft.com'

export const TENANT = '6babcaad-604b-40ac-a9d7-9fd97c0b779f'
export const GROUP = '9d2c1c5e-7e7b-4a31-9f53-3b6c7f0f5d11'

const attribute =
  (nameFormat?: string) =>
  (name: string, ...values: readonly string[]): Attribute => ({
    name,
    values,
    ...(nameFormat === undefined ? {} : { nameFormat }),
  })
const plain = attribute()
const basic = attribute(BASIC)
const unspecified = attribute(UNSPECIFIED)

const ldap = (oid: string, friendlyName: string, ...values: readonly string[]): Attribute => ({
  name: `urn:oid:${oid}`,
  nameFormat: URI,
  friendlyName,
  values,
})

const okta: ProductShape = {
  preset: 'okta',
  entityId: 'http://www.okta.com/exkppsa1qwuFV4D7z0h7',
  redirect: 'https://example.okta.com/app/example_fedgate_1/exkppsa1qwuFV4D7z0h7/sso/saml',
  post: 'https://example.okta.com/app/example_fedgate_1/exkppsa1qwuFV4D7z0h7/sso/saml',
  nameIdFormats: [nameIdFormats.unspecified, nameIdFormats.emailAddress],
  sign: 'both',
  nameId: { value: 'alice@example.org', format: nameIdFormats.emailAddress },
  attributes: [
    unspecified('email', 'alice@example.org'),
    unspecified('username', 'alice@corp.example.org'),
    unspecified('groups', 'aws-dev', 'aws-audit'),
    unspecified('amr', 'pwd', 'mfa', 'okta_verify'),
  ],
  contextClass: `${CLASSES}:PasswordProtectedTransport`,
  pages: { unknown: '404', otherAcs: '400 Bad Request' },
}

const entra: ProductShape = {
  preset: 'entra',
  entityId: `https://sts.windows.net/${TENANT}/`,
  redirect: `https://login.microsoftonline.com/${TENANT}/saml2`,
  post: `https://login.microsoftonline.com/${TENANT}/saml2`,
  logout: `https://login.microsoftonline.com/${TENANT}/saml2`,
  nameIdFormats: [],
  sign: 'assertion',
  nameId: { value: 'alice@example.org', format: nameIdFormats.emailAddress },
  attributes: [
    plain(`${MICROSOFT}/identity/claims/tenantid`, TENANT),
    plain(`${MICROSOFT}/identity/claims/objectidentifier`, '5d2a6c3b-1f77-4c9e-8d0c-2d2f35c9c0aa'),
    plain(`${MICROSOFT}/identity/claims/displayname`, 'Alice Example'),
    plain(`${MICROSOFT}/ws/2008/06/identity/claims/groups`, GROUP, '00000000-7e7b-4a31-9f53-3b6c7f0f5d11'),
    plain(`${MICROSOFT}/identity/claims/identityprovider`, `https://sts.windows.net/${TENANT}/`),
    plain(
      `${MICROSOFT}/claims/authnmethodsreferences`,
      `${MICROSOFT}/ws/2008/06/identity/authenticationmethod/password`,
      `${MICROSOFT}/claims/multipleauthn`,
    ),
    plain(`${CLAIMS}/givenname`, 'Alice'),
    plain(`${CLAIMS}/surname`, 'Example'),
    plain(`${CLAIMS}/emailaddress`, 'alice@example.org'),
    plain(`${CLAIMS}/name`, 'alice@corp.example.org'),
  ],
  contextClass: `${CLASSES}:Password`,
  pages: { unknown: 'AADSTS700016', otherAcs: 'AADSTS50011' },
}

const adfs: ProductShape = {
  preset: 'adfs',
  entityId: 'http://adfs.example.org/adfs/services/trust',
  redirect: 'https://adfs.example.org/adfs/ls/',
  post: 'https://adfs.example.org/adfs/ls/',
  logout: 'https://adfs.example.org/adfs/ls/',
  nameIdFormats: [nameIdFormats.emailAddress, nameIdFormats.persistent, nameIdFormats.transient],
  sign: 'assertion',
  encrypts: 'cbc',
  nameId: { value: 'alice@example.org', format: nameIdFormats.emailAddress },
  attributes: [
    plain(`${CLAIMS}/upn`, 'alice@corp.example.org'),
    plain(`${CLAIMS}/emailaddress`, 'alice@example.org'),
    plain('http://schemas.xmlsoap.org/claims/Group', 'aws-dev', 'Domain Users'),
  ],
  contextClass: `${CLASSES}:PasswordProtectedTransport`,
  pages: { unknown: 'MSIS3020', otherAcs: 'MSIS3200' },
  issuesNameIds: [nameIdFormats.emailAddress],
}

const googleWorkspace: ProductShape = {
  preset: 'google-workspace',
  entityId: 'https://accounts.google.com/o/saml2?idpid=C01abc23d',
  redirect: 'https://accounts.google.com/o/saml2/idp?idpid=C01abc23d',
  post: 'https://accounts.google.com/o/saml2/idp?idpid=C01abc23d',
  nameIdFormats: [nameIdFormats.emailAddress],
  sign: 'response',
  nameId: { value: 'alice@example.org', format: nameIdFormats.emailAddress },
  attributes: [plain('email', 'alice@example.org'), plain('groups', 'aws-dev')],
  contextClass: `${CLASSES}:unspecified`,
  pages: { unknown: '403 app_not_configured_for_user', otherAcs: '400 saml_invalid_sp_id' },
}

const keycloak: ProductShape = {
  preset: 'keycloak',
  entityId: 'https://sso.example.org/realms/corp',
  redirect: 'https://sso.example.org/realms/corp/protocol/saml',
  post: 'https://sso.example.org/realms/corp/protocol/saml',
  logout: 'https://sso.example.org/realms/corp/protocol/saml',
  wantsSignedRequests: true,
  nameIdFormats: [
    nameIdFormats.persistent,
    nameIdFormats.transient,
    nameIdFormats.unspecified,
    nameIdFormats.emailAddress,
  ],
  sign: 'response',
  nameId: { value: 'alice', format: nameIdFormats.unspecified },
  attributes: [
    { ...basic('urn:oid:1.2.840.113549.1.9.1', 'alice@example.org'), nameFormat: URI, friendlyName: 'X500 email' },
    basic('username', 'alice@corp.example.org'),
    basic('groups', 'aws-dev'),
    basic('Role', 'offline_access', 'uma_authorization'),
  ],
  contextClass: `${CLASSES}:unspecified`,
  pages: { unknown: 'Client not found', otherAcs: 'Invalid redirect uri', unsigned: 'Invalid requester' },
}

const shibboleth: ProductShape = {
  preset: 'shibboleth',
  entityId: 'https://idp.example.org/idp/shibboleth',
  redirect: 'https://idp.example.org/idp/profile/SAML2/Redirect/SSO',
  post: 'https://idp.example.org/idp/profile/SAML2/POST/SSO',
  logout: 'https://idp.example.org/idp/profile/SAML2/Redirect/SLO',
  extensions:
    '<md:Extensions><shibmd:Scope xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" regexp="false">example.org</shibmd:Scope></md:Extensions>',
  nameIdFormats: [nameIdFormats.transient],
  sign: 'response',
  encrypts: 'gcm',
  nameId: { value: 'AAdzZWNyZXQxb8f0', format: nameIdFormats.transient },
  attributes: [
    {
      name: 'urn:oasis:names:tc:SAML:attribute:subject-id',
      friendlyName: 'subject-id',
      nameFormat: URI,
      values: ['a1b2c3@example.org'],
    },
    ldap('0.9.2342.19200300.100.1.3', 'mail', 'alice@example.org'),
    ldap('1.3.6.1.4.1.5923.1.1.1.6', 'eduPersonPrincipalName', 'alice@example.org'),
    ldap('1.3.6.1.4.1.5923.1.5.1.1', 'isMemberOf', 'aws-dev', 'staff'),
  ],
  contextClass: `${CLASSES}:PasswordProtectedTransport`,
  pages: { unknown: 'Unsupported Request', otherAcs: 'Unable to Respond' },
  issuesNameIds: [nameIdFormats.transient],
}

const simplesamlphp: ProductShape = {
  preset: 'simplesamlphp',
  entityId: 'https://login.example.org/simplesaml/saml2/idp/metadata.php',
  redirect: 'https://login.example.org/simplesaml/saml2/idp/SSOService.php',
  logout: 'https://login.example.org/simplesaml/saml2/idp/SingleLogoutService.php',
  nameIdFormats: [nameIdFormats.persistent],
  sign: 'both',
  nameId: { value: '5d41402abc4b2a76b9719d911017c592aabbccdd', format: nameIdFormats.persistent },
  attributes: [
    basic('uid', 'alice@corp.example.org'),
    basic('mail', 'alice@example.org'),
    basic('groups', 'aws-dev', 'everyone'),
  ],
  contextClass: `${CLASSES}:PasswordProtectedTransport`,
  pages: { unknown: 'METADATANOTFOUND', otherAcs: 'NOACS' },
}

const pingfederate: ProductShape = {
  preset: 'pingfederate',
  entityId: 'example-corp-idp',
  redirect: 'https://sso.example.org:9031/idp/SSO.saml2',
  post: 'https://sso.example.org:9031/idp/SSO.saml2',
  logout: 'https://sso.example.org:9031/idp/SLO.saml2',
  nameIdFormats: [nameIdFormats.unspecified],
  sign: 'assertion',
  nameId: { value: 'alice', format: nameIdFormats.unspecified },
  attributes: [
    basic('mail', 'alice@example.org'),
    basic('sAMAccountName', 'alice@corp.example.org'),
    basic('memberOf', 'aws-dev', 'CN=Staff,DC=example,DC=org'),
  ],
  contextClass: `${CLASSES}:unspecified`,
  pages: { unknown: 'Unable to find SP connection', otherAcs: 'Invalid ACS URL' },
}

const onelogin: ProductShape = {
  preset: 'onelogin',
  entityId: 'https://app.onelogin.com/saml/metadata/13590842-b2c5-4f36-8f4e-7a5b2c9a1c11',
  redirect: 'https://example.onelogin.com/trust/saml2/http-redirect/sso/13590842-b2c5-4f36-8f4e-7a5b2c9a1c11',
  post: 'https://example.onelogin.com/trust/saml2/http-post/sso/13590842-b2c5-4f36-8f4e-7a5b2c9a1c11',
  logout: 'https://example.onelogin.com/trust/saml2/http-redirect/slo/1',
  nameIdFormats: [nameIdFormats.emailAddress],
  sign: 'assertion',
  nameId: { value: 'alice@example.org', format: nameIdFormats.emailAddress },
  attributes: [
    basic('User.email', 'alice@example.org'),
    basic('User.FirstName', 'Alice'),
    basic('username', 'alice@corp.example.org'),
    basic('memberOf', 'aws-dev', 'everyone'),
  ],
  contextClass: `${CLASSES}:PasswordProtectedTransport`,
  pages: { unknown: 'The application is not available', otherAcs: 'The ACS URL is not valid' },
}

const jumpcloud: ProductShape = {
  preset: 'jumpcloud',
  entityId: 'example-jumpcloud',
  redirect: 'https://sso.jumpcloud.com/saml2/fedgate',
  post: 'https://sso.jumpcloud.com/saml2/fedgate',
  nameIdFormats: [nameIdFormats.emailAddress],
  sign: 'assertion',
  nameId: { value: 'alice@example.org', format: nameIdFormats.emailAddress },
  attributes: [
    unspecified('email', 'alice@example.org'),
    unspecified('username', 'alice@corp.example.org'),
    unspecified('memberOf', 'aws-dev', 'everyone'),
  ],
  contextClass: `${CLASSES}:PasswordProtectedTransport`,
  pages: { unknown: 'unexpected issuer', otherAcs: 'unexpected ACS URL' },
}

export const products: readonly ProductShape[] = [
  okta,
  entra,
  adfs,
  googleWorkspace,
  keycloak,
  shibboleth,
  simplesamlphp,
  pingfederate,
  onelogin,
  jumpcloud,
]

export const productOfPreset = (preset: string): ProductShape => {
  const found = products.find((one) => one.preset === preset)
  if (!found) throw new Error(`no stand-in for ${preset}`)
  return found
}
