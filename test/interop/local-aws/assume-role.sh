# AssumeRole: whom a role lets in and with what, each limit, and the chain from one role to the next.
. "$SCRIPTS/expect.sh"

assume() { laws sts assume-role --role-session-name shell --role-arn "$@"; }
POLICY='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}'

answers "$SESSIONS/Direct/shell AROA*:shell" \
  assume "$ROLES/Direct" --profile dora --query 'AssumedRoleUser.[Arn,AssumedRoleId]'
answers 'ASIA* None None' \
  assume "$ROLES/Direct" --profile dora --query '[Credentials.AccessKeyId,PackedPolicySize,SourceIdentity]'
answers '[0-9]* dora' assume "$ROLES/Direct" --profile dora --query '[PackedPolicySize,SourceIdentity]' \
  --tags Key=team,Value=blue Key=empty,Value= --transitive-tag-keys team --source-identity dora \
  --policy "$POLICY" --policy-arns arn=arn:aws:iam::aws:policy/ReadOnlyAccess --duration-seconds 7200
answers '*' assume "$ROLES/Partner" --profile gina --external-id contract-7

denied() { printf 'User: %s is not authorized to perform: %s on resource: %s*' "$1" "$2" "$3"; }
DORA="arn:aws:iam::$ACCOUNT:user/ops/dora"
GINA=arn:aws:iam::444455556666:user/gina
refuses AccessDenied "$(denied "$DORA" sts:AssumeRole "$ROLES/Missing")" assume "$ROLES/Missing" --profile dora
refuses AccessDenied "$(denied "$GINA" sts:AssumeRole "$ROLES/Partner")" assume "$ROLES/Partner" --profile gina
refuses AccessDenied "$(denied "$GINA" sts:AssumeRole "$ROLES/Partner")" \
  assume "$ROLES/Partner" --profile gina --external-id contract-8
refuses AccessDenied "$(denied "$DORA" sts:TagSession "$ROLES/NoTags")" \
  assume "$ROLES/NoTags" --profile dora --tags Key=team,Value=blue
refuses AccessDenied "$(denied "$DORA" sts:SetSourceIdentity "$ROLES/NoTags")" \
  assume "$ROLES/NoTags" --profile dora --source-identity dora
refuses AccessDenied "$(denied "$DORA" sts:AssumeRole "$ROLES/Mfa")" assume "$ROLES/Mfa" --profile dora
refuses AccessDenied 'MultiFactorAuthentication failed with invalid MFA one time pass code. ' \
  assume "$ROLES/Mfa" --profile dora --serial-number "arn:aws:iam::$ACCOUNT:mfa/dora" --token-code 654321
answers '*' assume "$ROLES/Mfa" --profile dora --serial-number "arn:aws:iam::$ACCOUNT:mfa/dora" --token-code 123456
refuses AccessDenied 'Roles may not be assumed by root accounts.' assume "$ROLES/Direct" --profile root

refuses ValidationError 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.' \
  assume "$ROLES/Direct" --profile dora --duration-seconds 7201
refuses ValidationError "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200" \
  assume "$ROLES/Direct" --profile dora --duration-seconds 43201
refuses ValidationError 'nothing-valid-in-here is invalid' assume nothing-valid-in-here --profile dora
refuses ValidationError "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: *" \
  laws sts assume-role --role-arn "$ROLES/Direct" --role-session-name 'a b' --profile dora
refuses InvalidParameterValue 'Duplicate tag keys found. Please note that Tag keys are case insensitive.' \
  assume "$ROLES/Direct" --profile dora --tags Key=team,Value=a Key=TEAM,Value=b
refuses InvalidParameterValue 'The specified transitive tag key must be included in the requested tags.' \
  assume "$ROLES/Direct" --profile dora --tags Key=team,Value=a --transitive-tag-keys stage
refuses MalformedPolicyDocument 'This policy contains invalid Json' \
  assume "$ROLES/Direct" --profile dora --policy '{'
refuses PackedPolicyTooLarge 'Packed size of session tags consumes *% of allotted space.' \
  assume "$ROLES/Direct" --profile dora --tags Key=a,Value="$(printf 'a%.0s' {1..250})" Key=b,Value="$(printf 'b%.0s' {1..250})"

# The chain: an hour at most, transitive tags and the source identity go along and stay.
session assume "$ROLES/Direct" --profile dora --tags Key=team,Value=blue --transitive-tag-keys team --source-identity dora
answers "$SESSIONS/Direct/shell" in_session laws sts get-caller-identity --query Arn
answers "$SESSIONS/Next/shell dora" in_session assume "$ROLES/team/Next" --query '[AssumedRoleUser.Arn,SourceIdentity]'
refuses ValidationError 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.' \
  in_session assume "$ROLES/team/Next" --duration-seconds 3601
refuses InvalidParameterValue "One of the specified transitive tag keys can't be set because it conflicts *" \
  in_session assume "$ROLES/team/Next" --tags Key=Team,Value=red
refuses AccessDenied "$(denied "$SESSIONS/Direct/shell" sts:SetSourceIdentity "$ROLES/team/Next")" \
  in_session assume "$ROLES/team/Next" --source-identity eve
refuses AccessDenied 'Cannot call GetSessionToken with session credentials' in_session laws sts get-session-token
refuses AccessDenied 'Cannot call GetFederationToken with session credentials' \
  in_session laws sts get-federation-token --name guest
(
  SESSION_TOKEN=${SESSION_TOKEN}x
  refuses InvalidClientTokenId 'The security token included in the request is invalid.' \
    in_session laws sts get-caller-identity
)
