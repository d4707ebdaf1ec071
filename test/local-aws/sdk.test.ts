import {
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  ExpiredTokenException,
  GetCallerIdentityCommand,
  InvalidIdentityTokenException,
  MalformedPolicyDocumentException,
  PackedPolicyTooLargeException,
  STSClient,
  type STSServiceException,
} from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import {
  ATTRIBUTE,
  attributesFor,
  base64,
  newKeys,
  type OpenIdProvider,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  startOpenIdProvider,
  stateFor,
  TAGGED_ROLE,
  USER,
  WEB_ROLE,
} from './support.ts'

const keys = await newKeys()
let provider: OpenIdProvider
let aws: Running
let clock = new Date()
beforeAll(async () => {
  provider = await startOpenIdProvider()
  aws = await start(stateFor(keys, provider.url), () => clock)
})
afterAll(async () => {
  await aws.close()
  await provider.close()
})

const NO_RETRIES = 1
interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}
const client = (credentials?: Key): STSClient =>
  new STSClient({
    region: 'eu-west-1',
    endpoint: aws.url,
    maxAttempts: NO_RETRIES,
    credentials: credentials ?? (() => Promise.reject(new Error('this call is not signed'))),
  })

const samlCommand = (response: string, more: { readonly RoleArn?: string; readonly Policy?: string } = {}) =>
  new AssumeRoleWithSAMLCommand({ RoleArn: ROLE, PrincipalArn: PROVIDER, SAMLAssertion: base64(response), ...more })

const assumedKey = async (): Promise<Key> => {
  const { Credentials } = await client().send(samlCommand(sign(responseXml(clock), keys)))
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

const codeOf = (call: Promise<unknown>): Promise<string | undefined> =>
  call.then(
    () => undefined,
    (error: STSServiceException & { Code?: string }) => error.Code,
  )

describe('The AWS SDK against the local AWS', () => {
  it('reads credentials, role and size from AssumeRoleWithSAML', async () => {
    const attributes = {
      ...attributesFor(TAGGED_ROLE),
      [`${ATTRIBUTE}PrincipalTag:Team`]: ['a b'],
    }
    const answer = await client().send(
      samlCommand(sign(responseXml(clock, { attributes }), keys), { RoleArn: TAGGED_ROLE }),
    )
    expect(answer.Credentials?.Expiration).toBeInstanceOf(Date)
    expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/Tagged/alice@example.com')
    expect(answer.PackedPolicySize).toBe(2)
  })

  it('reads subject, audience and provider from AssumeRoleWithWebIdentity', async () => {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: WEB_ROLE,
      RoleSessionName: 'alice',
      WebIdentityToken: await provider.token({}),
    })
    const { SubjectFromWebIdentityToken, Audience } = await client().send(command)
    expect([SubjectFromWebIdentityToken, Audience]).toEqual(['alice-1', 'fedgate'])
  })

  it.each([
    ['InvalidIdentityTokenException', InvalidIdentityTokenException, () => samlCommand(responseXml(clock))],
    [
      'ExpiredTokenException',
      ExpiredTokenException,
      () => samlCommand(sign(responseXml(clock, { issuedAt: new Date(clock.getTime() - 400_000) }), keys)),
    ],
    [
      'MalformedPolicyDocumentException',
      MalformedPolicyDocumentException,
      () => samlCommand(sign(responseXml(clock), keys), { Policy: '{' }),
    ],
    [
      'PackedPolicyTooLargeException',
      PackedPolicyTooLargeException,
      () => {
        const tags = Object.fromEntries([1, 2, 3].map((n) => [`${ATTRIBUTE}PrincipalTag:T${n}`, ['a'.repeat(250)]]))
        const attributes = { ...attributesFor(TAGGED_ROLE), ...tags }
        return samlCommand(sign(responseXml(clock, { attributes }), keys), { RoleArn: TAGGED_ROLE })
      },
    ],
  ])('gets its typed %s', async (_, exception, command) => {
    await expect(client().send(command())).rejects.toBeInstanceOf(exception)
  })
})

describe('GetCallerIdentity', () => {
  it(
    'says who the assumed role is',
    holds('A.5 GetCallerIdentity role', 'A.6 assumed role id', 'A.6 prefixes'),
    async () => {
      const key = await assumedKey()
      expect(key.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
      const { Arn, Account, UserId } = await client(key).send(new GetCallerIdentityCommand({}))
      expect(Arn).toBe('arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com')
      expect(Account).toBe('111122223333')
      expect(UserId).toMatch(/^AROA[A-Z2-7]{17}:alice@example\.com$/)
    },
  )

  it('says who the user is', holds('A.5 GetCallerIdentity user', 'A.6 prefixes'), async () => {
    const { Arn, UserId } = await client(USER).send(new GetCallerIdentityCommand({}))
    expect(Arn).toBe('arn:aws:iam::111122223333:user/ops/dora')
    expect(UserId).toMatch(/^AIDA[A-Z2-7]{17}$/)
  })

  it('refuses a wrong secret', async () => {
    const key = { ...(await assumedKey()), secretAccessKey: 'wrong' }
    expect(await codeOf(client(key).send(new GetCallerIdentityCommand({})))).toBe('SignatureDoesNotMatch')
  })

  it('refuses an unknown key', async () => {
    const key = { accessKeyId: 'ASIAQNZGKIQY56JQ7WML', secretAccessKey: 'x' }
    expect(await codeOf(client(key).send(new GetCallerIdentityCommand({})))).toBe('InvalidClientTokenId')
  })

  it('refuses temporary credentials without their session token', holds('A.1 session token'), async () => {
    const { accessKeyId, secretAccessKey } = await assumedKey()
    expect(await codeOf(client({ accessKeyId, secretAccessKey }).send(new GetCallerIdentityCommand({})))).toBe(
      'InvalidClientTokenId',
    )
  })

  it('refuses a session token of other credentials', async () => {
    const key = { ...(await assumedKey()), sessionToken: (await assumedKey()).sessionToken ?? '' }
    expect(await codeOf(client(key).send(new GetCallerIdentityCommand({})))).toBe('InvalidClientTokenId')
  })

  it('refuses credentials that have expired, under a code of their own', async () => {
    const { Credentials } = await client().send(
      samlCommand(sign(responseXml(clock, { sessionNotOnOrAfter: new Date(clock.getTime() + 60_000) }), keys)),
    )
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    const key = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const before = clock
    clock = new Date(before.getTime() + 61_000)
    try {
      expect(await codeOf(client(key).send(new GetCallerIdentityCommand({})))).toBe('ExpiredToken')
    } finally {
      clock = before
    }
  })

  it('refuses a signature of sixteen minutes ahead', holds('A.4 SignatureDoesNotMatch time'), async () => {
    const key = await assumedKey()
    const before = clock
    clock = new Date(before.getTime() - 16 * 60_000)
    try {
      expect(await codeOf(client(key).send(new GetCallerIdentityCommand({})))).toBe('SignatureDoesNotMatch')
    } finally {
      clock = before
    }
  })

  it('refuses a signature that is sixteen minutes old', holds('A.4 SignatureDoesNotMatch time'), async () => {
    const key = await assumedKey()
    const before = clock
    clock = new Date(before.getTime() + 16 * 60_000)
    try {
      // The SDK corrects its clock by the Date header after a refusal; one attempt keeps it from trying.
      expect(await codeOf(client(key).send(new GetCallerIdentityCommand({})))).toBe('SignatureDoesNotMatch')
    } finally {
      clock = before
    }
  })

  it('refuses a call that is not signed', holds('A.4 MissingAuthenticationToken'), async () => {
    const response = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetCallerIdentity' }),
    })
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    ])
  })
})
