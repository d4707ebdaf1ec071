# Endpoints by their own names, with the local AWS as the CLI's proxy; and what the trail has of all that.
. "$SCRIPTS/expect.sh"

export HTTP_PROXY=$ENDPOINT NO_PROXY=
named() { # HOST REGION ARGUMENTS…
  local host=$1 region=$2
  shift 2
  aws --endpoint-url "http://$host" --region "$region" --output text "$@"
}
who() { named "$@" sts get-caller-identity --query Arn --profile gina; }
GINA=arn:aws:iam::444455556666:user/gina

answers "$GINA" who sts.amazonaws.com us-east-1
answers "$GINA" who sts.eu-west-2.amazonaws.com eu-west-2
answers "$GINA" who sts-fips.us-west-2.amazonaws.com us-west-2
answers "$GINA" who sts.eu-central-1.api.aws eu-central-1
refuses SignatureDoesNotMatch "Credential should be scoped to a valid region, not 'eu-west-1'." who sts.eu-west-2.amazonaws.com eu-west-1
answers 'ASIA*' named sts.eu-west-2.amazonaws.com eu-west-2 sts get-session-token --query Credentials.AccessKeyId --profile gina
refuses RegionDisabledException 'STS is not activated in this region for account:444455556666. *' \
  named sts.eu-west-3.amazonaws.com eu-west-3 sts get-session-token --profile gina
# The account of the role decides, not that of the caller.
answers "$SESSIONS/Partner/gina" named sts.eu-west-3.amazonaws.com eu-west-3 sts assume-role --profile gina \
  --role-arn "$ROLES/Partner" --role-session-name gina --external-id contract-7 --query AssumedRoleUser.Arn

unset HTTP_PROXY
trail() { curl -sf "$ENDPOINT/cloudtrail?limit=1000" | jq -r "$1"; }
answers 'eu-central-1 eu-west-2 eu-west-3 us-east-1 us-west-2' trail '[.Records[].awsRegion] | unique[]'
answers 'RegionDisabledException SignatureDoesNotMatch' trail '[.Records[].errorCode // empty] | unique[]'
answers '*' sh -c '! curl -sf "$1/cloudtrail?limit=1000" | grep -F -e secret-of- -e SecretAccessKey' trail "$ENDPOINT"
