# aws iam, roles: made, read, changed, tagged, given policies, listed by pages, deleted; and each refusal.
. "$SCRIPTS/expect.sh"

iam() { laws iam "$@" --profile admin; }
trust() { # PRINCIPAL_AS_JSON
  printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"sts:AssumeRole"}]}' "$1"
}
ALLOW_ALL='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
ROLE=(--role-name Auditor)

answers "$ROLES/team/Auditor /team/ None" iam create-role "${ROLE[@]}" --path /team/ --description 'reads all' \
  --max-session-duration 7200 --tags Key=team,Value=blue Key=empty,Value= \
  --assume-role-policy-document "$(trust "{\"AWS\":\"$ACCOUNT\"}")" --query 'Role.[Arn,Path,MaxSessionDuration]'
answers "AROA* reads all 7200 111122223333 empty" iam get-role "${ROLE[@]}" \
  --query 'Role.[RoleId,Description,MaxSessionDuration,AssumeRolePolicyDocument.Statement[0].Principal.AWS,Tags[0].Key]'
answers '' iam update-role "${ROLE[@]}" --description less --max-session-duration 3600
answers 'less 3600' iam get-role "${ROLE[@]}" --query 'Role.[Description,MaxSessionDuration]'

answers '' iam tag-role "${ROLE[@]}" --tags Key=Team,Value=red
answers '' iam untag-role "${ROLE[@]}" --tag-keys empty
answers 'Team red' iam list-role-tags "${ROLE[@]}" --query 'Tags[].[Key,Value]'

answers '' iam put-role-policy "${ROLE[@]}" --policy-name all --policy-document "$ALLOW_ALL"
answers 'all' iam list-role-policies "${ROLE[@]}" --query PolicyNames
answers 'Auditor all Allow' iam get-role-policy "${ROLE[@]}" --policy-name all \
  --query '[RoleName,PolicyName,PolicyDocument.Statement[0].Effect]'

# What was written holds from the next call on.
session laws sts assume-role --role-arn "$ROLES/team/Auditor" --role-session-name shell --profile admin
answers 'Auditor' in_session laws iam get-role "${ROLE[@]}" --query Role.RoleName
refuses AccessDenied "User: arn:aws:iam::$ACCOUNT:user/ops/dora is not authorized to perform: sts:AssumeRole*" \
  laws sts assume-role --role-arn "$ROLES/team/Auditor" --role-session-name shell --profile dora
answers '' iam update-assume-role-policy "${ROLE[@]}" \
  --policy-document "$(trust "{\"AWS\":\"arn:aws:iam::$ACCOUNT:user/ops/dora\"}")"
answers "$SESSIONS/Auditor/shell" laws sts assume-role --role-arn "$ROLES/team/Auditor" --role-session-name shell \
  --profile dora --query AssumedRoleUser.Arn

# Pages of two, as the CLI turns them by itself, and one page by hand.
answers 'Amazon Auditor Direct Mfa Next NoTags Partner' \
  sh -c 'aws --endpoint-url "$ENDPOINT" --profile admin iam list-roles --page-size 2 --output json \
    --query "sort(Roles[].RoleName)" | jq -r ".[]"'
answers 'Auditor Next' iam list-roles --path-prefix /team/ --query 'Roles[].RoleName'
answers '*2,*true*' iam list-roles --max-items 2 --no-paginate --output json --query '[length(Roles),IsTruncated]'

refuses EntityAlreadyExists 'Role with name auditor already exists.' iam create-role --role-name auditor \
  --assume-role-policy-document "$(trust "{\"AWS\":\"$ACCOUNT\"}")"
refuses NoSuchEntity 'The role with name Missing cannot be found.' iam get-role --role-name Missing
refuses NoSuchEntity 'The role policy with name other cannot be found.' iam get-role-policy "${ROLE[@]}" --policy-name other
refuses NoSuchEntity '*' iam delete-role-policy "${ROLE[@]}" --policy-name other
refuses DeleteConflict 'Cannot delete entity, must delete policies first.' iam delete-role "${ROLE[@]}"
refuses MalformedPolicyDocument 'This policy contains invalid Json' iam update-assume-role-policy "${ROLE[@]}" --policy-document '{'
refuses MalformedPolicyDocument 'Invalid principal in policy: "AWS":"nobody"' \
  iam update-assume-role-policy "${ROLE[@]}" --policy-document "$(trust '{"AWS":"nobody"}')"
refuses MalformedPolicyDocument 'Has prohibited field Resource' iam create-role --role-name x \
  --assume-role-policy-document "$ALLOW_ALL"
refuses MalformedPolicyDocument '*' iam put-role-policy "${ROLE[@]}" --policy-name x --policy-document "$(trust '"*"')"
refuses LimitExceeded 'Cannot exceed quota for ACLSizePerRole: 2048' iam update-assume-role-policy "${ROLE[@]}" \
  --policy-document "$(trust "{\"AWS\":[$(printf '"111122223333",%.0s' {1..150})\"111122223333\"]}")"
refuses LimitExceeded '*' iam put-role-policy "${ROLE[@]}" --policy-name big \
  --policy-document "${ALLOW_ALL/\"Action\":\"\*\"/\"Action\":[$(printf '"iam:GetRole",%.0s' {1..900})\"*\"]}"
refuses InvalidInput 'Duplicate tag keys found. Please note that Tag keys are case insensitive.' \
  iam tag-role "${ROLE[@]}" --tags Key=a,Value=1 Key=A,Value=2
refuses ValidationError "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200" \
  iam update-role "${ROLE[@]}" --max-session-duration 43201
answers "$ROLES/Direct" laws iam get-role --role-name Direct --profile fred --query Role.Arn
refuses AccessDenied "User: arn:aws:iam::$ACCOUNT:user/fred is not authorized to perform: iam:GetRole on resource: role Mfa because no identity-based policy allows*" \
  laws iam get-role --role-name Mfa --profile fred
refuses AccessDenied '*iam:ListRoles*' laws iam list-roles --profile gina
refuses SignatureDoesNotMatch '*' laws iam list-roles --profile forger
refuses InvalidClientTokenId '*' laws iam list-roles --profile stranger

answers '' iam delete-role-policy "${ROLE[@]}" --policy-name all
answers '' iam delete-role "${ROLE[@]}"
refuses NoSuchEntity 'The role with name Auditor cannot be found.' iam get-role "${ROLE[@]}"
