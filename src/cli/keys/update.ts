/** The update of our metadata in IAM for all accounts, as a script, for Terraform or for CloudFormation. */
import { writePlan } from '../trust-policy/trust-policy.ts'
import { KeysError } from './errors.ts'
import type { IamCopy } from './holders.ts'
import type { UpdateFormat } from './options.ts'

/** The document, empty if no account holds our metadata. Throws KeysError `keys.several_providers`. */
export function iamUpdate(format: UpdateFormat, copies: readonly IamCopy[], metadata: string): string {
  const [first] = copies
  if (!first) return ''
  if (format === 'cli') return script(copies, metadata)
  const names = [...new Set(copies.map(({ provider }) => provider))]
  if (names.length > 1)
    throw new KeysError('keys.several_providers', {
      sentence: `The configuration names several SAML providers in IAM: ${names.join(', ')}.`,
    })
  return writePlan(format, {
    provider: { kind: 'saml', name: first.provider, metadata },
    accounts: copies.map(({ account, arn }) => ({ id: account, providerArn: arn })),
    roles: [],
  })
}

const MARK = 'END-OF-METADATA'

/** For the AWS CLI in a POSIX shell. It stops at the first account that refuses, and can be run again. */
function script(copies: readonly IamCopy[], metadata: string): string {
  const updates = copies.map(({ account, accountName, arn }) => {
    const comment = accountName === account ? '' : ` # ${accountName.replaceAll(/[\r\n]+/g, ' ')}`
    return `update ${account} ${quoted(arn)}${comment}`
  })
  return `#!/bin/sh
# Updates the SAML provider of fedgate in ${copies.length === 1 ? 'one account' : `${copies.length} accounts`}, with your AWS credentials. Run it with the name of a role that
# may use iam:UpdateSAMLProvider in each account: sh FILE ROLE. Without one, only the account of your credentials is updated.
set -eu
role=\${1:-}
metadata=$(mktemp)
trap 'rm -f "$metadata"' EXIT
cat >"$metadata" <<'${MARK}'
${metadata.trimEnd()}
${MARK}
own=$(aws sts get-caller-identity --query Account --output text)
update() (
  if [ "$1" != "$own" ]; then
    if [ -z "$role" ]; then
      echo "skipped $1: no role given" >&2
      exit 0
    fi
    arn="arn:$(echo "$2" | cut -d: -f2):iam::$1:role/$role"
    keys=$(aws sts assume-role --role-arn "$arn" --role-session-name fedgate-keys \\
      --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
    export AWS_ACCESS_KEY_ID="$(echo "$keys" | cut -f1)" AWS_SECRET_ACCESS_KEY="$(echo "$keys" | cut -f2)"
    export AWS_SESSION_TOKEN="$(echo "$keys" | cut -f3)"
    unset AWS_PROFILE
  fi
  aws iam update-saml-provider --saml-provider-arn "$2" --saml-metadata-document "file://$metadata" --output text
)
${updates.join('\n')}
`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
