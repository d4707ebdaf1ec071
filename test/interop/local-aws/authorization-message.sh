# DecodeAuthorizationMessage: the message that a denied call comes with, there and back.
. "$SCRIPTS/expect.sh"

decode() { laws sts decode-authorization-message --query DecodedMessage --encoded-message "$@"; }

refusal=$(laws sts assume-role --role-arn "$ROLES/Partner" --role-session-name shell --profile gina 2>&1) &&
  fail 'Partner without its external id' 'a refusal' "$refusal"
refuses AccessDenied "User: arn:aws:iam::$ACCOUNT:user/ops/dora is not authorized to perform: iam:ListRoles*" \
  laws iam list-roles --profile dora
refusal=$(laws iam list-roles --profile dora 2>&1) || true
message=$(sed -n 's/.*Encoded authorization failure message: \([A-Za-z0-9_-]*\).*/\1/p' <<< "$refusal")
answers '*"allowed":false,"explicitDeny":false*"arn":"arn:aws:iam::111122223333:user/ops/dora"*"action":"iam:ListRoles"*' \
  decode "$message" --profile admin

refuses AccessDenied '*sts:DecodeAuthorizationMessage*' decode "$message" --profile dora
refuses InvalidAuthorizationMessageException 'Message is not valid' decode "${message}x" --profile admin
refuses InvalidAuthorizationMessageException 'Message is not valid' decode "${message:0:40}
${message:40}" --profile admin
refuses ValidationError "*at 'encodedMessage' failed to satisfy constraint: Member must have length less than or equal to 10240" \
  decode "$(head -c 10241 /dev/zero | tr '\0' x)" --profile admin
