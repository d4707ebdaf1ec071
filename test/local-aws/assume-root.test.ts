import {
  DeleteAccessKeyCommand,
  EnableOrganizationsRootSessionsCommand,
  GetAccountSummaryCommand,
  ListAccessKeysCommand,
  ListOrganizationsFeaturesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam'
import { DeleteBucketCommand, DeleteBucketPolicyCommand, GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, AssumeRootCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { requestContext, single } from '../../src/iam/condition-keys/context.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { taskPolicy } from '../../src/local-aws/sts/task-policies.ts'
import { holds, itEach, row } from '../held/holds.ts'
import {
  allowing,
  DEE,
  DELEGATED,
  errorOf,
  iamAt,
  keyOf,
  LIAM,
  MAX,
  MEMBER,
  MIA,
  organizationState,
  ROOT,
  stsAt,
  TASKS,
} from './organization-state.ts'
import { type Key, signedCall } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const aws = withLocalAws(() => start(organizationState({ rootFeatures: ['RootSessions'] })))
const AUDIT = `${TASKS}/IAMAuditRootUserCredentials`

const assume = (
  key: Key,
  { target = MEMBER, task = AUDIT, seconds }: { target?: string; task?: string; seconds?: number } = {},
) =>
  stsAt(aws.url, key).send(
    new AssumeRootCommand({
      TargetPrincipal: target,
      TaskPolicyArn: { arn: task },
      ...(seconds === undefined ? {} : { DurationSeconds: seconds }),
    }),
  )

describe('AssumeRoot', () => {
  it(
    'gives a session of the root user of a member account for a quarter of an hour',
    holds('A.5 AssumeRoot session', 'A.5 AssumeRoot target', 'A.5 AssumeRoot caller'),
    async () => {
      const { Credentials, SourceIdentity } = await assume(MIA)
      const { Arn, UserId, Account } = await stsAt(aws.url, keyOf(Credentials)).send(new GetCallerIdentityCommand({}))
      expect([Arn, UserId, Account]).toEqual([`arn:aws:iam::${MEMBER}:root`, MEMBER, MEMBER])
      const left = (Number(Credentials?.Expiration) - Date.now()) / 1000
      expect(left).toBeGreaterThan(880)
      expect(left).toBeLessThanOrEqual(900)
      expect(SourceIdentity).toBeUndefined()
    },
  )

  it.each([
    ['a delegated administrator', DEE, MEMBER],
    ['the ARN of the root user', MIA, `arn:aws:iam::${MEMBER}:root`],
    ['a policy that names the member and the task', LIAM, MEMBER],
  ])('assumes a root user for %s', holds('A.5 AssumeRoot caller', 'A.5 AssumeRoot target'), async (_, key, target) => {
    expect((await assume(key, { target })).Credentials?.AccessKeyId).toMatch(/^ASIA/)
  })

  it(
    'allows what its task policy leaves, and denies everything else',
    holds('A.5 AssumeRoot task policy', 'A.5 AssumeRoot session'),
    async () => {
      const session = iamAt(aws.url, keyOf((await assume(MIA)).Credentials))
      const { SummaryMap } = await session.send(new GetAccountSummaryCommand({}))
      expect(SummaryMap).toMatchObject({ Users: 1, AccountAccessKeysPresent: 0, GlobalEndpointTokenVersion: 1 })
      expect(await errorOf(session.send(new ListRolesCommand({})))).toBe('AccessDenied')
      const other = keyOf((await assume(MIA, { task: `${TASKS}/S3UnlockBucketPolicy` })).Credentials)
      expect(await errorOf(iamAt(aws.url, other).send(new GetAccountSummaryCommand({})))).toBe('AccessDenied')
    },
  )

  it(
    'lets an audit find the keys of the root user, and a deletion take them away',
    holds('A.5 AssumeRoot task policy'),
    async () => {
      const rootKey = { accessKeyId: 'AKIAWNZGKIQYROOT0000', secretAccessKey: 'secret-of-the-member' }
      const state = organizationState({ rootFeatures: ['RootSessions'] })
      const accounts = state.accounts.map((account) =>
        account.id === MEMBER
          ? { ...account, root: { ...rootKey, secretAccessKey: new Secret(rootKey.secretAccessKey) } }
          : account,
      )
      const fresh = await start({ ...state, accounts })
      const iamFor = async (task: string) => {
        const { Credentials } = await stsAt(fresh.url, MIA).send(
          new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: `${TASKS}/${task}` } }),
        )
        return iamAt(fresh.url, keyOf(Credentials))
      }
      const withRootKey = () => errorOf(stsAt(fresh.url, rootKey).send(new GetCallerIdentityCommand({})))
      try {
        const audit = await iamFor('IAMAuditRootUserCredentials')
        const keys = async () => (await audit.send(new ListAccessKeysCommand({}))).AccessKeyMetadata
        expect(await keys()).toEqual([{ AccessKeyId: rootKey.accessKeyId, Status: 'Active' }])
        expect(await errorOf(audit.send(new ListAccessKeysCommand({ UserName: 'max' })))).toBe('AccessDenied')
        const deletion = new DeleteAccessKeyCommand({ AccessKeyId: rootKey.accessKeyId })
        expect([await errorOf(audit.send(deletion)), await withRootKey()]).toEqual(['AccessDenied', 'no error'])
        const deleting = await iamFor('IAMDeleteRootUserCredentials')
        expect(await errorOf(deleting.send(deletion))).toBe('no error')
        expect([await keys(), await withRootKey()]).toEqual([[], 'InvalidClientTokenId'])
        expect(await errorOf(deleting.send(deletion))).toBe('NoSuchEntityException')
      } finally {
        await fresh.close()
      }
    },
  )

  it(
    'unlocks a bucket whose policy denies everything to everybody',
    holds('A.5 AssumeRoot S3UnlockBucketPolicy', 'A.8 s3 root'),
    async () => {
      const policy = allowing({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::locked' })
      const fresh = await start({
        ...organizationState({ rootFeatures: ['RootSessions'] }),
        buckets: [{ name: 'locked', account: MEMBER, policy }],
      })
      const s3With = (credentials: Key) =>
        new S3Client({ region: 'us-east-1', endpoint: fresh.url, maxAttempts: 1, credentials })
      const sessionFor = async (task: string): Promise<Key> =>
        keyOf(
          (
            await stsAt(fresh.url, MIA).send(
              new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: `${TASKS}/${task}` } }),
            )
          ).Credentials,
        )
      const unlock = (key: Key) => errorOf(s3With(key).send(new DeleteBucketPolicyCommand({ Bucket: 'locked' })))
      try {
        const root = await sessionFor('S3UnlockBucketPolicy')
        const { Policy = '' } = await s3With(root).send(new GetBucketPolicyCommand({ Bucket: 'locked' }))
        expect(JSON.parse(Policy)).toEqual(policy)
        expect(await errorOf(s3With(root).send(new DeleteBucketCommand({ Bucket: 'locked' })))).toBe('AccessDenied')
        expect(await unlock(MAX)).toBe('AccessDenied')
        expect(await unlock(await sessionFor('SQSUnlockQueuePolicy'))).toBe('AccessDenied')
        expect([await unlock(root), await unlock(MAX)]).toEqual(['no error', 'no error'])
      } finally {
        await fresh.close()
      }
    },
  )

  it('does not let the session go on to a role', async () => {
    const session = stsAt(aws.url, keyOf((await assume(MIA)).Credentials))
    const call = session.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`, RoleSessionName: 'x1' }),
    )
    expect(await errorOf(call)).toBe('AccessDenied')
  })

  it.each([
    ['another task', LIAM, { task: `${TASKS}/S3UnlockBucketPolicy` }],
    ['another account', LIAM, { target: DELEGATED }],
  ])(
    'denies %s by a condition of the caller’s policy',
    holds('A.5 AssumeRoot permission', 'A.7 sts:TaskPolicyArn'),
    async (_, key, asked) => {
      expect(await errorOf(assume(key, asked))).toBe('AccessDenied')
    },
  )

  it.each([
    ['a root user', ROOT, {}, 'AccessDenied'],
    ['a caller of a member account', MAX, { target: DELEGATED }, 'AccessDenied'],
    ['the management account as the target', DEE, { target: ACCOUNT }, 'AccessDenied'],
    ['an account outside the organization', MIA, { target: '999988887777' }, 'AccessDenied'],
    ['a user as the target', MIA, { target: MAX.arn }, 'ValidationError'],
    ['another policy', MIA, { task: 'arn:aws:iam::aws:policy/AdministratorAccess' }, 'ValidationError'],
    ['more than a quarter of an hour', MIA, { seconds: 901 }, 'ValidationError'],
    ['a target of eleven digits', MIA, { target: '11112222333' }, 'ValidationError'],
  ])(
    'refuses %s',
    holds(
      'A.5 AssumeRoot caller',
      'A.5 AssumeRoot target',
      'A.5 AssumeRoot task policy',
      'A.2 TargetPrincipalType',
      'A.2 RootDurationSecondsType',
    ),
    async (_, key, asked, code) => {
      expect(await errorOf(assume(key, asked))).toBe(code)
    },
  )

  it('keeps the source identity of its caller', holds('A.5 AssumeRoot source identity'), async () => {
    const { Credentials } = await stsAt(aws.url, MIA).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`,
        RoleSessionName: 'audit',
        SourceIdentity: 'mia',
      }),
    )
    expect((await assume(keyOf(Credentials))).SourceIdentity).toBe('mia')
  })

  it('has no operation at the global endpoint', holds('A.5 AssumeRoot global endpoint'), async () => {
    const call = stsAt(aws.url, MIA, 'sts.amazonaws.com', 'us-east-1').send(
      new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: AUDIT } }),
    )
    await expect(call).rejects.toMatchObject({ name: 'InvalidAction', message: 'Unknown Operation' })
  })

  it(
    'needs root sessions, which only the management account or its delegate enables',
    holds('A.5 AssumeRoot feature'),
    async () => {
      const fresh = await start(organizationState())
      try {
        const call = () =>
          stsAt(fresh.url, MIA).send(new AssumeRootCommand({ TargetPrincipal: MEMBER, TaskPolicyArn: { arn: AUDIT } }))
        expect(await errorOf(call())).toBe('AccessDenied')
        const enable = (key: Key) => iamAt(fresh.url, key).send(new EnableOrganizationsRootSessionsCommand({}))
        expect(await errorOf(enable(MAX))).toBe('AccountNotManagementOrDelegatedAdministratorException')
        expect((await enable(MIA)).EnabledFeatures).toEqual(['RootSessions'])
        expect((await iamAt(fresh.url, DEE).send(new ListOrganizationsFeaturesCommand({}))).EnabledFeatures).toEqual([
          'RootSessions',
        ])
        expect((await call()).Credentials?.AccessKeyId).toMatch(/^ASIA/)
      } finally {
        await fresh.close()
      }
    },
  )

  it('is in the trail with its target and its task, and what the session does as the root user', async () => {
    const key = keyOf((await assume(MIA)).Credentials)
    await iamAt(aws.url, key).send(new GetAccountSummaryCommand({}))
    const { Records = [] } = (await (await fetch(`${aws.url}/cloudtrail?limit=2`)).json()) as { Records?: unknown[] }
    expect(Records).toMatchObject([
      {
        eventName: 'GetAccountSummary',
        userIdentity: { type: 'Root', accountId: MEMBER, accessKeyId: key.accessKeyId },
      },
      {
        eventName: 'AssumeRoot',
        requestParameters: { targetPrincipal: MEMBER, taskPolicyArn: { arn: AUDIT } },
        responseElements: { credentials: { accessKeyId: key.accessKeyId } },
      },
    ])
    expect(JSON.stringify(Records)).not.toContain(key.secretAccessKey)
  })

  it('names nothing of the shapes twice in an error', async () => {
    const { error } = await signedCall(aws.url, MIA, { Action: 'AssumeRoot' })
    expect(error).toBe(
      "ValidationError: 2 validation errors detected: Value at 'targetPrincipal' failed to satisfy constraint: Member must not be null; Value at 'taskPolicyArn' failed to satisfy constraint: Member must not be null",
    )
  })
})

const ROOT_USER = `arn:aws:iam::${MEMBER}:root`

/** Whether a session of the root user with this task may do it. */
const isLeft = (task: string, action: string, resource = ROOT_USER, caller = ROOT_USER): boolean => {
  const policy = taskPolicy(`${TASKS}/${task}`)
  if (!policy) throw new Error(`no ${task}`)
  const context = requestContext([single('aws:PrincipalArn', caller, 'a test')])
  return evaluate(policy, { principal: { aws: caller }, action, resource, context }).effect !== 'explicit-deny'
}

itEach<[string, string]>([
  [
    row('IAMAuditRootUserCredentials', 'A.5 AssumeRoot IAMAuditRootUserCredentials'),
    'iam:ListMFADevices',
    'iam:DeactivateMFADevice',
  ],
  [
    row('IAMCreateRootUserPassword', 'A.5 AssumeRoot IAMCreateRootUserPassword'),
    'iam:CreateLoginProfile',
    'iam:DeleteLoginProfile',
  ],
  [
    row('IAMDeleteRootUserCredentials', 'A.5 AssumeRoot IAMDeleteRootUserCredentials'),
    'iam:DeleteSigningCertificate',
    'iam:CreateLoginProfile',
  ],
])('The task %s leaves %s for the root user alone, and not %s', (task, left, denied) => {
  expect([isLeft(task, left), isLeft(task, denied)]).toEqual([true, false])
  expect(isLeft(task, left, MAX.arn)).toBe(false)
})

itEach<[string, string]>([
  [row('S3UnlockBucketPolicy', 'A.5 AssumeRoot S3UnlockBucketPolicy'), 's3:DeleteBucketPolicy', 's3:DeleteBucket'],
  [row('SQSUnlockQueuePolicy', 'A.5 AssumeRoot SQSUnlockQueuePolicy'), 'sqs:SetQueueAttributes', 'sqs:DeleteQueue'],
])('The task %s leaves %s to the root user alone, and not %s', (task, left, denied) => {
  expect([isLeft(task, left, '*'), isLeft(task, denied, '*')]).toEqual([true, false])
  expect(isLeft(task, left, '*', MAX.arn)).toBe(false)
})

it('A managed policy that is no task is none of AssumeRoot', holds('A.5 AssumeRoot task policy'), () => {
  expect(taskPolicy(`${TASKS}/AdministratorAccess`)).toBeUndefined()
  expect(taskPolicy('arn:aws:iam::aws:policy/S3UnlockBucketPolicy')).toBeUndefined()
})
