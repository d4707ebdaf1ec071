/** A catalogue made up for the benchmark: 500 accounts, each with 40 roles and an export of its own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [ACCOUNTS, ROLES] = [500, 40]

export const accountId = (n: number): string => String(100_000_000_000 + n)
export const roleName = (n: number): string => `Team${n}Engineer`
export const roleCount = ACCOUNTS * ROLES

export const trustPolicy = (account: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:saml-provider/fedgate` },
      Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
    },
  ],
})

/** As get-account-authorization-details prints a role: most of it is not what a catalogue is for. */
const role = (account: string, n: number) => ({
  Path: `/teams/team-${n}/`,
  RoleName: roleName(n),
  RoleId: `AROA${account}${n}`,
  Arn: `arn:aws:iam::${account}:role/${roleName(n)}`,
  CreateDate: '2026-01-02T03:04:05+00:00',
  AssumeRolePolicyDocument: trustPolicy(account),
  InstanceProfileList: [],
  RolePolicyList: [
    {
      PolicyName: 'inline',
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
    },
  ],
  AttachedManagedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
  Description: `What team ${n} may do in account ${account}`,
  MaxSessionDuration: 14_400,
  Tags: [
    { Key: 'team', Value: `team-${n}` },
    { Key: 'fedgate:groups', Value: `team-${n} team-${n}-oncall` },
  ],
  RoleLastUsed: { LastUsedDate: '2026-11-01T00:00:00+00:00', Region: 'eu-west-1' },
})

/** Writes the files into a folder. */
export const writeCatalog = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => ({
    Id: accountId(n),
    Name: `Account number ${n}`,
    Email: `aws+${n}@example.com`,
    Status: 'ACTIVE',
  }))
  writeFileSync(join(folder, 'accounts.json'), JSON.stringify({ Accounts: accounts }, null, 4))
  for (const { Id } of accounts) {
    const roles = Array.from({ length: ROLES }, (_, n) => role(Id, n))
    writeFileSync(join(folder, `${Id}.json`), JSON.stringify({ RoleDetailList: roles }, null, 4))
  }
}
