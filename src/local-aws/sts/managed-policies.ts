/**
 * What AWS's own managed policies say about the calls that exist here; no other calls can be made. A policy that is not
 * in the table allows nothing: its contents are not known.
 */
import { parsePolicy } from '../../iam/policy.ts'
import { uniqueId } from '../access-keys.ts'
import type { ManagedPolicy, PolicyVersion } from '../state.ts'

/** The day on which AWS published all of these. */
const CREATED = new Date('2015-02-06T00:00:00Z')

/** By name, parsed when they are first needed: every call of a role that has one evaluates it. */
const versions = new Map<string, PolicyVersion>()

/** By name; the ARN is `arn:{partition}:iam::aws:policy/{name}`. */
const documents: ReadonlyMap<string, object> = new Map([
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

/** undefined for a policy that is not in the table. Its ID and its only version are made up. */
export function policyOfAws(arn: string): ManagedPolicy | undefined {
  const name = /^arn:[a-z-]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? ''
  const document = documents.get(name)
  if (!document) return undefined
  const version = versions.get(name) ?? {
    id: 'v1',
    document: JSON.stringify(document),
    policy: parsePolicy(document, 'session'),
    createdAt: CREATED,
  }
  versions.set(name, version)
  return {
    arn,
    account: 'aws',
    name,
    id: uniqueId('ANPA', '0'.repeat(12), arn),
    description: undefined,
    versions: [version],
    defaultVersion: version.id,
    newestVersion: 1,
    tags: new Map(),
    createdAt: CREATED,
    updatedAt: CREATED,
  }
}

function allow(...parts: readonly Readonly<Record<string, unknown>>[]): object {
  const statements = parts.map((part) => ({ Effect: 'Allow', Resource: '*', ...part }))
  return { Version: '2012-10-17', Statement: statements }
}
