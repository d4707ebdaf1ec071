/**
 * The managed policies that limit a session of AssumeRoot to one task (IAM User Guide, AWS managed policies). They only
 * deny: what they leave, the root user of the account may do.
 */
import { type Policy, parsePolicy } from '../../iam/policy.ts'

type Fields = Readonly<Record<string, unknown>>

const ROOT_USER = 'arn:*:iam::*:root'

const READ_CREDENTIALS = [
  'iam:ListAccessKeys',
  'iam:ListSigningCertificates',
  'iam:GetLoginProfile',
  'iam:ListMFADevices',
  'iam:GetUser',
  'iam:GetAccessKeyLastUsed',
]
const DELETE_CREDENTIALS = [
  'iam:DeleteAccessKey',
  'iam:DeleteSigningCertificate',
  'iam:DeleteLoginProfile',
  'iam:DeactivateMFADevice',
  ...READ_CREDENTIALS,
]
const PASSWORD = ['iam:CreateLoginProfile', 'iam:GetLoginProfile']
const BUCKET_POLICY = ['s3:DeleteBucketPolicy', 's3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:ListAllMyBuckets']
/** AWS does not print this document; its description has these parts. [K] */
const QUEUE_POLICY = ['sqs:SetQueueAttributes', 'sqs:GetQueueAttributes', 'sqs:ListQueues', 'sqs:GetQueueUrl']

/** By name; the ARN is `arn:{partition}:iam::aws:policy/root-task/{name}`. */
const policies: ReadonlyMap<string, Policy> = new Map([
  ['IAMAuditRootUserCredentials', only([...READ_CREDENTIALS, 'iam:GetAccountSummary'], onRootUser(READ_CREDENTIALS))],
  ['IAMCreateRootUserPassword', only(PASSWORD, onRootUser(PASSWORD))],
  ['IAMDeleteRootUserCredentials', only(DELETE_CREDENTIALS, onRootUser(DELETE_CREDENTIALS))],
  ['S3UnlockBucketPolicy', only(BUCKET_POLICY, byRootUser(BUCKET_POLICY))],
  ['SQSUnlockQueuePolicy', only(QUEUE_POLICY, byRootUser(QUEUE_POLICY))],
])

/** undefined: not one of the policies that AssumeRoot accepts. */
export function taskPolicy(arn: string): Policy | undefined {
  const name = /^arn:aws[a-z-]*:iam::aws:policy\/root-task\/(\w+)$/.exec(arn)?.[1]
  return policies.get(name ?? '')
}

function only(actions: readonly string[], more: Fields): Policy {
  const Statement = [
    { Sid: 'DenyAllOtherActionsOnAnyResource', Effect: 'Deny', NotAction: actions, Resource: '*' },
    { Effect: 'Deny', ...more },
  ]
  return parsePolicy({ Version: '2012-10-17', Statement }, 'session')
}

function onRootUser(actions: readonly string[]): Fields {
  return { Action: actions, NotResource: ROOT_USER }
}

function byRootUser(actions: readonly string[]): Fields {
  return { Action: actions, Resource: '*', Condition: { ArnNotLike: { 'aws:PrincipalArn': ROOT_USER } } }
}
