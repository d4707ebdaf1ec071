# AssumeRoot, GetWebIdentityToken and GetDelegatedAccessToken, with the service model of 2026.
. "$SCRIPTS/expect.sh"
export AWS_DATA_PATH=$MODELS

TASKS=arn:aws:iam::aws:policy/root-task
assume_root() { laws sts assume-root --target-principal "$@"; }
get_token() { laws sts get-web-identity-token "$@"; }
trade_in() { laws sts get-delegated-access-token --trade-in-token "$@"; }

session assume_root 444455556666 --task-policy-arn "arn=$TASKS/IAMAuditRootUserCredentials" --profile admin
answers arn:aws:iam::444455556666:root in_session laws sts get-caller-identity --query Arn
answers 0 in_session laws iam get-account-summary --query SummaryMap.AccountAccessKeysPresent
refuses AccessDenied "User: arn:aws:iam::444455556666:root is not authorized to perform: iam:ListRoles*" \
  in_session laws iam list-roles
refuses AccessDenied '*sts:AssumeRoot on resource: arn:aws:iam::111122223333:root' \
  assume_root "$ACCOUNT" --task-policy-arn "arn=$TASKS/IAMAuditRootUserCredentials" --profile admin
refuses ValidationError '*' assume_root 444455556666 --task-policy-arn arn=arn:aws:iam::aws:policy/ReadOnlyAccess --profile admin

TOKEN=(--audience https://api.example.com --signing-algorithm RS256)
answers 'ey*.ey*.*' get_token "${TOKEN[@]}" --tags Key=job,Value=nightly --profile admin --query WebIdentityToken
refuses AccessDenied "*sts:GetWebIdentityToken on resource: arn:aws:sts::$ACCOUNT:self*" get_token "${TOKEN[@]}" --profile dora
refuses ValidationError "*at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 3600" \
  get_token "${TOKEN[@]}" --duration-seconds 3601 --profile admin

answers "$ROLES/Direct" trade_in approved-by-the-owner --profile admin --query AssumedPrincipal
refuses AccessDenied '*' trade_in of-no-one --profile admin
