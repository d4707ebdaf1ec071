/** The IAM policies that `fedgate catalog pull` needs, and nothing more. */

/** The default of --role-name. */
export const AUDIT_ROLE = 'FedgateCatalog'

const statement = (sid: string, actions: readonly string[], resource: string) => ({
  Sid: sid,
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
})

const readRoles = statement(
  'ReadRoles',
  ['iam:GetAccountAuthorizationDetails', 'iam:ListRoles', 'iam:ListAccountAliases'],
  '*',
)

/** `caller`: of the user who runs the command. `role`: of the role in every account, with the trust policy it must have. */
export function neededPolicies({
  roleName,
  hasOrganization,
  partition = 'aws',
}: {
  readonly roleName: string
  readonly hasOrganization: boolean
  readonly partition?: string
}) {
  const organization = [
    'organizations:ListAccounts',
    'organizations:ListRoots',
    'organizations:ListOrganizationalUnitsForParent',
    'organizations:ListAccountsForParent',
    'organizations:ListTagsForResource',
  ]
  return {
    caller: {
      Version: '2012-10-17',
      Statement: [
        ...(hasOrganization ? [statement('ReadOrganization', organization, '*')] : []),
        statement('AssumeAuditRole', ['sts:AssumeRole'], `arn:${partition}:iam::*:role/${roleName}`),
        { ...readRoles, Sid: 'ReadRolesOfOwnAccount' },
      ],
    },
    role: { Version: '2012-10-17', Statement: [readRoles] },
    roleTrust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::ACCOUNT-OF-THE-CALLER:root` },
          Action: 'sts:AssumeRole',
        },
      ],
    },
  }
}
