# Profiles of the CLI, which calls STS by itself: role chaining, an external id, an MFA code that is typed, a program
# that prints credentials.
. "$SCRIPTS/expect.sh"

cat > credentials.sh <<'PROGRAM'
aws --endpoint-url "$ENDPOINT" --profile dora sts assume-role --role-arn "arn:aws:iam::111122223333:role/$1" \
  --role-session-name program --output json --query 'Credentials.{Version: `1`, AccessKeyId: AccessKeyId,
    SecretAccessKey: SecretAccessKey, SessionToken: SessionToken, Expiration: Expiration}'
PROGRAM
export AWS_CONFIG_FILE=$PWD/config
export AWS_DATA_PATH=$MODELS # this CLI has no other way to send elsewhere what it asks by itself
cat > config <<INI
[profile direct]
source_profile = dora
role_arn = $ROLES/Direct
role_session_name = one
[profile next]
source_profile = direct
role_arn = $ROLES/team/Next
role_session_name = two
[profile next-too-long]
source_profile = direct
role_arn = $ROLES/team/Next
duration_seconds = 7200
[profile partner]
source_profile = gina
role_arn = $ROLES/Partner
role_session_name = gina
external_id = contract-7
[profile partner-without-id]
source_profile = gina
role_arn = $ROLES/Partner
[profile mfa]
source_profile = dora
role_arn = $ROLES/Mfa
role_session_name = typed
mfa_serial = arn:aws:iam::$ACCOUNT:mfa/dora
[profile program]
credential_process = bash $PWD/credentials.sh Direct
[profile broken-program]
credential_process = bash $PWD/credentials.sh Missing
INI

who() { laws sts get-caller-identity --query Arn --profile "$1"; }
# Without a terminal the CLI reads the code from its input.
typing() { setsid --wait "$BASH" -c 'code=$1; shift; "$@" <<< "$code" 2>&1' typing "$1" /usr/bin/aws --endpoint-url "$ENDPOINT" --output text sts get-caller-identity --query Arn --profile mfa; }

answers "$SESSIONS/Direct/one" who direct
answers "$SESSIONS/Next/two" who next
answers "$SESSIONS/Partner/gina" who partner
answers "*$SESSIONS/Mfa/typed" typing 123456
answers "$SESSIONS/Direct/program" who program

refuses ValidationError 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.' \
  who next-too-long
refuses AccessDenied "User: arn:aws:iam::444455556666:user/gina is not authorized to perform: sts:AssumeRole*" \
  who partner-without-id
rm -r "$HOME/.aws/cli/cache" # where the CLI keeps what it was given for the right code
found=$(typing 000000) && fail 'a wrong MFA code' 'a refusal' "$found"
[[ $found == *'(AccessDenied)'*'MultiFactorAuthentication failed with invalid MFA one time pass code.'* ]] ||
  fail 'a wrong MFA code' 'AccessDenied' "$found"
found=$(who broken-program 2>&1) && fail 'a program without credentials' 'an error' "$found"
[[ $found == *'is not authorized to perform: sts:AssumeRole'* ]] ||
  fail 'a program without credentials' 'the error of its own call' "$found"
