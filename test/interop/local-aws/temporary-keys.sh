# GetSessionToken and GetFederationToken: what they give, and what may be done with it.
. "$SCRIPTS/expect.sh"

get_session() { laws sts get-session-token "$@"; }
federate() { laws sts get-federation-token --name "$@"; }
MFA=(--serial-number "arn:aws:iam::$ACCOUNT:mfa/dora" --token-code)

session get_session --profile dora "${MFA[@]}" 123456 --duration-seconds 900
answers "arn:aws:iam::$ACCOUNT:user/ops/dora" in_session laws sts get-caller-identity --query Arn
answers "$SESSIONS/Mfa/shell" in_session laws sts assume-role --role-arn "$ROLES/Mfa" --role-session-name shell \
  --query AssumedRoleUser.Arn
refuses ValidationError 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.' \
  in_session laws sts assume-role --role-arn "$ROLES/Direct" --role-session-name shell --duration-seconds 3601
refuses AccessDenied 'Cannot call GetSessionToken with session credentials' in_session get_session
refuses AccessDenied 'MultiFactorAuthentication failed with invalid MFA one time pass code. ' \
  get_session --profile dora "${MFA[@]}" 000000
refuses ValidationError "*Value '129601' at 'durationSeconds'*less than or equal to 129600" \
  get_session --profile dora --duration-seconds 129601

session get_session --profile admin
refuses AccessDenied '*' in_session laws iam get-role --role-name Direct

answers "$ACCOUNT:guest arn:aws:sts::$ACCOUNT:federated-user/guest 0" federate guest --profile admin \
  --query '[FederatedUser.FederatedUserId,FederatedUser.Arn,PackedPolicySize]'
session federate guest --profile admin --tags Key=team,Value=blue \
  --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
answers "arn:aws:sts::$ACCOUNT:federated-user/guest" in_session laws sts get-caller-identity --query Arn
refuses AccessDenied '*' in_session laws iam get-role --role-name Direct
refuses AccessDenied '*' in_session laws sts assume-role --role-arn "$ROLES/Direct" --role-session-name shell
refuses AccessDenied "User: arn:aws:iam::$ACCOUNT:user/ops/dora is not authorized to perform: sts:GetFederationToken*" \
  federate guest --profile dora
refuses MalformedPolicyDocument 'This policy contains invalid Json' federate guest --profile admin --policy nonsense
refuses ValidationError "*at 'name' failed to satisfy constraint: Member must have length less than or equal to 32" \
  federate "$(printf 'x%.0s' {1..33})" --profile admin
