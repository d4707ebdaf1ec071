/** An aggregate as federations publish it, for benchmarks: made up, but with the sizes and parts of the real ones. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!-- A made-up federation -->
<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute" xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="federation" Name="https://federation.example.org" cacheDuration="PT6H" validUntil="2099-01-01T00:00:00Z">`

/** What xmlsec1 fills in. */
const SIGNATURE = `<ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#federation"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>`

const TOWNS = ['Genève', 'Tromsø', 'Łódź', 'Kyōto', 'Αθήνα', 'São Paulo', 'Köln', 'Leiden', 'Ohio', '北京']

const endpoints = (host: string): string =>
  ['HTTP-POST', 'HTTP-Redirect', 'SOAP', 'HTTP-POST-SimpleSign']
    .map(
      (binding) => `
      <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="https://${host}/idp/profile/SAML2/${binding}/SSO"/>`,
    )
    .join('')

/** One identity provider, about 6.8 KB. */
export const entityXml = (n: number, certificate: string): string => {
  const town = TOWNS[n % TOWNS.length]
  const host = `idp${n}.university-${n}.example.org`
  const key = (use: string) => `
      <md:KeyDescriptor use="${use}">
        <ds:KeyInfo>
          <ds:X509Data>
            <ds:X509Certificate>
${certificate}
            </ds:X509Certificate>
          </ds:X509Data>
        </ds:KeyInfo>
      </md:KeyDescriptor>`
  return `
  <md:EntityDescriptor entityID="https://${host}/idp/shibboleth">
    <md:Extensions>
      <mdrpi:RegistrationInfo registrationAuthority="https://federation.example.org/" registrationInstant="2015-02-03T04:05:06Z">
        <mdrpi:RegistrationPolicy xml:lang="en">https://federation.example.org/registration-policy</mdrpi:RegistrationPolicy>
      </mdrpi:RegistrationInfo>
      <mdattr:EntityAttributes>
        <saml:Attribute Name="http://macedir.org/entity-category-support" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">
          <saml:AttributeValue xsi:type="xs:string" xmlns:xs="http://www.w3.org/2001/XMLSchema">http://refeds.org/category/research-and-scholarship</saml:AttributeValue>
          <saml:AttributeValue xsi:type="xs:string" xmlns:xs="http://www.w3.org/2001/XMLSchema">http://www.geant.net/uri/dataprotection-code-of-conduct/v1</saml:AttributeValue>
        </saml:Attribute>
      </mdattr:EntityAttributes>
    </md:Extensions>
    <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol urn:mace:shibboleth:1.0">
      <md:Extensions>
        <shibmd:Scope regexp="false">university-${n}.example.org</shibmd:Scope>
        <mdui:UIInfo>
          <mdui:DisplayName xml:lang="en">University ${n} of ${town}</mdui:DisplayName>
          <mdui:DisplayName xml:lang="fr">Université ${n} de ${town}</mdui:DisplayName>
          <mdui:Description xml:lang="en">Students &amp; staff of University ${n} of ${town} sign in here &lt;with their own account&gt;</mdui:Description>
          <mdui:InformationURL xml:lang="en">https://www.university-${n}.example.org/about?lang=en&amp;for=federation</mdui:InformationURL>
          <mdui:PrivacyStatementURL xml:lang="en">https://www.university-${n}.example.org/privacy</mdui:PrivacyStatementURL>
          <mdui:Logo height="60" width="80">https://www.university-${n}.example.org/logo.png</mdui:Logo>
        </mdui:UIInfo>
      </md:Extensions>${key('signing')}${key('encryption')}
      <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://${host}/idp/profile/SAML2/Redirect/SLO"/>
      <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>
      <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>${endpoints(host)}
    </md:IDPSSODescriptor>
    <md:Organization>
      <md:OrganizationName xml:lang="en">University ${n}</md:OrganizationName>
      <md:OrganizationDisplayName xml:lang="en">University ${n} of ${town}</md:OrganizationDisplayName>
      <md:OrganizationURL xml:lang="en">https://www.university-${n}.example.org/</md:OrganizationURL>
    </md:Organization>
    <md:ContactPerson contactType="technical">
      <md:GivenName>Identity team</md:GivenName>
      <md:EmailAddress>mailto:idp@university-${n}.example.org</md:EmailAddress>
    </md:ContactPerson>
    <md:ContactPerson contactType="support">
      <md:GivenName>Service desk</md:GivenName>
      <md:EmailAddress>mailto:help@university-${n}.example.org</md:EmailAddress>
    </md:ContactPerson>
  </md:EntityDescriptor>`
}

export interface Federation {
  /** The signed aggregate. */
  readonly file: string
  /** The file of the certificate that verifies it. */
  readonly certificate: string
}

const base64Lines = (pem: string): string => pem.replace(/-----[^-]*-----/g, '').trim()

const makeCertificate = (folder: string): { key: string; certificate: string } => {
  const [key, certificate] = [join(folder, 'federation.key'), join(folder, 'federation.crt')]
  const subject = ['-subj', '/CN=federation.example.org', '-days', '3650']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:3072', '-nodes', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  return { key, certificate }
}

/** Writes an aggregate of that many identity providers into the folder, signed by xmlsec1. */
export const makeFederation = async (folder: string, entities: number): Promise<Federation> => {
  const { key, certificate } = makeCertificate(folder)
  const body = base64Lines(readFileSync(certificate, 'utf8'))
  const [unsigned, file] = [join(folder, 'unsigned.xml'), join(folder, 'federation.xml')]
  const out = createWriteStream(unsigned)
  out.write(`${HEAD}${SIGNATURE}`)
  for (let n = 0; n < entities; n += 1) if (!out.write(entityXml(n, body))) await once(out, 'drain')
  await finished(out.end('\n</md:EntitiesDescriptor>\n'))
  execFileSync('xmlsec1', [
    ...['--sign', '--privkey-pem', key, '--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:metadata:EntitiesDescriptor'],
    ...['--output', file, unsigned],
  ])
  return { file, certificate }
}
