# AssumeRoleWithWebIdentity with tokens of the gateway's own issuer: $ISSUER publishes its keys; $TOKENS has the tokens.
. "$SCRIPTS/expect.sh"

HOST=${ISSUER#http://}
PROVIDER=arn:aws:iam::$ACCOUNT:oidc-provider/$HOST
ROLE=$ROLES/Web
answers "$PROVIDER" laws iam create-open-id-connect-provider --profile admin --url "$ISSUER" \
  --client-id-list sts.amazonaws.com --thumbprint-list "$(printf '0%.0s' {1..40})" # which newer CLIs do not ask for
answers "$ROLE" laws iam create-role --profile admin --role-name Web --query Role.Arn --assume-role-policy-document '{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "Federated": "'"$PROVIDER"'" },
    "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
    "Condition": { "StringEquals": { "'"$HOST"':aud": "sts.amazonaws.com", "'"$HOST"':sub": "alice-1" } }
  }]
}'

take() { # TOKEN ARGUMENTS…
  local token=$1
  shift
  laws sts assume-role-with-web-identity --role-arn "$ROLE" --role-session-name pod --web-identity-token "$token" "$@"
}
GOOD=$(< "$TOKENS/good")
answers "$SESSIONS/Web/pod alice-1 $PROVIDER sts.amazonaws.com" \
  take "$GOOD" --query '[AssumedRoleUser.Arn,SubjectFromWebIdentityToken,Provider,Audience]'
answers 'alice@example.com [0-9]*' take "$(< "$TOKENS/tagged")" --query '[SourceIdentity,PackedPolicySize]'
answers 'www.amazon.com app-1 amzn1.account.ALICE' take 'Atza|good' --role-arn "$ROLES/Amazon" --provider-id www.amazon.com \
  --query '[Provider,Audience,SubjectFromWebIdentityToken]'

# As a pod of Kubernetes does it: no call of ours, the CLI finds the file. What it got it keeps by the session's name.
pod() {
  AWS_WEB_IDENTITY_TOKEN_FILE=$TOKENS/$1 AWS_ROLE_ARN=$ROLE AWS_ROLE_SESSION_NAME=with-$1 AWS_DATA_PATH=$MODELS \
    laws sts get-caller-identity --query Arn
}
answers "$SESSIONS/Web/with-good" pod good
refuses ExpiredTokenException 'Token expired: current date/time [0-9]* must be before the expiration date/time[0-9]*' \
  pod expired
refuses AccessDenied 'Not authorized to perform sts:AssumeRoleWithWebIdentity' pod of-bob

refuses InvalidIdentityToken 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)' \
  take not-a-real-jwt-token
refuses InvalidIdentityToken 'Incorrect token audience' take "$(< "$TOKENS/other-audience")"
refuses InvalidIdentityToken "No OpenIDConnect provider found in your account for http*" take "$(< "$TOKENS/other-issuer")"
refuses InvalidIdentityToken '*' take "${GOOD%.*}.${GOOD%%.*}"
refuses AccessDenied 'Not authorized to perform sts:AssumeRoleWithWebIdentity' take "$GOOD" --role-arn "$ROLES/Missing"
refuses IDPRejectedClaim 'www.amazon.com: www.amazon.com responded with HTTP/1.1 400 Bad Request' \
  take 'Atza|unknown' --role-arn "$ROLES/Amazon" --provider-id www.amazon.com
refuses IDPCommunicationError 'www.amazon.com: *' \
  take 'Atza|nobody-answers' --role-arn "$ROLES/Amazon" --provider-id www.amazon.com
refuses ValidationError "*Value '43201' at 'durationSeconds'*" take "$GOOD" --duration-seconds 43201
refuses ValidationError 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.' \
  take "$GOOD" --duration-seconds 3601
refuses MalformedPolicyDocument 'This policy contains invalid Json' take "$GOOD" --policy '{'
