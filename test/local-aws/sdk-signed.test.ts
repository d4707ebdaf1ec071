import { Agent } from 'node:http'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  MalformedPolicyDocumentException,
  PackedPolicyTooLargeException,
  RegionDisabledException,
  STSClient,
  STSServiceException,
} from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { holds, itEach, row } from '../held/holds.ts'
import { DORA, EVA, HUGO, type Key, roleArn, signedState } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const aws = withLocalAws(() => start(signedState()))

/** Every name leads to this machine, as `/etc/hosts` would have it. */
const toLoopback = () =>
  new Agent({
    lookup: (_, options, found) =>
      options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
  })

const client = (credentials: Key, region = 'eu-west-1', host = '127.0.0.1'): STSClient =>
  new STSClient({
    region,
    endpoint: `http://${host}:${new URL(aws.url).port}`,
    maxAttempts: 1,
    credentials,
    requestHandler: { httpAgent: toLoopback() },
  })

const assume = (more: Partial<AssumeRoleCommandInput> = {}) =>
  new AssumeRoleCommand({ RoleArn: roleArn('path/ByName'), RoleSessionName: 'sdk', ...more })

describe('The AWS SDK, signed, against the local AWS', () => {
  it('reads every member of AssumeRole', async () => {
    const { Credentials, AssumedRoleUser, PackedPolicySize, SourceIdentity } = await client(DORA).send(
      assume({ Tags: [{ Key: 'Team', Value: '' }], TransitiveTagKeys: ['Team'], SourceIdentity: 'dora' }),
    )
    expect(Credentials?.Expiration).toBeInstanceOf(Date)
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/ByName/sdk`)
    expect([PackedPolicySize, SourceIdentity]).toEqual([1, 'dora'])
  })

  it('reads GetFederationToken and GetSessionToken', async () => {
    const { FederatedUser, PackedPolicySize } = await client(EVA).send(new GetFederationTokenCommand({ Name: 'guest' }))
    expect([FederatedUser?.FederatedUserId, PackedPolicySize]).toEqual([`${ACCOUNT}:guest`, 0])
    const { Credentials } = await client(DORA).send(new GetSessionTokenCommand({}))
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
  })

  it.each([
    ['MalformedPolicyDocumentException', MalformedPolicyDocumentException, { Policy: '{' }],
    [
      'PackedPolicyTooLargeException',
      PackedPolicyTooLargeException,
      { Tags: [1, 2, 3].map((n) => ({ Key: `T${n}`, Value: 'a'.repeat(250) })) },
    ],
  ])('gets its typed %s', async (_, exception, input) => {
    await expect(client(DORA).send(assume(input))).rejects.toBeInstanceOf(exception)
  })

  it(
    'gets its typed RegionDisabledException where an account has switched a region off',
    holds('A.4 RegionDisabledException'),
    async () => {
      const inParis = client(HUGO, 'eu-west-3', 'sts.eu-west-3.amazonaws.com').send(new GetSessionTokenCommand({}))
      await expect(inParis).rejects.toBeInstanceOf(RegionDisabledException)
      await expect(inParis).rejects.toThrow(
        'STS is not activated in this region for account:444455556666. Your account administrator can activate STS in this region using the IAM Console.',
      )
      const elsewhere = client(HUGO, 'eu-west-2', 'sts.eu-west-2.amazonaws.com').send(new GetSessionTokenCommand({}))
      expect((await elsewhere).Credentials).toBeDefined()
      const another = client(DORA, 'eu-west-3', 'sts.eu-west-3.amazonaws.com').send(new GetSessionTokenCommand({}))
      expect((await another).Credentials).toBeDefined()
    },
  )

  itEach<[string, () => Promise<unknown>, number]>([
    ['AccessDenied', 'AccessDenied', () => client(EVA).send(assume({ RoleArn: roleArn('Nobody') })), 403],
    ['ValidationError', 'ValidationError', () => client(DORA).send(assume({ DurationSeconds: 1 })), 400],
    [
      'InvalidParameterValue',
      'InvalidParameterValue',
      () => client(DORA).send(assume({ Tags: [], TransitiveTagKeys: ['Team'] })),
      400,
    ],
    [
      row('SignatureDoesNotMatch of a wrong secret', 'A.4 SignatureDoesNotMatch'),
      'SignatureDoesNotMatch',
      () => client({ ...DORA, secretAccessKey: 'wrong' }).send(assume()),
      403,
    ],
    [
      'SignatureDoesNotMatch of another region than its endpoint has',
      'SignatureDoesNotMatch',
      () => client(DORA, 'eu-west-1', 'sts.eu-west-2.amazonaws.com').send(assume()),
      403,
    ],
    [
      row('InvalidClientTokenId of an unknown key', 'A.4 InvalidClientTokenId'),
      'InvalidClientTokenId',
      () => client({ accessKeyId: 'AKIAY34FZKBONOBODY00', secretAccessKey: 'x' }).send(assume()),
      403,
    ],
  ])('gets %s', async (_, code, call, status) => {
    const error = await call().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(STSServiceException)
    expect([(error as { Code?: string }).Code, (error as STSServiceException).$metadata.httpStatusCode]).toEqual([
      code,
      status,
    ])
  })
})
