# GetCallerIdentity and GetAccessKeyInfo: who signed, and whose account a key is of.
. "$SCRIPTS/expect.sh"

who() { laws sts get-caller-identity --query '[Account,Arn]' "$@"; }

answers "$ACCOUNT arn:aws:iam::$ACCOUNT:user/admin" who --profile admin
answers "$ACCOUNT arn:aws:iam::$ACCOUNT:user/ops/dora" who --profile dora
answers "$ACCOUNT arn:aws:iam::$ACCOUNT:root" who --profile root
answers "444455556666 arn:aws:iam::444455556666:user/gina" who --profile gina
answers 'AIDA*' laws sts get-caller-identity --query UserId --profile dora
answers "$ACCOUNT" laws sts get-caller-identity --query UserId --profile root
answers "$ACCOUNT *" who --profile admin --region us-gov-west-1

refuses InvalidClientTokenId 'The security token included in the request is invalid.' who --profile stranger
refuses SignatureDoesNotMatch 'The request signature we calculated does not match the signature you provided.*' \
  who --profile forger
refuses MissingAuthenticationToken 'Request is missing Authentication Token' who --no-sign-request

key() { laws sts get-access-key-info --access-key-id "$@"; }
answers 609629065308 key ASIAY34FZKBOKMUTVV7A --profile admin
answers 029608264753 key ASIAQNZGKIQY56JQ7WML --profile admin
answers 444455556666 key AKIAWO645SY5AGINAAAA --profile admin
refuses ValidationError '*' key AKIAIOSFODNN7EXAMPLE --profile admin
refuses ValidationError "*at 'accessKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern*" \
  key 'AKIAIOSFODNN7-EXAMPLE' --profile admin
refuses AccessDenied "User: arn:aws:iam::$ACCOUNT:user/ops/dora is not authorized to perform: sts:GetAccessKeyInfo*" \
  key ASIAY34FZKBOKMUTVV7A --profile dora
