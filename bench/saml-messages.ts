/**
 * Signed responses, each another one, as fast as they can be made: written in canonical form and signed by node:crypto.
 */
import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol'

/** Who sends a message to whom. */
export interface MessageParties {
  readonly idp: string
  readonly sp: string
  readonly acs: string
  readonly request: string
}

export const parties: MessageParties = {
  idp: 'https://idp.example.org/metadata',
  sp: 'https://gateway.example.org/saml/corp/metadata',
  acs: 'https://gateway.example.org/saml/corp/acs',
  request: '_request',
}

export interface SignedMessage {
  readonly xml: string
  /** Octets and values that the signature is about: what bare cryptography must look at. */
  readonly assertion: string
  readonly signedInfo: string
  readonly signature: Buffer
  readonly digest: Buffer
}

const time = (now: Date, seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString()

/** One claim, as ADFS and Entra ID write them. */
export const claim = (name: string, values: readonly string[]): string =>
  `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`

/** A user with forty groups, so that the whole response is about 6.5 KB. */
export const ordinaryAttributes = (): string =>
  claim('http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name', ['alice.liddell@example.org']) +
  claim('http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname', ['Alice']) +
  claim('http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname', ['Liddell-Hargreaves']) +
  claim(
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    Array.from({ length: 30 }, (_, n) => `aws-${n}-dev`),
  )

/** Declared for a value's type, and left out by exclusive canonicalization: no name uses it. */
const XS = ' xmlns:xs="http://www.w3.org/2001/XMLSchema"'

/**
 * As Keycloak, Okta and Shibboleth write it: every value has its type, and declares what that needs. About 6.5 KB too.
 */
export const typedAttributes = (): string =>
  claim('urn:oid:0.9.2342.19200300.100.1.3', ['alice.liddell@example.org']) +
  claim(
    'groups',
    Array.from({ length: 10 }, (_, n) => `aws-${n}-dev`),
  ).replaceAll(
    '<saml:AttributeValue>',
    `<saml:AttributeValue${XS} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">`,
  )

/** With 300 roles the whole response is about 60 KB. */
export const manyRoles = (): string => {
  const values = Array.from({ length: 300 }, (_, n) => {
    const account = 100_000_000_000 + n
    return `arn:aws:iam::${account}:role/engineering/departments/Platform-Engineer-${n},arn:aws:iam::${account}:saml-provider/corporate`
  })
  return claim('https://aws.amazon.com/SAML/Attributes/Role', values)
}

const assertionXml = (id: string, now: Date, attributes: string, signature: string, parties: MessageParties): string =>
  `<saml:Assertion xmlns:saml="${SAML}" ID="${id}" IssueInstant="${time(now, 0)}" Version="2.0"><saml:Issuer>${parties.idp}</saml:Issuer>${signature}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${id}@example.org</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${parties.request}" NotOnOrAfter="${time(now, 3600)}" Recipient="${parties.acs}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${time(now, -300)}" NotOnOrAfter="${time(now, 3600)}"><saml:AudienceRestriction><saml:Audience>${parties.sp}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${time(now, -5)}" SessionIndex="_s${id}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes}</saml:AttributeStatement></saml:Assertion>`

/** In canonical form once it declares its namespace itself; inside Signature that is inherited. */
const signedInfoXml = (id: string, digest: string, namespace: string): string =>
  `<ds:SignedInfo${namespace}><ds:CanonicalizationMethod Algorithm="${EXC}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${DS}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${EXC}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`

export const responseXml = (now: Date, assertion: string, to = parties): string =>
  `<samlp:Response xmlns:samlp="${SAMLP}" Destination="${to.acs}" ID="_${randomBytes(16).toString('hex')}" InResponseTo="${to.request}" IssueInstant="${time(now, 0)}" Version="2.0"><saml:Issuer xmlns:saml="${SAML}">${to.idp}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${assertion}</samlp:Response>`

/** A certificate's worth of KeyInfo, as identity providers send it although no receiver needs it. */
const KEY_INFO = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${randomBytes(960).toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`

export const signedMessage = (key: KeyObject, now: Date, attributes: string, to = parties): SignedMessage => {
  const id = `_${randomBytes(16).toString('hex')}`
  const assertion = assertionXml(id, now, attributes, '', to).replaceAll(XS, '')
  const digest = createHash('sha256').update(assertion).digest()
  const digestText = digest.toString('base64')
  const signedInfo = signedInfoXml(id, digestText, ` xmlns:ds="${DS}"`)
  const signature = sign('sha256', Buffer.from(signedInfo), key)
  const markup = `<ds:Signature xmlns:ds="${DS}">${signedInfoXml(id, digestText, '')}<ds:SignatureValue>${signature.toString('base64')}</ds:SignatureValue>${KEY_INFO}</ds:Signature>`
  return {
    xml: responseXml(now, assertionXml(id, now, attributes, markup, to), to),
    assertion,
    signedInfo,
    signature,
    digest,
  }
}
