# Every script here begins with this file. $ENDPOINT is the local AWS, which is as state.yaml says, and the working
# directory is empty. A script ends at the first answer that is not what it expects, with an exit code that is not 0.
set -euo pipefail

ACCOUNT=111122223333
ROLES="arn:aws:iam::$ACCOUNT:role"
SESSIONS="arn:aws:sts::$ACCOUNT:assumed-role"

laws() { aws --endpoint-url "$ENDPOINT" --output text "$@"; }

fail() {
  printf 'FAILED: %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3" >&2
  exit 1
}

# answers PATTERN COMMAND…: it succeeds and prints that, tabs and line ends as blanks.
answers() {
  local pattern=$1 found
  shift
  found=$("$@" 2>&1 | tr '\t\n' '  ') || fail "$*" "$pattern" "$found"
  found=${found% }
  # shellcheck disable=SC2053 # the right side is a pattern
  [[ $found == $pattern ]] || fail "$*" "$pattern" "$found"
  echo "ok: $*" | cut -c1-150
}

# refuses CODE PATTERN COMMAND…: the service refuses it with that code and message, and the CLI ends with 254.
refuses() {
  local code=$1 pattern="*An error occurred ($1) when calling the * operation*: $2" found status=0
  shift 2
  found=$("$@" 2>&1 > /dev/null) || status=$?
  # shellcheck disable=SC2053
  [[ $status == 254 && $found == $pattern ]] || fail "$*" "exit 254, $pattern" "exit $status, $found"
  echo "ok: $code: $*" | cut -c1-150
}

# session COMMAND…: an STS call whose credentials `in_session COMMAND…` uses from then on.
session() {
  read -r SESSION_KEY SESSION_SECRET SESSION_TOKEN < <(
    "$@" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]'
  ) || fail "$*" 'credentials' 'none'
}
in_session() {
  AWS_ACCESS_KEY_ID=$SESSION_KEY AWS_SECRET_ACCESS_KEY=$SESSION_SECRET AWS_SESSION_TOKEN=$SESSION_TOKEN "$@"
}
