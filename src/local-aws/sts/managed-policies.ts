/**
 * What AWS's own managed policies say about the calls that exist here; no other calls can be made. A policy that is not
 * in the table allows nothing: its contents are not known.
 */
import { type Policy, parsePolicy } from '../../iam/policy.ts'

const nothing: Policy = { kind: 'session', statements: [] }

/** By name; the ARN is `arn:{partition}:iam::aws:policy/{name}`. */
const policies: ReadonlyMap<string, Policy> = new Map([
  ['AdministratorAccess', allow({ Action: '*' })],
  [
    'PowerUserAccess',
    allow(
      { NotAction: ['iam:*', 'organizations:*', 'account:*'] },
      { Action: ['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles'] },
    ),
  ],
  ['IAMFullAccess', allow({ Action: 'iam:*' })],
  ['IAMReadOnlyAccess', allow({ Action: ['iam:GenerateCredentialReport', 'iam:Get*', 'iam:List*', 'iam:Simulate*'] })],
  [
    'ReadOnlyAccess',
    allow({
      Action: [
        ...['iam:Generate*', 'iam:Get*', 'iam:List*', 'iam:Simulate*', 'sts:GetAccessKeyInfo'],
        ...['ec2:Describe*', 's3:Get*', 's3:List*', 'organizations:Describe*', 'organizations:List*'],
      ],
    }),
  ],
  ['AmazonEC2FullAccess', allow({ Action: 'ec2:*' })],
  ['AmazonEC2ReadOnlyAccess', allow({ Action: 'ec2:Describe*' })],
  ['AmazonS3FullAccess', allow({ Action: 's3:*' })],
  ['AmazonS3ReadOnlyAccess', allow({ Action: ['s3:Get*', 's3:List*', 's3:Describe*'] })],
])

export function managedPolicy(arn: string): Policy {
  const name = /^arn:[a-z-]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1]
  return policies.get(name ?? '') ?? nothing
}

function allow(...parts: readonly Readonly<Record<string, unknown>>[]): Policy {
  const statements = parts.map((part) => ({ Effect: 'Allow', Resource: '*', ...part }))
  return parsePolicy({ Version: '2012-10-17', Statement: statements }, 'session')
}
