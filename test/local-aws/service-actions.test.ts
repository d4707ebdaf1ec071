/**
 * Each action of EC2, S3 and CodeArtifact that is here, and each condition key that they fill: allowed by a session policy
 * with this action alone, refused by one that allows everything else.
 */
import { CodeartifactClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-codeartifact'
import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { createInstanceStore } from '../../src/local-aws/services/ec2/instances.ts'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { holds, itEach, row } from '../held/holds.ts'
import { allowing, errorOf, keyOf, MIA, organizationState, stsAt } from './organization-state.ts'
import type { Key } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const REGION = 'eu-west-1'
const BUCKET = 'team-data'
const LOCKED = 'with-policy'
const IMAGE = 'ami-0abcdef1234567890'
const EVERYTHING = `arn:aws:iam::${ACCOUNT}:role/Everything`
const OBJECT = { Bucket: BUCKET, Key: 'blue/one.txt' }
const ARN = `arn:aws:s3:::${BUCKET}`
const [WEB, OLD] = ['i-0123456789abcdef0', 'i-0123456789abcdef1']
const instanceArn = (id: string): string => `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${id}`
const bucketPolicy = allowing({
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::${LOCKED}/*`,
})

const state = (): LocalAwsState => ({
  ...organizationState(),
  roles: [
    {
      arn: EVERYTHING,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
      },
      policies: { everything: allowing({ Action: '*' }) },
    },
  ],
  buckets: [
    { name: BUCKET, account: ACCOUNT, region: REGION, objects: { 'blue/one.txt': 'one', 'blue/two.txt': 'two' } },
    { name: 'empty', account: ACCOUNT },
    { name: LOCKED, account: ACCOUNT, policy: bucketPolicy },
    {
      name: 'full',
      account: ACCOUNT,
      objects: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${n}`, ''])),
    },
  ],
  instances: [
    { id: WEB, account: ACCOUNT, region: REGION, state: 'stopped', type: 't3.micro', tags: { team: 'blue' } },
    { id: OLD, account: ACCOUNT, region: REGION, state: 'running' },
  ],
})

const aws = withLocalAws(() => start(state()))
const settings = ({ accessKeyId, secretAccessKey, sessionToken }: Key) => ({
  region: REGION,
  endpoint: aws.url,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
})
type Send = (key: Key) => Promise<unknown>
// The types of the SDK allow no variable for any command: any of them stands for the others.
const ec2 =
  (command: object): Send =>
  (key) =>
    new EC2Client(settings(key)).send(command as DescribeInstancesCommand)
const s3 =
  (command: object): Send =>
  (key) =>
    new S3Client(settings(key)).send(command as ListBucketsCommand)
const artifact =
  (durationSeconds: number): Send =>
  (key) =>
    new CodeartifactClient(settings(key)).send(new GetAuthorizationTokenCommand({ domain: 'corp', durationSeconds }))

/** A session of a role that may do everything, limited by this policy. */
const limitedTo = async (policy: object): Promise<Key> => {
  const command = new AssumeRoleCommand({ RoleArn: EVERYTHING, RoleSessionName: 'mia', Policy: JSON.stringify(policy) })
  return keyOf((await stsAt(aws.url, MIA).send(command)).Credentials)
}
const messageOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    ({ name, message }: Error) => `${name}: ${message}`,
  )

/** The SDK reads a 304 as an error. */
const refusalOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => new Error('no error'),
    (reason) => reason,
  )
  return error.$response as { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> }
}

const launch = (more: Partial<RunInstancesCommandInput> = {}) =>
  ec2(new RunInstancesCommand({ ImageId: IMAGE, MinCount: 1, MaxCount: 1, ...more }))
const tagged = (team: string) => ({
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'team', Value: team }] }],
})
const put = (more: object = {}) => s3(new PutObjectCommand({ ...OBJECT, Key: 'blue/new.txt', Body: 'new', ...more }))
const list = (more: object) => s3(new ListObjectsV2Command({ Bucket: BUCKET, ...more }))

describe('An action of a service', () => {
  itEach<[string, Send]>([
    [row('ec2:DescribeInstances', 'A.8 ec2 DescribeInstances'), '', ec2(new DescribeInstancesCommand({}))],
    [row('ec2:DescribeRegions', 'A.8 ec2 DescribeRegions'), '', ec2(new DescribeRegionsCommand({}))],
    [row('ec2:RunInstances', 'A.8 ec2 RunInstances'), `arn:aws:ec2:${REGION}::image/${IMAGE}`, launch()],
    [
      row('ec2:StartInstances', 'A.8 ec2 StartInstances'),
      instanceArn(WEB),
      ec2(new StartInstancesCommand({ InstanceIds: [WEB] })),
    ],
    [
      row('ec2:StopInstances', 'A.8 ec2 StopInstances'),
      instanceArn(WEB),
      ec2(new StopInstancesCommand({ InstanceIds: [WEB] })),
    ],
    [
      row('ec2:TerminateInstances', 'A.8 ec2 TerminateInstances'),
      instanceArn(OLD),
      ec2(new TerminateInstancesCommand({ InstanceIds: [OLD] })),
    ],
    [row('s3:ListAllMyBuckets', 'A.8 s3 ListBuckets'), '', s3(new ListBucketsCommand({}))],
    [row('s3:ListBucket', 'A.8 s3 ListObjectsV2'), `"${ARN}"`, list({})],
    [
      row('s3:CreateBucket', 'A.8 s3 CreateBucket'),
      '"arn:aws:s3:::made-by-a-test"',
      s3(new CreateBucketCommand({ Bucket: 'made-by-a-test' })),
    ],
    [
      row('s3:DeleteBucket', 'A.8 s3 DeleteBucket'),
      '"arn:aws:s3:::empty"',
      s3(new DeleteBucketCommand({ Bucket: 'empty' })),
    ],
    [
      row('s3:GetBucketLocation', 'A.8 s3 GetBucketLocation'),
      `"${ARN}"`,
      s3(new GetBucketLocationCommand({ Bucket: BUCKET })),
    ],
    [row('s3:GetObject', 'A.8 s3 GetObject'), `"${ARN}/blue/one.txt"`, s3(new GetObjectCommand(OBJECT))],
    [row('s3:PutObject', 'A.8 s3 PutObject'), `"${ARN}/blue/new.txt"`, put()],
    [
      row('s3:DeleteObject', 'A.8 s3 DeleteObject'),
      `"${ARN}/blue/two.txt"`,
      s3(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'blue/two.txt' })),
    ],
    [
      row('s3:GetBucketPolicy', 'A.8 s3 GetBucketPolicy'),
      `"arn:aws:s3:::${LOCKED}"`,
      s3(new GetBucketPolicyCommand({ Bucket: LOCKED })),
    ],
    [
      row('s3:PutBucketPolicy', 'A.8 s3 PutBucketPolicy'),
      `"arn:aws:s3:::${LOCKED}"`,
      s3(new PutBucketPolicyCommand({ Bucket: LOCKED, Policy: JSON.stringify(bucketPolicy) })),
    ],
    [
      row('s3:DeleteBucketPolicy', 'A.8 s3 DeleteBucketPolicy'),
      `"arn:aws:s3:::${LOCKED}"`,
      s3(new DeleteBucketPolicyCommand({ Bucket: LOCKED })),
    ],
  ])('an action needs the permission %s, and no other', async (action, resource, send) => {
    const others = await limitedTo(allowing({ NotAction: action }))
    const where = resource === '' ? '' : ` on resource: ${resource}`
    expect(await messageOf(send(others))).toContain(
      `not authorized to perform: ${action}${where} because no session policy allows the ${action} action`,
    )
    expect(await messageOf(send(await limitedTo(allowing({ Action: action }))))).toBe('no error')
  })

  itEach<[string, Send]>([
    [row('HeadBucket', 'A.8 s3 HeadBucket'), 's3:ListBucket', s3(new HeadBucketCommand({ Bucket: BUCKET }))],
    [row('HeadObject', 'A.8 s3 HeadObject'), 's3:GetObject', s3(new HeadObjectCommand(OBJECT))],
  ])('the action %s needs the permission %s, and its refusal has no body', async (_, action, send) => {
    await expect(send(await limitedTo(allowing({ NotAction: action })))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
    expect(await errorOf(send(await limitedTo(allowing({ Action: action }))))).toBe('no error')
  })

  it(
    'a launch with tags needs ec2:CreateTags for the instance too',
    holds('A.8 ec2 RunInstances', 'A.7 ec2:CreateAction'),
    async () => {
      const send = launch(tagged('blue'))
      expect(await messageOf(send(await limitedTo(allowing({ Action: 'ec2:RunInstances' }))))).toContain(
        `ec2:CreateTags on resource: ${instanceArn('*')}`,
      )
      const whileRunning = { StringEquals: { 'ec2:CreateAction': 'RunInstances' } }
      const both = allowing({ Action: 'ec2:RunInstances' }, { Action: 'ec2:CreateTags', Condition: whileRunning })
      expect(await messageOf(send(await limitedTo(both)))).toBe('no error')
    },
  )

  it(
    'a write that compares an ETag needs s3:GetObject too, one that asks for any object does not',
    holds('A.8 s3 PutObject', 'A.8 s3 DeleteObject'),
    async () => {
      const place = { Bucket: BUCKET, Key: 'compared-by-writer.txt' }
      const { ETag: IfMatch = '' } = await new S3Client(settings(MIA)).send(new PutObjectCommand(place))
      const writer = await limitedTo(allowing({ Action: ['s3:PutObject', 's3:DeleteObject'] }))
      const refusal = `perform: s3:GetObject on resource: "${ARN}/${place.Key}"`
      expect(await messageOf(s3(new PutObjectCommand({ ...place, IfMatch }))(writer))).toContain(refusal)
      expect(await messageOf(s3(new DeleteObjectCommand({ ...place, IfMatch }))(writer))).toContain(refusal)
      expect(await messageOf(s3(new DeleteObjectCommand({ ...place, IfMatch: '*' }))(writer))).toBe('no error')
    },
  )

  itEach<[string]>([
    [row('CodeArtifact', 'A.8 codeartifact GetAuthorizationToken'), 'codeartifact:GetAuthorizationToken'],
    [row('STS', 'A.8 codeartifact GetAuthorizationToken', 'A.8 GetServiceBearerToken'), 'sts:GetServiceBearerToken'],
  ])('a token of CodeArtifact needs the permission of %s: %s', async (_, action) => {
    const refusal = await messageOf(artifact(900)(await limitedTo(allowing({ NotAction: action }))))
    expect(refusal).toMatch(/^AccessDeniedException: /)
    expect(refusal).toContain(`perform: ${action} on resource:`)
    const both = allowing({ Action: ['codeartifact:GetAuthorizationToken', 'sts:GetServiceBearerToken'] })
    expect(await errorOf(artifact(900)(await limitedTo(both)))).toBe('no error')
  })
})

describe('A condition key of a service', () => {
  itEach<[string, Send, Send]>([
    [row('s3:prefix', 'A.7 s3:prefix'), 'blue/', list({ Prefix: 'blue/' }), list({ Prefix: 'red/' })],
    [row('s3:delimiter', 'A.7 s3:delimiter'), '/', list({ Delimiter: '/' }), list({})],
    [row('s3:max-keys', 'A.7 s3:max-keys'), '10', list({ MaxKeys: 10 }), list({ MaxKeys: 11 })],
    [
      row('s3:x-amz-acl', 'A.7 s3:x-amz-acl'),
      'bucket-owner-full-control',
      put({ ACL: 'bucket-owner-full-control' }),
      put(),
    ],
    [
      row('s3:x-amz-server-side-encryption', 'A.7 s3:x-amz-server-side-encryption'),
      'AES256',
      put({ ServerSideEncryption: 'AES256' }),
      put(),
    ],
    [
      row('s3:x-amz-storage-class', 'A.7 s3:x-amz-storage-class'),
      'STANDARD',
      put({ StorageClass: 'STANDARD' }),
      put({ StorageClass: 'GLACIER' }),
    ],
    [
      row('ec2:InstanceType', 'A.7 ec2:InstanceType'),
      't3.micro',
      ec2(new StartInstancesCommand({ InstanceIds: [WEB] })),
      ec2(new StartInstancesCommand({ InstanceIds: [OLD] })),
    ],
    [
      row('ec2:ResourceTag/team', 'A.7 ec2:ResourceTag'),
      'blue',
      ec2(new StopInstancesCommand({ InstanceIds: [WEB] })),
      ec2(new StopInstancesCommand({ InstanceIds: [OLD] })),
    ],
    [
      row('ec2:Region', 'A.7 ec2:Region'),
      REGION,
      ec2(new DescribeInstancesCommand({})),
      (key) => new EC2Client({ ...settings(key), region: 'us-east-1' }).send(new DescribeInstancesCommand({})),
    ],
    [
      row('sts:DurationSeconds', 'A.7 sts:DurationSeconds of GetServiceBearerToken'),
      '900',
      artifact(900),
      artifact(901),
    ],
  ])('the key %s is in the request, here %s', async (key, value, allowed, refused) => {
    const only = { Action: '*', Condition: { StringEquals: { [key]: value } } }
    const session = await limitedTo(allowing(only, { Action: 'codeartifact:GetAuthorizationToken' }))
    expect(await errorOf(allowed(session))).toBe('no error')
    expect(await errorOf(refused(session))).toMatch(/^(?:AccessDenied(?:Exception)?|UnauthorizedOperation)$/)
  })

  it(
    'the keys s3:if-none-match and s3:if-match are in the request of a conditional write',
    holds('A.7 s3:if-none-match', 'A.7 s3:if-match'),
    async () => {
      const write = (more: object) => put({ Key: 'conditional.txt', ...more })
      const remove = (more: object) => s3(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'conditional.txt', ...more }))
      // As in the policies that the S3 User Guide has for buckets.
      const enforcing = (key: string) =>
        limitedTo(
          allowing(
            { Action: ['s3:PutObject', 's3:DeleteObject'], Condition: { Null: { [key]: 'false' } } },
            { Action: 's3:GetObject' },
          ),
        )
      const [creates, replaces] = await Promise.all([enforcing('s3:if-none-match'), enforcing('s3:if-match')])
      expect(await errorOf(write({})(creates))).toBe('AccessDenied')
      const { ETag: IfMatch } = (await write({ IfNoneMatch: '*' })(creates)) as { ETag: string }
      expect([await errorOf(write({ IfMatch })(creates)), await errorOf(remove({ IfMatch })(creates))]).toEqual([
        'AccessDenied',
        'AccessDenied',
      ])
      expect([await errorOf(write({})(replaces)), await errorOf(remove({})(replaces))]).toEqual([
        'AccessDenied',
        'AccessDenied',
      ])
      expect([await errorOf(write({ IfMatch })(replaces)), await errorOf(remove({ IfMatch })(replaces))]).toEqual([
        'no error',
        'no error',
      ])
    },
  )

  it('the key sts:AWSServiceName names CodeArtifact', holds('A.7 sts:AWSServiceName'), async () => {
    const named = (service: string) => ({ StringEquals: { 'sts:AWSServiceName': `${service}.amazonaws.com` } })
    const session = (service: string) =>
      limitedTo(
        allowing(
          { Action: 'codeartifact:GetAuthorizationToken' },
          { Action: 'sts:GetServiceBearerToken', Condition: named(service) },
        ),
      )
    expect(await errorOf(artifact(900)(await session('codeartifact')))).toBe('no error')
    expect(await errorOf(artifact(900)(await session('ecr-public')))).toBe('AccessDeniedException')
  })

  it(
    'the keys of tags are in the request of a launch, for instance and tags',
    holds('A.7 aws:RequestTag of RunInstances'),
    async () => {
      const Condition = {
        StringEquals: { 'aws:RequestTag/team': 'blue' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      }
      const session = await limitedTo(allowing({ Action: 'ec2:*', Condition }))
      expect(await errorOf(launch(tagged('blue'))(session))).toBe('no error')
      expect(await errorOf(launch(tagged('red'))(session))).toBe('UnauthorizedOperation')
      expect(await errorOf(launch()(session))).toBe('UnauthorizedOperation')
    },
  )
})

describe('A bucket', () => {
  it('a bucket is in the region of its LocationConstraint', holds('A.8 s3 CreateBucket'), async () => {
    const at = (Bucket: string, LocationConstraint: string) =>
      s3(
        new CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: { LocationConstraint: LocationConstraint as 'eu-central-1' },
        }),
      )(MIA)
    await at('in-frankfurt', 'eu-central-1')
    expect(await s3(new GetBucketLocationCommand({ Bucket: 'in-frankfurt' }))(MIA)).toMatchObject({
      LocationConstraint: 'eu-central-1',
    })
    expect(await errorOf(at('nowhere', 'https://evil.example/'))).toBe('InvalidLocationConstraint')
    expect(await errorOf(s3(new GetBucketLocationCommand({ Bucket: 'nowhere' }))(MIA))).toBe('NoSuchBucket')
  })

  it('a bucket with as many objects as are kept has room for none, but for their new versions', async () => {
    const write = (Key: string) => errorOf(s3(new PutObjectCommand({ Bucket: 'full', Key, Body: 'x' }))(MIA))
    expect(await write('one more')).toBe('InvalidRequest')
    expect(await write('0')).toBe('no error')
  })

  it(
    'a bucket has an object once for those who write with If-None-Match, as for a lock',
    holds('A.8 s3 conditions'),
    async () => {
      const lock = { Bucket: BUCKET, Key: 'state.tflock', Body: 'held' }
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () => errorOf(s3(new PutObjectCommand({ ...lock, IfNoneMatch: '*' }))(MIA))),
      )
      expect(outcomes.toSorted()).toEqual([...Array(4).fill('PreconditionFailed'), 'no error'])
      await s3(new DeleteObjectCommand({ Bucket: BUCKET, Key: lock.Key }))(MIA)
      expect(await errorOf(s3(new PutObjectCommand({ ...lock, IfNoneMatch: '*' }))(MIA))).toBe('no error')
    },
  )

  it('a bucket replaces or deletes only the object that If-Match names', holds('A.8 s3 conditions'), async () => {
    const place = { Bucket: BUCKET, Key: 'compared.txt' }
    const client = new S3Client(settings(MIA))
    const write = (Body: string, IfMatch?: string) =>
      client.send(new PutObjectCommand({ ...place, Body, ...(IfMatch === undefined ? {} : { IfMatch }) }))
    const remove = (IfMatch: string) => client.send(new DeleteObjectCommand({ ...place, IfMatch }))
    expect(await errorOf(write('0', '"none"'))).toBe('NoSuchKey')
    const { ETag: first = '' } = await write('1')
    const { ETag: second = '' } = await write('2', first)
    expect([await errorOf(write('3', first)), await errorOf(remove(first))]).toEqual([
      'PreconditionFailed',
      'PreconditionFailed',
    ])
    expect(await errorOf(remove(second.replaceAll('"', '')))).toBe('no error')
  })

  it('a bucket keeps the headers of an object, and adds none that clients compare', async () => {
    const client = new S3Client(settings(MIA))
    const place = { Bucket: BUCKET, Key: 'headers.txt' }
    const { CacheControl } = await client.send(new HeadObjectCommand(OBJECT))
    expect(CacheControl).toBeUndefined()
    const written = { CacheControl: 'max-age=60', ContentLanguage: 'en', Metadata: { owner: 'mia' } }
    await client.send(new PutObjectCommand({ ...place, Body: 'x', ...written }))
    expect(await client.send(new HeadObjectCommand(place))).toMatchObject(written)
    expect(await client.send(new GetObjectCommand(place))).toMatchObject(written)
  })

  it('a bucket sends an object again only if it changed', holds('A.8 s3 conditions'), async () => {
    const client = new S3Client(settings(MIA))
    const { ETag = '' } = await client.send(new HeadObjectCommand(OBJECT))
    await expect(client.send(new GetObjectCommand({ ...OBJECT, IfNoneMatch: ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    })
    expect(await errorOf(client.send(new GetObjectCommand({ ...OBJECT, IfNoneMatch: '"other"' })))).toBe('no error')
    expect(await errorOf(client.send(new GetObjectCommand({ ...OBJECT, IfMatch: '"other"' })))).toBe(
      'PreconditionFailed',
    )
  })

  it(
    'a bucket answers 304 with the validators of the object, and without a length',
    holds('A.8 s3 not modified'),
    async () => {
      const client = new S3Client(settings(MIA))
      const place = { Bucket: BUCKET, Key: 'kept.txt' }
      await client.send(new PutObjectCommand({ ...place, Body: 'x', CacheControl: 'max-age=60' }))
      for (const [object, cacheControl] of [
        [place, 'max-age=60'],
        [OBJECT, undefined],
      ] as const) {
        const { ETag = '', LastModified } = await client.send(new HeadObjectCommand(object))
        for (const condition of [{ IfNoneMatch: ETag }, { IfModifiedSince: LastModified }]) {
          const { statusCode, headers } = await refusalOf(
            client.send(new GetObjectCommand({ ...object, ...condition })),
          )
          expect(statusCode).toBe(304)
          expect(headers).toMatchObject({ etag: ETag, 'last-modified': LastModified?.toUTCString() })
          expect([headers['cache-control'], headers['content-length']]).toEqual([cacheControl, undefined])
        }
      }
    },
  )
})

it('instances that were terminated are shown until there are a hundred', holds('A.8 ec2 TerminateInstances'), () => {
  const now = new Date()
  const id = (n: number): string => `i-${n.toString(16).padStart(17, '0')}`
  const running = {
    account: ACCOUNT,
    region: REGION,
    imageId: IMAGE,
    type: 't3.micro',
    tags: new Map(),
    launchedAt: now,
  }
  const store = createInstanceStore([], now, () => undefined)
  store.put({ ...running, id: id(0), state: 'running' })
  for (let n = 1; n <= 150; n++) store.put({ ...running, id: id(n), state: 'terminated' })
  const shown = store.in(ACCOUNT, REGION)
  expect(shown).toHaveLength(101)
  expect([shown[0]?.id, shown[1]?.id, shown.at(-1)?.id]).toEqual([id(0), id(51), id(150)])
  expect(store.written().map((one) => one.id)).toEqual([id(0)])
})
