/** The policies as JSON, for Terraform and as commands of the AWS CLI. */
import type { RoleArn } from '../../core/arn.ts'
import { forShell } from '../../credentials/quoting.ts'
import type { DenyPolicy } from '../../iam/generate/deny-older-sessions.ts'
import { literalValue } from '../../iam/generate/terraform.ts'
import type { RevokeFormat } from '../options.ts'

/** One policy for each of these roles. */
export interface RevocationPlan {
  readonly policy: DenyPolicy
  /** Account by account. */
  readonly roles: readonly RoleArn[]
  /** By account ID. */
  readonly accountNames: ReadonlyMap<string, string>
}

export const formats = { json, terraform, cli } as const satisfies Record<
  RevokeFormat,
  (plan: RevocationPlan) => string
>

function json({ policy, roles }: RevocationPlan): string {
  const document = { policyName: policy.name, roles: roles.map(({ arn }) => arn), policyDocument: policy.document }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** In JSON syntax (`.tf.json`): creates the policies of the account in which it is applied. */
function terraform({ policy, roles }: RevocationPlan): string {
  const document = {
    '//': [
      'Creates the policies of the account in which it is applied. Apply it in each of these accounts:',
      ...accountsOf(roles).map((account) => `  ${account}`),
    ],
    data: { aws_caller_identity: { current: {} } },
    locals: {
      fedgate_revoked_roles: Object.fromEntries(
        accountsOf(roles).map((account) => [account, rolesIn(roles, account).map(({ name }) => name)]),
      ),
      fedgate_deny_older_sessions: literalValue(policy.document),
    },
    resource: {
      aws_iam_role_policy: {
        fedgate_deny_older_sessions: {
          for_each: `\${toset(try(local.fedgate_revoked_roles[data.aws_caller_identity.current.account_id], []))}`,
          name: policy.name,
          role: `\${each.key}`,
          policy: `\${jsonencode(local.fedgate_deny_older_sessions)}`,
        },
      },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function accountsOf(roles: readonly RoleArn[]): readonly string[] {
  return [...new Set(roles.map(({ account }) => account))]
}

function rolesIn(roles: readonly RoleArn[], account: string): readonly RoleArn[] {
  return roles.filter((role) => role.account === account)
}

/** For sh and bash: each account has its own credentials, so its commands are a paragraph of their own. */
function cli({ policy, roles, accountNames }: RevocationPlan): string {
  const document = forShell(JSON.stringify(policy.document))
  const paragraphs = accountsOf(roles).map((account) =>
    [
      `# Account ${account}${nameOf(accountNames.get(account))}: with credentials that may call iam:PutRolePolicy there`,
      ...rolesIn(roles, account).map(
        ({ name }) =>
          `aws iam put-role-policy --role-name ${forShell(name)} --policy-name ${policy.name} --policy-document ${document}`,
      ),
    ].join('\n'),
  )
  return paragraphs.length === 0 ? '' : `${paragraphs.join('\n\n')}\n`
}

function nameOf(name: string | undefined): string {
  return name === undefined ? '' : ` (${name.replaceAll(/\p{Cc}/gu, ' ')})`
}
