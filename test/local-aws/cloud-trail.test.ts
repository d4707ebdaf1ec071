import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trailInstant } from '../../src/local-aws/cloud-trail/facts.ts'
import { startLocalAws } from '../../src/local-aws/server.ts'
import { DORA, EVA, GINA, MFA, OTHER_ACCOUNT, roleArn, signedCall, signedState } from './signed-calls.ts'
import {
  ACCOUNT,
  ATTRIBUTE,
  attributesFor,
  base64,
  call,
  metadata,
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
  WEB_ROLE,
  withLocalAws,
} from './support.ts'

const keys = await newKeys()
const NOW = new Date('2026-11-22T15:04:05Z')

type Event = Readonly<Record<string, unknown>>

const trailOf = async (url: string, query = ''): Promise<readonly Event[]> => {
  const response = await fetch(`${url}/cloudtrail${query}`)
  return ((await response.json()) as { Records: readonly Event[] }).Records
}
const newest = async (url: string): Promise<Event> => (await trailOf(url, '?limit=1'))[0] ?? {}

describe('The trail of a role taken with SAML [F.3]', () => {
  const aws = withLocalAws(() => start(stateFor(keys), () => NOW))

  const take = (role: string, attributes = attributesFor(role), more: Readonly<Record<string, string>> = {}) =>
    call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: role,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(NOW, { attributes }), keys)),
      ...more,
    })

  it('names who, what for, what came of it, and the role and the provider', async () => {
    const answer = await take(
      TAGGED_ROLE,
      {
        ...attributesFor(TAGGED_ROLE),
        [`${ATTRIBUTE}PrincipalTag:Team`]: ['blue'],
        [`${ATTRIBUTE}TransitiveTagKeys`]: ['Team'],
        [`${ATTRIBUTE}SourceIdentity`]: ['alice'],
      },
      { DurationSeconds: '1800' },
    )
    const qualifier = answer.element('NameQualifier')
    expect(await newest(aws.url)).toEqual({
      eventVersion: '1.08',
      userIdentity: {
        type: 'SAMLUser',
        principalId: `${qualifier}:alice`,
        userName: 'alice',
        identityProvider: qualifier,
      },
      eventTime: '2026-11-22T15:04:05Z',
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRoleWithSAML',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: 'node',
      requestParameters: {
        roleArn: TAGGED_ROLE,
        principalArn: PROVIDER,
        sAMLAssertionID: '_a',
        roleSessionName: 'alice@example.com',
        sourceIdentity: 'alice',
        principalTags: { Team: 'blue' },
        transitiveTagKeys: ['Team'],
        durationSeconds: 1800,
      },
      responseElements: {
        subject: 'alice',
        subjectType: 'persistent',
        issuer: 'https://idp.example.com/saml',
        audience: 'https://signin.aws.amazon.com/saml',
        nameQualifier: qualifier,
        sourceIdentity: 'alice',
        credentials: { accessKeyId: answer.element('AccessKeyId'), expiration: 'Nov 22, 2026, 3:34:05 PM' },
        assumedRoleUser: { assumedRoleId: answer.element('AssumedRoleId'), arn: answer.element('Arn') },
      },
      requestID: answer.element('RequestId'),
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      readOnly: true,
      resources: [
        { accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: TAGGED_ROLE },
        { accountId: ACCOUNT, type: 'AWS::IAM::SAMLProvider', ARN: PROVIDER },
      ],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
      tlsDetails: { clientProvidedHostHeader: new URL(aws.url).host },
    })
  })

  it('says of a failure the name of the exception and how far it came [F.4]', async () => {
    await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(responseXml(NOW)),
    })
    expect(await newest(aws.url)).toMatchObject({
      errorCode: 'InvalidIdentityTokenException',
      errorMessage: 'Response signature invalid',
      responseElements: null,
      requestParameters: { roleArn: ROLE, principalArn: PROVIDER },
      userIdentity: { type: 'Unknown' },
      recipientAccountId: ACCOUNT,
    })
  })

  it('says of a denied call who it was', async () => {
    await take(ROLE, { ...attributesFor(ROLE), [`${ATTRIBUTE}PrincipalTag:Team`]: ['blue'] })
    expect(await newest(aws.url)).toMatchObject({
      errorCode: 'AccessDenied',
      errorMessage: 'Not authorized to perform sts:AssumeRoleWithSAML',
      userIdentity: { type: 'SAMLUser', userName: 'alice' },
      requestParameters: { principalTags: { Team: 'blue' } },
    })
  })

  it('the trail of a role taken with SAML is read newest first, from a time on, and no more than asked for', async () => {
    const events = await trailOf(aws.url)
    expect(events.map(({ errorCode }) => errorCode)).toEqual([
      'AccessDenied',
      'InvalidIdentityTokenException',
      undefined,
    ])
    expect(await trailOf(aws.url, '?since=2026-11-22T15:04:06Z')).toEqual([])
    expect((await trailOf(aws.url, '?since=2026-11-22T15:04:05Z&limit=2')).length).toBe(2)
  })

  it.each(['?limit=0', '?limit=1001', '?limit=x', '?since=yesterday'])(
    'the trail of a role taken with SAML is not read with %s',
    async (query) => {
      expect((await fetch(`${aws.url}/cloudtrail${query}`)).status).toBe(400)
    },
  )

  const askedAs = (host: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get(`${aws.url}/cloudtrail`, { headers: { host }, agent: false }, resolve).on('error', reject)
    })

  it.each([
    ['127.0.0.1:8081', 200],
    ['[::1]:8081', 200],
    ['localhost', 200],
    ['sts.eu-west-1.localhost:8081', 200],
    ['local-aws:8081', 200],
    ['sts.eu-west-1.amazonaws.com', 200],
    ['rebound.example:8081', 421],
    ['127.0.0.1.example', 421],
    ['localhost.example', 421],
    ['sts.eu-west-1.amazonaws.com.example', 421],
  ])('a request for host %s is answered with %i: no registrable name may lead a browser here', async (host, status) => {
    const answer = await askedAs(host)
    answer.resume()
    expect(answer.statusCode).toBe(status)
  })
})

describe('The trail of a role taken with a token [F.3]', () => {
  let provider: OpenIdProvider
  let aws: Running
  beforeAll(async () => {
    provider = await startOpenIdProvider()
    aws = await start(stateFor(keys, provider.url))
  })
  afterAll(async () => {
    await aws.close()
    await provider.close()
  })
  const take = async (claims: Readonly<Record<string, unknown>>) =>
    call(aws.url, {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: WEB_ROLE,
      RoleSessionName: 'alice',
      WebIdentityToken: await provider.token(claims),
    })

  it('names provider, audience and subject', async () => {
    await take({})
    const arn = `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider.url.replace('http://', '')}`
    expect(await newest(aws.url)).toMatchObject({
      eventName: 'AssumeRoleWithWebIdentity',
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: `${arn}:fedgate:alice-1`,
        userName: 'alice-1',
        identityProvider: arn,
      },
      requestParameters: { roleArn: WEB_ROLE, roleSessionName: 'alice' },
      responseElements: { provider: arn, subjectFromWebIdentityToken: 'alice-1', audience: 'fedgate' },
    })
  })

  it('says less of a denial than the answer does, and still who it was [F.4]', async () => {
    const answer = await take({ aud: 'other' })
    expect(answer.error).toBe('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity')
    expect(await newest(aws.url)).toMatchObject({
      errorCode: 'AccessDenied',
      errorMessage: 'An unknown error occurred',
      userIdentity: { userName: 'alice-1' },
    })
  })
})

describe('The trail of signed calls', () => {
  const aws = withLocalAws(() => start(signedState(), () => new Date()))

  it('names the user', async () => {
    await signedCall(aws.url, DORA, { Action: 'GetCallerIdentity' })
    expect(await newest(aws.url)).toMatchObject({
      eventName: 'GetCallerIdentity',
      userIdentity: { type: 'IAMUser', arn: DORA.arn, userName: 'dora', accountId: ACCOUNT },
      recipientAccountId: ACCOUNT,
    })
  })

  it('names the session of a role with the role and its beginning', async () => {
    const answer = await signedCall(aws.url, DORA, {
      Action: 'AssumeRole',
      RoleArn: roleArn('Hour'),
      RoleSessionName: 'd1',
    })
    const key = {
      accessKeyId: answer.element('AccessKeyId') ?? '',
      secretAccessKey: answer.element('SecretAccessKey') ?? '',
      sessionToken: answer.element('SessionToken') ?? '',
    }
    await signedCall(aws.url, key, { Action: 'GetCallerIdentity' })
    expect(await newest(aws.url)).toMatchObject({
      userIdentity: {
        type: 'AssumedRole',
        principalId: expect.stringMatching(/^AROA[A-Z2-7]{17}:d1$/),
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: roleArn('Hour'), userName: 'Hour' },
          attributes: { mfaAuthenticated: 'false' },
        },
      },
    })
  })

  it("the trail of a call across accounts is in both, linked, and shows the role's account only the caller's account and id", async () => {
    await signedCall(aws.url, GINA, {
      Action: 'AssumeRole',
      RoleArn: roleArn('Partner'),
      RoleSessionName: 'gina',
      ExternalId: 'contract-7',
    })
    const [theirs = {}, own = {}] = await trailOf(aws.url, '?limit=2')
    expect(own).toMatchObject({ recipientAccountId: OTHER_ACCOUNT, userIdentity: { type: 'IAMUser', arn: GINA.arn } })
    expect(theirs).toMatchObject({ recipientAccountId: ACCOUNT })
    expect(theirs.userIdentity).toEqual({
      type: 'AWSAccount',
      principalId: expect.stringMatching(/^AIDA/),
      accountId: OTHER_ACCOUNT,
    })
    expect(theirs.sharedEventID).toBe(own.sharedEventID)
    expect(theirs.eventID).not.toBe(own.eventID)
  })
})

it('The trail and the log hold no secret, no session token, no assertion and no code', async () => {
  const [lines, log]: [string[], string[]] = [[], []]
  const state = { ...stateFor(keys), users: signedState().users }
  const aws = await startLocalAws({
    listen: { host: '127.0.0.1', port: 0 },
    state,
    allowHttpIssuers: true,
    log: (line) => log.push(line),
    trail: (line) => lines.push(line),
  })
  try {
    const assertion = base64(sign(responseXml(new Date()), keys))
    const answer = await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: assertion,
    })
    const getSession = (TokenCode: string) =>
      signedCall(aws.url, DORA, { Action: 'GetSessionToken', ...MFA, TokenCode })
    const session = await getSession(MFA.TokenCode)
    expect((await getSession(`${MFA.TokenCode} `)).error).toContain(`Value '${MFA.TokenCode} ' at 'tokenCode' failed`)
    const create = {
      Action: 'CreateSAMLProvider',
      Version: '2010-05-08',
      Name: 'x',
      SAMLMetadataDocument: metadata(keys),
      AddPrivateKey: 'the-private-key',
    }
    expect((await signedCall(aws.url, EVA, create, 'iam')).error).toBe('InvalidInput: Invalid private key.')
    const outcomes = lines.map((line) => JSON.parse(line).errorCode)
    expect(outcomes).toEqual([undefined, undefined, 'ValidationError', 'InvalidInputException'])
    const keysGiven = [answer, session].flatMap(({ element }) => [element('SecretAccessKey'), element('SessionToken')])
    const secrets = [...keysGiven, assertion, MFA.TokenCode, 'the-private-key', DORA.secretAccessKey]
    for (const secret of secrets) {
      expect(secret).toMatch(/.{6}/)
      expect([...lines, ...log].join('\n')).not.toContain(secret)
    }
  } finally {
    await aws.close()
  }
})

it.each([
  ['2016-03-23T02:39:57Z', 'Mar 23, 2016, 2:39:57 AM'],
  ['2026-12-01T00:05:09Z', 'Dec 1, 2026, 12:05:09 AM'],
  ['2026-12-01T12:00:00Z', 'Dec 1, 2026, 12:00:00 PM'],
])('CloudTrail writes %s as %s [F.3]', (instant, text) => {
  expect(trailInstant(new Date(instant))).toBe(text)
})
