# aws iam, identity providers: SAML and OpenID, made, read, changed, listed, deleted; and each refusal.
. "$SCRIPTS/expect.sh"
. "$SCRIPTS/saml-response.sh"

iam() { laws iam "$@" --profile admin; }

new_idp
SAML=arn:aws:iam::$ACCOUNT:saml-provider/corp
answers "$SAML" iam create-saml-provider --name corp --saml-metadata-document file://idp.xml \
  --tags Key=team,Value=blue --query SAMLProviderArn
answers "*entityID=\"$IDP\"* blue" iam get-saml-provider --saml-provider-arn "$SAML" --query '[SAMLMetadataDocument,Tags[0].Value]'
answers "$SAML" iam list-saml-providers --query 'SAMLProviderList[].Arn'
sed -i 's/<EntityDescriptor /<EntityDescriptor validUntil="2099-01-01T00:00:00Z" /' idp.xml
answers "$SAML" iam update-saml-provider --saml-provider-arn "$SAML" --saml-metadata-document file://idp.xml
answers '2099-01-01T00:00:00+00:00' iam list-saml-providers --query 'SAMLProviderList[0].ValidUntil'
refuses EntityAlreadyExists 'SAMLProvider corp already exists.' \
  iam create-saml-provider --name corp --saml-metadata-document file://idp.xml
refuses InvalidInput 'Could not parse metadata' \
  iam create-saml-provider --name other --saml-metadata-document "<a>$(printf ' %.0s' {1..1000})</a>"
refuses ValidationError "*at 'name' failed to satisfy constraint: Member must have length less than or equal to 128" \
  iam create-saml-provider --name "$(printf 'x%.0s' {1..129})" --saml-metadata-document file://idp.xml
refuses NoSuchEntity '*' iam get-saml-provider --saml-provider-arn "$SAML-2"
refuses NoSuchEntity '*' iam update-saml-provider --saml-provider-arn "$SAML-2" --saml-metadata-document file://idp.xml
refuses AccessDenied '*iam:CreateSAMLProvider on resource: *:saml-provider/other*' \
  laws iam create-saml-provider --name other --saml-metadata-document file://idp.xml --profile dora
answers '' iam delete-saml-provider --saml-provider-arn "$SAML"
refuses NoSuchEntity '*' iam delete-saml-provider --saml-provider-arn "$SAML"

OIDC=(--open-id-connect-provider-arn "arn:aws:iam::$ACCOUNT:oidc-provider/idp.example.com/tenant")
A40=$(printf 'a%.0s' {1..40})
answers "${OIDC[1]}" iam create-open-id-connect-provider --url https://idp.example.com/tenant --client-id-list one two \
  --thumbprint-list "$A40" --tags Key=team,Value=blue --query OpenIDConnectProviderArn
answers '' iam add-client-id-to-open-id-connect-provider "${OIDC[@]}" --client-id three
answers '' iam remove-client-id-from-open-id-connect-provider "${OIDC[@]}" --client-id one
answers '' iam update-open-id-connect-provider-thumbprint "${OIDC[@]}" --thumbprint-list "${A40//a/b}"
answers "idp.example.com/tenant two,three ${A40//a/b} blue" iam get-open-id-connect-provider "${OIDC[@]}" \
  --query "[Url,join(',',ClientIDList),ThumbprintList[0],Tags[0].Value]"
answers "*${OIDC[1]}*" iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[].Arn'
refuses EntityAlreadyExists '*' iam create-open-id-connect-provider --url https://idp.example.com/tenant --thumbprint-list "$A40"
refuses ValidationError 'Invalid Open ID Connect Provider URL' iam create-open-id-connect-provider --url 'https://idp.example.com/?x' --thumbprint-list "$A40"
refuses InvalidInput 'Thumbprint list must contain fewer than 5 entries.' iam update-open-id-connect-provider-thumbprint \
  "${OIDC[@]}" --thumbprint-list "$A40" "$A40" "$A40" "$A40" "$A40" "$A40"
refuses LimitExceeded '*' iam create-open-id-connect-provider --url https://other.example.com --thumbprint-list "$A40" \
  --client-id-list $(seq 101)
answers '' iam delete-open-id-connect-provider "${OIDC[@]}"
refuses NoSuchEntity 'OpenId connect Provider * cannot be found.' iam delete-open-id-connect-provider "${OIDC[@]}"
refuses NoSuchEntity '*' iam get-open-id-connect-provider "${OIDC[@]}"
