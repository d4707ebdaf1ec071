# AssumeRoleWithSAML: a provider and roles made by IAM calls, responses signed by xmlsec1, and every way of being refused.
. "$SCRIPTS/expect.sh"
. "$SCRIPTS/saml-response.sh"

new_idp
PROVIDER=arn:aws:iam::$ACCOUNT:saml-provider/xmlsec
answers "$PROVIDER" laws iam create-saml-provider --profile admin --name xmlsec --saml-metadata-document file://idp.xml

make_role() { # NAME ACTIONS_AS_JSON
  laws iam create-role --profile admin --role-name "$1" --query Role.Arn --assume-role-policy-document '{
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": { "Federated": "'"$PROVIDER"'" },
      "Action": '"$2"',
      "Condition": { "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml", "SAML:sub": "alice" } }
    }]
  }'
}
ROLE=$ROLES/Federated
answers "$ROLE" make_role Federated '["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"]'
answers "$ROLES/Untagged" make_role Untagged '"sts:AssumeRoleWithSAML"'

# take RESPONSE ARGUMENTS…
take() {
  printf %s "$1" > response.b64
  shift
  laws sts assume-role-with-saml --role-arn "$ROLE" --principal-arn "$PROVIDER" --saml-assertion file://response.b64 "$@"
}

answers "$SESSIONS/Federated/alice alice persistent $IDP https://signin.aws.amazon.com/saml *=" \
  take "$(saml_response "$ROLE" "$PROVIDER")" --query '[AssumedRoleUser.Arn,Subject,SubjectType,Issuer,Audience,NameQualifier]'
session take "$(saml_response "$ROLE" "$PROVIDER")" --duration-seconds 900
answers "$SESSIONS/Federated/alice" in_session laws sts get-caller-identity --query Arn
answers 'alice-1 [0-9]*' take "$(
  saml_response "$ROLE" "$PROVIDER" "$(attribute "$ATTRIBUTE/PrincipalTag:Team" blue)" \
    "$(attribute "$ATTRIBUTE/TransitiveTagKeys" Team)" "$(attribute "$ATTRIBUTE/SourceIdentity" alice-1)"
)" --query '[SourceIdentity,PackedPolicySize]'

GOOD=$(saml_response "$ROLE" "$PROVIDER")
refuses InvalidIdentityToken 'Invalid base64 SAMLResponse (*AuthSamlInvalidSamlResponseException*' take '!!!!'
refuses InvalidIdentityToken 'Response signature invalid' take "$(base64 -d <<< "$GOOD" | sed s/blue/red/\;s/alice/mallory/ | base64 -w0)"
refuses InvalidIdentityToken 'Response signature invalid' take "$(base64 -w0 response.xml)"
refuses InvalidIdentityToken 'Response does not contain the required audience.' \
  take "$(AUDIENCE=urn:example:other saml_response "$ROLE" "$PROVIDER")"
refuses InvalidIdentityToken 'RoleSessionName in AuthnResponse must match \[a-zA-Z_0-9+=,.@-\]{2,64}' \
  take "$(SESSION_NAME='alice liddell' saml_response "$ROLE" "$PROVIDER")"
refuses InvalidIdentityToken 'Issuer not present in specified provider (*' \
  take "$(IDP=https://other.example.com saml_response "$ROLE" "$PROVIDER")"
refuses InvalidIdentityToken "Specified provider doesn't exist (*AuthSamlManifestNotFoundException*" \
  take "$(saml_response "$ROLE" "$PROVIDER-2")" --principal-arn "$PROVIDER-2"
refuses ExpiredTokenException 'Token must be redeemed within 5 minutes of issuance' \
  take "$(ISSUED='301 seconds ago' saml_response "$ROLE" "$PROVIDER")"
refuses AccessDenied 'Not authorized to perform sts:AssumeRoleWithSAML' take "$GOOD" --role-arn "$ROLES/Missing"
refuses AccessDenied 'Not authorized to perform sts:AssumeRoleWithSAML' take "$GOOD" --role-arn "$ROLES/Untagged"
refuses AccessDenied 'Not authorized to perform sts:AssumeRoleWithSAML' \
  take "$(saml_response "$ROLES/Untagged" "$PROVIDER" "$(attribute "$ATTRIBUTE/PrincipalTag:Team" blue)")" \
  --role-arn "$ROLES/Untagged"
refuses AccessDenied 'Not authorized to perform sts:AssumeRoleWithSAML' \
  take "$(RECIPIENT=https://gateway.example.com/acs saml_response "$ROLE" "$PROVIDER")"
refuses ValidationError 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.' \
  take "$GOOD" --duration-seconds 3601
refuses MalformedPolicyDocument 'This policy contains invalid Json' take "$GOOD" --policy '{'
refuses PackedPolicyTooLarge 'Packed size of session tags consumes *% of allotted space.' take "$(
  saml_response "$ROLE" "$PROVIDER" "$(attribute "$ATTRIBUTE/PrincipalTag:A" "$(printf 'a%.0s' {1..250})")" \
    "$(attribute "$ATTRIBUTE/PrincipalTag:B" "$(printf 'b%.0s' {1..250})")"
)"
# The same response opens the role again within its five minutes, as at AWS.
answers '*' take "$GOOD"
