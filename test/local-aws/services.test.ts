/** EC2, S3 and CodeArtifact as far as they are here: permissions with an effect that clients of AWS can see. */
import { CodeartifactClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-codeartifact'
import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import {
  canonicalRequest,
  sha256Hex,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../src/local-aws/sigv4/signature.ts'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { userIdOf } from '../../src/local-aws/sts/identity-contexts.ts'
import { holds } from '../held/holds.ts'
import {
  ACCOUNT,
  type OpenIdProvider,
  type Running,
  start,
  startOpenIdProvider,
  USER,
  withLocalAws,
} from './support.ts'

const OTHER = '444455556666'
const BUCKET = 'team-data'
const INSTANCE = 'i-0123456789abcdef0'
const IMAGE = 'ami-0abcdef1234567890'
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/OnlyReading`

type Statement = Readonly<Record<string, unknown>>

const allow = (Action: string | readonly string[], Resource = '*', Condition?: object): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
})
const policy = (...Statement: readonly Statement[]) => ({ Version: '2012-10-17', Statement })
const trusting = (account: string) =>
  policy({ Effect: 'Allow', Principal: { AWS: account }, Action: ['sts:AssumeRole', 'sts:TagSession'] })
const roleArn = (name: string, account = ACCOUNT): string => `arn:aws:iam::${account}:role/${name}`

// biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
const ofTeam = '${aws:PrincipalTag/team}'

const state: LocalAwsState = {
  accounts: [{ id: ACCOUNT }, { id: OTHER }],
  users: [
    { ...USER, secretAccessKey: new Secret(USER.secretAccessKey), policies: { everything: policy(allow('*')) } },
    {
      arn: `arn:aws:iam::${OTHER}:user/stranger`,
      accessKeyId: 'AKIAY34FZKBOEXAMPLE2',
      secretAccessKey: new Secret('stranger-secret'),
      policies: { everything: policy(allow('*')) },
    },
  ],
  roles: [
    {
      arn: roleArn('Team'),
      trustPolicy: trusting(ACCOUNT),
      policies: {
        own: policy(
          allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`, { StringLike: { 's3:prefix': `${ofTeam}/*` } }),
          allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::${BUCKET}/${ofTeam}/*`),
          allow('ec2:DescribeInstances'),
          allow(['ec2:StartInstances', 'ec2:StopInstances'], '*', { StringEquals: { 'aws:ResourceTag/team': ofTeam } }),
        ),
      },
    },
    { arn: roleArn('Nothing'), trustPolicy: trusting(ACCOUNT) },
    {
      arn: roleArn('Limited'),
      trustPolicy: trusting(ACCOUNT),
      policies: { everything: policy(allow('*')) },
      permissionsBoundary: BOUNDARY,
    },
    {
      arn: roleArn('Packages'),
      trustPolicy: trusting(ACCOUNT),
      policies: {
        token: policy(
          allow('codeartifact:GetAuthorizationToken'),
          allow('sts:GetServiceBearerToken', '*', {
            StringEquals: { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' },
            NumericLessThanEquals: { 'sts:DurationSeconds': '3600' },
          }),
        ),
      },
    },
  ],
  samlProviders: [],
  oidcProviders: [],
  managedPolicies: { [BOUNDARY]: policy(allow(['s3:Get*', 's3:List*'])) },
  buckets: [
    {
      name: BUCKET,
      account: ACCOUNT,
      objects: { 'blue/one.txt': 'one', 'blue/two.txt': 'two', 'red/x y+ü.txt': 'red' },
    },
  ],
  instances: [{ id: INSTANCE, account: ACCOUNT, region: 'eu-west-1', state: 'stopped', tags: { team: 'blue' } }],
}

const aws = withLocalAws(() => start(state))

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const admin: Keys = USER
const stranger: Keys = { accessKeyId: 'AKIAY34FZKBOEXAMPLE2', secretAccessKey: 'stranger-secret' }

const settings = (credentials: Keys) => ({ region: 'eu-west-1', endpoint: aws.url, credentials, maxAttempts: 1 })
const sts = (keys: Keys): STSClient => new STSClient(settings(keys))
const ec2 = (keys: Keys): EC2Client => new EC2Client(settings(keys))
const s3 = (keys: Keys): S3Client => new S3Client(settings(keys))

const assume = async (name: string, tags: Readonly<Record<string, string>> = {}, Policy?: object): Promise<Keys> => {
  const { Credentials } = await sts(admin).send(
    new AssumeRoleCommand({
      RoleArn: roleArn(name),
      RoleSessionName: 'dora',
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ...(Policy ? { Policy: JSON.stringify(Policy) } : {}),
    }),
  )
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  return { accessKeyId, secretAccessKey, sessionToken: SessionToken }
}

interface Refusal {
  readonly name: string
  readonly message: string
  readonly status: number | undefined
}

const refusalOf = (call: Promise<unknown>): Promise<Refusal> =>
  call.then(
    () => ({ name: 'no error', message: '', status: 200 }),
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => ({
      name: error.name,
      message: error.message,
      status: error.$metadata?.httpStatusCode,
    }),
  )

describe('EC2 in the local AWS', () => {
  it('EC2 refuses with a message that DecodeAuthorizationMessage opens', holds('A.8 ec2 refusal'), async () => {
    const refusal = await refusalOf(
      ec2(await assume('Team', { team: 'red' })).send(new StartInstancesCommand({ InstanceIds: [INSTANCE] })),
    )
    expect([refusal.name, refusal.status]).toEqual(['UnauthorizedOperation', 403])
    const EncodedMessage = /Encoded authorization failure message: (\S+)$/.exec(refusal.message)?.[1]
    const { DecodedMessage = '{}' } = await sts(admin).send(new DecodeAuthorizationMessageCommand({ EncodedMessage }))
    const { context, ...rest } = JSON.parse(DecodedMessage)
    expect(rest).toMatchObject({ allowed: false, explicitDeny: false })
    expect(context).toMatchObject({
      action: 'ec2:StartInstances',
      resource: `arn:aws:ec2:eu-west-1:${ACCOUNT}:instance/${INSTANCE}`,
    })
    expect(context.conditions.items).toContainEqual({
      key: 'aws:ResourceTag/team',
      values: { items: [{ value: 'blue' }] },
    })
  })

  it('EC2 starts and stops instances whose tag is that of the session', holds('A.8 ec2 instances'), async () => {
    const blue = ec2(await assume('Team', { team: 'blue' }))
    const stateNow = async (): Promise<string | undefined> =>
      (await blue.send(new DescribeInstancesCommand({ InstanceIds: [INSTANCE] }))).Reservations?.[0]?.Instances?.[0]
        ?.State?.Name
    const started = await blue.send(new StartInstancesCommand({ InstanceIds: [INSTANCE] }))
    expect(started.StartingInstances).toMatchObject([
      { CurrentState: { Name: 'pending' }, PreviousState: { Name: 'stopped' } },
    ])
    expect(await stateNow()).toBe('running')
    await blue.send(new StopInstancesCommand({ InstanceIds: [INSTANCE] }))
    expect(await stateNow()).toBe('stopped')
  })

  it('EC2 answers a dry run with what would happen, and starts nothing', holds('A.8 ec2 dry run'), async () => {
    const launch = { ImageId: IMAGE, MinCount: 1, MaxCount: 1, DryRun: true }
    const client = ec2(admin)
    expect(await refusalOf(client.send(new RunInstancesCommand(launch)))).toMatchObject({
      name: 'DryRunOperation',
      status: 412,
    })
    const { Reservations } = await client.send(new DescribeInstancesCommand({}))
    expect(Reservations).toHaveLength(1)
    expect(await refusalOf(ec2(await assume('Nothing')).send(new RunInstancesCommand(launch)))).toMatchObject({
      name: 'UnauthorizedOperation',
    })
  })

  it(
    'EC2 refuses to describe for a role without permissions, in every region for itself',
    holds('A.8 ec2 describe'),
    async () => {
      const nothing = ec2(await assume('Nothing'))
      for (const command of [new DescribeInstancesCommand({}), new DescribeRegionsCommand({})])
        expect(await refusalOf(nothing.send(command as DescribeInstancesCommand))).toMatchObject({
          name: 'UnauthorizedOperation',
        })
      const { Regions = [] } = await ec2(admin).send(new DescribeRegionsCommand({}))
      expect(Regions.map(({ RegionName }) => RegionName)).toContain('eu-central-1')
      const filtered = async (Name: string, value: string): Promise<number> =>
        (await ec2(admin).send(new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] }))).Reservations
          ?.length ?? 0
      expect([await filtered('tag:team', 'b*'), await filtered('tag:team', 'r*')]).toEqual([1, 0])
      const elsewhere = new EC2Client({ ...settings(admin), region: 'us-east-2' })
      expect((await elsewhere.send(new DescribeInstancesCommand({}))).Reservations ?? []).toEqual([])
    },
  )

  it('EC2 has a code for an instance that is not there', async () => {
    const missing = new StopInstancesCommand({ InstanceIds: ['i-0ffffffffffffffff'] })
    expect(await refusalOf(ec2(admin).send(missing))).toMatchObject({ name: 'InvalidInstanceID.NotFound' })
    const malformed = new StopInstancesCommand({ InstanceIds: ['web-1'] })
    expect(await refusalOf(ec2(admin).send(malformed))).toMatchObject({ name: 'InvalidInstanceID.Malformed' })
  })
})

describe('S3 in the local AWS', () => {
  const keysIn = async (client: S3Client, Prefix: string): Promise<readonly (string | undefined)[]> =>
    ((await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }))).Contents ?? []).map(({ Key }) => Key)

  it(
    'S3 lists, reads and writes under the prefix that a session tag names, and nothing else',
    holds('A.8 s3 prefix'),
    async () => {
      const blue = s3(await assume('Team', { team: 'blue' }))
      expect(await keysIn(blue, 'blue/')).toEqual(['blue/one.txt', 'blue/two.txt'])
      const body = await blue.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'blue/one.txt' }))
      expect(await body.Body?.transformToString()).toBe('one')
      await blue.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'blue/new.txt', Body: 'new' }))
      expect(await refusalOf(keysIn(blue, 'red/'))).toMatchObject({ name: 'AccessDenied', status: 403 })
      const others = { Bucket: BUCKET, Key: 'red/x y+ü.txt' }
      expect(await refusalOf(blue.send(new GetObjectCommand(others)))).toMatchObject({ name: 'AccessDenied' })
      expect(await refusalOf(blue.send(new PutObjectCommand({ ...others, Body: '' })))).toMatchObject({
        name: 'AccessDenied',
      })
      const red = s3(await assume('Team', { team: 'red' }))
      expect(await (await red.send(new GetObjectCommand(others))).Body?.transformToString()).toBe('red')
    },
  )

  it(
    'S3 lists the buckets of the account to those who may, and sends no encoded message',
    holds('A.8 s3 refusal'),
    async () => {
      expect((await s3(admin).send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: BUCKET }])
      expect((await s3(stranger).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
      const refusal = await refusalOf(s3(await assume('Nothing')).send(new ListBucketsCommand({})))
      expect(refusal).toMatchObject({ name: 'AccessDenied', status: 403 })
      expect(refusal.message).toContain('because no identity-based policy allows the s3:ListAllMyBuckets action')
      expect(refusal.message).not.toContain('Encoded')
    },
  )

  it('S3 pages through keys, and groups them at a delimiter', async () => {
    const client = s3(admin)
    const first = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: '/', MaxKeys: 1 }))
    expect(first.CommonPrefixes).toEqual([{ Prefix: 'blue/' }])
    const second = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: '/', ContinuationToken: first.NextContinuationToken }),
    )
    expect([second.CommonPrefixes, second.IsTruncated]).toEqual([[{ Prefix: 'red/' }], false])
  })

  it('S3 tells a missing key only to those who may list the bucket', holds('A.8 s3 missing key'), async () => {
    const missing = { Bucket: BUCKET, Key: 'blue/none.txt' }
    expect(await refusalOf(s3(admin).send(new GetObjectCommand(missing)))).toMatchObject({ name: 'NoSuchKey' })
    const blue = s3(await assume('Team', { team: 'blue' }))
    expect(await refusalOf(blue.send(new GetObjectCommand(missing)))).toMatchObject({ name: 'AccessDenied' })
    const nowhere = new ListObjectsV2Command({ Bucket: 'no-such-bucket' })
    expect(await refusalOf(s3(admin).send(nowhere))).toMatchObject({ name: 'NoSuchBucket', status: 404 })
  })

  it.each(['/', `/${BUCKET}/blue/one.txt`])(
    'S3 refuses an unsigned call of a client, and leads it nowhere: %s',
    async (path) => {
      const response = await fetch(`${aws.url}${path}`, {
        redirect: 'manual',
        headers: { 'user-agent': 'aws-cli/2.31' },
      })
      expect([response.status, await response.text()]).toEqual([
        403,
        expect.stringContaining('<Code>AccessDenied</Code>'),
      ])
    },
  )
})

describe('Policies together, in the order of AWS', () => {
  const object = { Bucket: BUCKET, Key: 'blue/one.txt' }
  const read = async (keys: Keys): Promise<string> =>
    (await refusalOf(s3(keys).send(new GetObjectCommand(object)))).name
  const withBucketPolicy = async (statement: Statement, check: () => Promise<void>): Promise<void> => {
    const Policy = JSON.stringify(policy({ Resource: `arn:aws:s3:::${BUCKET}/*`, Action: 's3:*', ...statement }))
    await s3(admin).send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }))
    await check()
    await s3(admin).send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }))
  }
  const session = (name: string): string => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/dora`

  it('a permissions boundary limits what the policies of a role allow', holds('A.8 boundary'), async () => {
    const limited = await assume('Limited')
    expect(await read(limited)).toBe('no error')
    const refusal = await refusalOf(s3(limited).send(new PutObjectCommand({ ...object, Body: 'x' })))
    expect(refusal.message).toContain('because no permissions boundary allows the s3:PutObject action')
  })

  it('a session policy limits what the policies of a role allow', async () => {
    const narrowed = await assume('Limited', {}, policy(allow('s3:ListAllMyBuckets')))
    expect(await read(narrowed)).toBe('AccessDenied')
  })

  it(
    'a Deny of the bucket wins over everything, for the root of its policies too',
    holds('A.8 resource deny'),
    async () => {
      await withBucketPolicy({ Effect: 'Deny', Principal: '*' }, async () => {
        const refusal = await refusalOf(s3(admin).send(new GetObjectCommand(object)))
        expect(refusal.message).toContain('with an explicit deny in a resource-based policy')
      })
    },
  )

  it.each([
    ['the account', { AWS: ACCOUNT }, 'AccessDenied'],
    ['the role', { AWS: roleArn('Nothing') }, 'no error'],
    ['the session', { AWS: session('Nothing') }, 'no error'],
  ])(
    'a bucket that names %s decides about a role without permissions',
    holds('A.8 resource allow'),
    async (_, Principal, outcome) => {
      const nothing = await assume('Nothing')
      await withBucketPolicy({ Effect: 'Allow', Principal }, async () => expect(await read(nothing)).toBe(outcome))
    },
  )

  it(
    'a bucket that names a role is limited by the session policy, one that names the session is not',
    holds('A.8 resource allow'),
    async () => {
      const narrowed = await assume('Nothing', {}, policy(allow('s3:ListAllMyBuckets')))
      const named = async (AWS: string, outcome: string): Promise<void> =>
        withBucketPolicy({ Effect: 'Allow', Principal: { AWS } }, async () =>
          expect(await read(narrowed)).toBe(outcome),
        )
      await named(roleArn('Nothing'), 'AccessDenied')
      await named(session('Nothing'), 'no error')
    },
  )

  it('across accounts the bucket and the caller must both allow', holds('A.8 across accounts'), async () => {
    expect(await read(stranger)).toBe('AccessDenied')
    await withBucketPolicy({ Effect: 'Allow', Principal: { AWS: OTHER } }, async () =>
      expect(await read(stranger)).toBe('no error'),
    )
  })
})

interface TokenAnswer {
  readonly error?: string
  readonly error_description?: string
  readonly awsAdditionalDetails?: { readonly identityContext: string }
}

/** Of a service whose client is not installed here, by the administrator. */
const signedPost = async (url: string, service: string, body: string): Promise<TokenAnswer> => {
  const { host, pathname: path, search } = new URL(url)
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const scope = { date: timestamp.slice(0, 8), region: 'eu-west-1', service }
  const headers = { host, 'x-amz-date': timestamp }
  const parts = { method: 'POST', path, query: search.slice(1), headers, signedHeaders: ['host', 'x-amz-date'] }
  const canonical = canonicalRequest({ ...parts, payloadHash: sha256Hex(body) })
  const key = signingKey(admin.secretAccessKey, scope)
  const signature = signatureOf(key, stringToSign(canonical, timestamp, scope)).toString('hex')
  const credential = `${admin.accessKeyId}/${scope.date}/${scope.region}/${service}/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`
  const response = await fetch(url, { method: 'POST', body, headers: { 'x-amz-date': timestamp, authorization } })
  return response.json() as Promise<TokenAnswer>
}

describe('Contexts of IAM Identity Center', () => {
  const application = `arn:aws:sso::${ACCOUNT}:application/ssoins-0123456789abcdef/apl-0123456789abcdef`
  let provider: OpenIdProvider
  let center: Running
  beforeAll(async () => {
    provider = await startOpenIdProvider()
    const userId = userIdOf(ACCOUNT, 'dora@example.com')
    const onlyDora = {
      StringEquals: {
        'sts:RequestContext/identitystore:UserId': userId,
        'sts:RequestContext/identitycenter:ApplicationArn': application,
      },
    }
    const own = { StringEquals: { 'identitystore:UserId': userId } }
    const trusted = { Effect: 'Allow', Principal: { AWS: ACCOUNT } }
    const roles = [
      {
        arn: roleArn('Contextual'),
        trustPolicy: policy(
          { ...trusted, Action: 'sts:AssumeRole' },
          { ...trusted, Action: 'sts:SetContext', Condition: onlyDora },
        ),
        policies: { own: policy(allow('s3:ListAllMyBuckets', '*', own)) },
      },
      { arn: roleArn('WithoutContext'), trustPolicy: policy({ ...trusted, Action: 'sts:AssumeRole' }) },
    ]
    const trustedTokenIssuers = [{ account: ACCOUNT, issuer: provider.url, application, audiences: ['fedgate'] }]
    center = await start({ ...state, roles, trustedTokenIssuers })
  })
  afterAll(async () => {
    await center.close()
    await provider.close()
  })

  const there = (keys: Keys) => ({ ...settings(keys), endpoint: center.url })
  const contextFor = async (claims: Readonly<Record<string, unknown>>): Promise<string> => {
    const body = JSON.stringify({
      clientId: application,
      grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await provider.token(claims),
    })
    const answer = await signedPost(`${center.url}/token?aws_iam=t`, 'sso-oauth', body)
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error_description), { name: answer.error })
    return answer.awsAdditionalDetails?.identityContext ?? ''
  }
  const assumeWith = (role: string, ContextAssertion: string) =>
    new STSClient(there(admin)).send(
      new AssumeRoleCommand({
        RoleArn: roleArn(role),
        RoleSessionName: 'dora',
        ProvidedContexts: [{ ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', ContextAssertion }],
      }),
    )

  it(
    "a trusted token issuer's token becomes a context, which the session carries",
    holds('A.8 SetContext', 'A.7 identitystore:UserId', 'A.7 sts:RequestContext/identitycenter:ApplicationArn'),
    async () => {
      const { Credentials } = await assumeWith('Contextual', await contextFor({ email: 'dora@example.com' }))
      const {
        AccessKeyId: accessKeyId = '',
        SecretAccessKey: secretAccessKey = '',
        SessionToken = '',
      } = Credentials ?? {}
      const session = new S3Client(there({ accessKeyId, secretAccessKey, sessionToken: SessionToken }))
      expect((await session.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1)
    },
  )

  it(
    'SetContext must be allowed, for this user',
    holds('A.8 SetContext', 'A.7 sts:RequestContext/identitystore:UserId'),
    async () => {
      const context = await contextFor({ email: 'dora@example.com' })
      expect((await refusalOf(assumeWith('WithoutContext', context))).message).toContain('sts:SetContext')
      const other = await refusalOf(assumeWith('Contextual', await contextFor({ email: 'eve@example.com' })))
      expect(other.message).toContain('sts:SetContext')
      expect((await refusalOf(assumeWith('Contextual', 'made-up.context'))).name).toBe('AccessDenied')
    },
  )

  it.each([
    ['of another audience', { aud: 'elsewhere' }],
    ['that has expired', { exp: 1 }],
    ['without the claim that identifies the user', {}],
  ])('a token %s becomes no context', async (_, claims) => {
    expect(await refusalOf(contextFor(claims))).toMatchObject({ name: 'invalid_grant' })
  })
})

describe('CodeArtifact in the local AWS', () => {
  const token = (keys: Keys, durationSeconds?: number) =>
    new CodeartifactClient(settings(keys)).send(new GetAuthorizationTokenCommand({ domain: 'corp', durationSeconds }))

  it('CodeArtifact issues a token to those who have both permissions', holds('A.8 GetServiceBearerToken'), async () => {
    const { authorizationToken, expiration } = await token(await assume('Packages'), 3600)
    expect(authorizationToken).toMatch(/^\S{100,}$/)
    expect(Math.abs((expiration?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(60_000)
  })

  it(
    'CodeArtifact refuses a longer token than sts:DurationSeconds allows, by the permission of STS',
    holds('A.8 GetServiceBearerToken'),
    async () => {
      const refusal = await refusalOf(token(await assume('Packages'), 43_200))
      expect([refusal.name, refusal.status]).toEqual(['AccessDeniedException', 403])
      expect(refusal.message).toContain('sts:GetServiceBearerToken')
    },
  )

  it('CodeArtifact refuses a caller without its own permission first', async () => {
    const refusal = await refusalOf(token(await assume('Nothing')))
    expect(refusal.message).toContain(`codeartifact:GetAuthorizationToken on resource: arn:aws:codeartifact:eu-west-1:`)
    expect(await refusalOf(token(admin, 60))).toMatchObject({ name: 'ValidationException' })
  })
})
