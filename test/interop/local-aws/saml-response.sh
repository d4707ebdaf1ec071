# An identity provider of openssl and xmlsec1 alone: `new_idp` makes its key and idp.xml, `saml_response` what it signs.
IDP=https://idp.example.com/saml
ATTRIBUTE=https://aws.amazon.com/SAML/Attributes

new_idp() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout idp.key -out idp.crt -subj /CN=idp.example.com -days 30 2> /dev/null
  cat > idp.xml <<XML
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="$IDP">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
<X509Certificate>$(grep -v CERTIFICATE idp.crt)</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>
</IDPSSODescriptor></EntityDescriptor>
XML
}

instant() { date -u -d "${1:-now}" +%Y-%m-%dT%H:%M:%SZ; }

attribute() {
  local name=$1
  shift
  printf '<a:Attribute Name="%s">' "$name"
  printf '<a:AttributeValue>%s</a:AttributeValue>' "$@"
  printf '</a:Attribute>'
}

# saml_response ROLE PROVIDER FURTHER_ATTRIBUTES…: base64 of a Response whose Assertion is signed. $ISSUED, $AUDIENCE,
# $RECIPIENT and $SESSION_NAME may say otherwise than usual.
saml_response() {
  local role=$1 provider=$2
  shift 2
  local issued until template=urn:oasis:names:tc:SAML:2.0
  issued=$(instant "${ISSUED:-now}") until=$(instant '10 minutes')
  cat > response.xml <<XML
<p:Response xmlns:p="$template:protocol" xmlns:a="$template:assertion" ID="_response" Version="2.0" IssueInstant="$issued">
<a:Issuer>$IDP</a:Issuer><p:Status><p:StatusCode Value="$template:status:Success"/></p:Status>
<a:Assertion ID="_assertion" Version="2.0" IssueInstant="$issued"><a:Issuer>$IDP</a:Issuer>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#_assertion"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/></ds:Signature>
<a:Subject><a:NameID Format="$template:nameid-format:persistent">alice</a:NameID>
<a:SubjectConfirmation Method="$template:cm:bearer"><a:SubjectConfirmationData NotOnOrAfter="$until"
Recipient="${RECIPIENT:-https://signin.aws.amazon.com/saml}"/></a:SubjectConfirmation></a:Subject>
<a:Conditions NotBefore="$(instant '10 minutes ago')" NotOnOrAfter="$until"><a:AudienceRestriction>
<a:Audience>${AUDIENCE:-urn:amazon:webservices}</a:Audience></a:AudienceRestriction></a:Conditions>
<a:AuthnStatement AuthnInstant="$issued"><a:AuthnContext>
<a:AuthnContextClassRef>$template:ac:classes:Password</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement>
<a:AttributeStatement>$(attribute "$ATTRIBUTE/Role" "$role,$provider")$(
    attribute "$ATTRIBUTE/RoleSessionName" "${SESSION_NAME:-alice}"
  )$*</a:AttributeStatement></a:Assertion></p:Response>
XML
  xmlsec1 --sign --id-attr:ID urn:oasis:names:tc:SAML:2.0:assertion:Assertion --privkey-pem idp.key response.xml |
    base64 -w0
}
