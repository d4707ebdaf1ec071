/** Refusals in the words in which AWS was seen to say them. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { samlTrustStatement, trustPolicy, webIdentityTrustStatement } from '../../src/iam/generate.ts'
import { holds } from '../held/holds.ts'
import { DORA, EVA, errorIn, type Key, signedCall, signedState } from './signed-calls.ts'
import {
  ACCOUNT,
  ATTRIBUTE,
  base64,
  call,
  metadata,
  newKeys,
  type OpenIdProvider,
  PROVIDER,
  type ResponseParts,
  type Running,
  responseXml,
  sign,
  start,
  startOpenIdProvider,
  USER,
  type WireAnswer,
  wireAnswer,
} from './support.ts'

const GOV_ACCOUNT = '777788889999'
const GOV_PROVIDER = `arn:aws-us-gov:iam::${GOV_ACCOUNT}:saml-provider/corp`
const GOV_ROLE = `arn:aws-us-gov:iam::${GOV_ACCOUNT}:role/Dev`
const GOV_WEB_ROLE = `arn:aws-us-gov:iam::${GOV_ACCOUNT}:role/Web`
const GOV_RECIPIENT = 'https://signin.amazonaws-us-gov.com/saml'

const keys = await newKeys()
let openId: OpenIdProvider
let aws: Running
let clock = new Date()
beforeAll(async () => {
  openId = await startOpenIdProvider()
  const signed = signedState()
  const oidcArn = `arn:aws-us-gov:iam::${GOV_ACCOUNT}:oidc-provider/${new URL(openId.url).host}`
  const saml = samlTrustStatement({ providerArn: GOV_PROVIDER, recipient: GOV_RECIPIENT })
  const web = webIdentityTrustStatement({ providerArn: oidcArn, issuer: openId.url, audience: 'fedgate' })
  const gov = {
    arn: `arn:aws-us-gov:iam::${GOV_ACCOUNT}:user/gov`,
    accessKeyId: GOV.accessKeyId,
    secretAccessKey: new Secret(GOV.secretAccessKey),
  }
  const open = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  aws = await start(
    {
      ...signed,
      users: [...signed.users, gov],
      roles: [
        ...signed.roles,
        { arn: GOV_ROLE, trustPolicy: { ...trustPolicy([saml]), Statement: [saml, open] } },
        { arn: GOV_WEB_ROLE, trustPolicy: trustPolicy([web]) },
      ],
      samlProviders: [{ arn: GOV_PROVIDER, metadata: metadata(keys) }],
      oidcProviders: [{ arn: oidcArn, url: openId.url, clientIds: ['fedgate'] }],
    },
    () => clock,
  )
})
afterAll(async () => {
  await aws.close()
  await openId.close()
})

const GOV: Key = { accessKeyId: 'AKIAY34FZKBOGOV00000', secretAccessKey: 'secret-of-gov' }

/** fetch would not let a Host header be set. */
const callAt = (host: string, parameters: Readonly<Record<string, string>>): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' }
    const sent = request(aws.url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(wireAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString())))
    })
    sent.on('error', reject)
    sent.end(new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString())
  })

const govResponse = (parts: ResponseParts = {}): Readonly<Record<string, string>> => {
  const attributes = {
    [`${ATTRIBUTE}Role`]: [`${GOV_ROLE},${GOV_PROVIDER}`],
    [`${ATTRIBUTE}RoleSessionName`]: ['alice'],
  }
  const gov = { attributes, recipient: GOV_RECIPIENT, audience: 'urn:amazon:webservices:govcloud' }
  return {
    Action: 'AssumeRoleWithSAML',
    RoleArn: GOV_ROLE,
    PrincipalArn: GOV_PROVIDER,
    SAMLAssertion: base64(sign(responseXml(clock, { ...gov, ...parts }), keys)),
  }
}

describe('A role of another partition than the endpoint', () => {
  // Versent/saml2aws issues 89 and 187
  it.each(['sts.amazonaws.com', 'sts.eu-west-1.amazonaws.com', 'sts.cn-north-1.amazonaws.com.cn'])(
    'a role of another partition than the endpoint has no SAML provider at %s',
    holds('A.4 another partition'),
    async (host) => {
      expect((await callAt(host, govResponse())).error).toMatch(
        /^InvalidIdentityToken: Specified provider doesn't exist \(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlManifestNotFoundException;/,
      )
    },
  )

  it.each(['sts.us-gov-west-1.amazonaws.com', '127.0.0.1', 'localhost:8081'])(
    'a role of another partition than the endpoint is assumed at %s',
    async (host) => {
      expect((await callAt(host, govResponse())).status).toBe(200)
    },
  )

  // aws/aws-sdk-js-v3 issue 5749
  it('a role of another partition than the endpoint has no OpenID provider', async () => {
    const parameters = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: GOV_WEB_ROLE,
      RoleSessionName: 'alice',
      WebIdentityToken: await openId.token({}),
    }
    expect((await callAt('sts.amazonaws.com', parameters)).error).toBe(
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for ${openId.url}`,
    )
    expect((await callAt('sts.us-gov-east-1.amazonaws.com', parameters)).status).toBe(200)
  })

  it('a role of another partition than the endpoint is not there for tokens of a provider that IAM knows by name', async () => {
    const parameters = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: GOV_WEB_ROLE,
      RoleSessionName: 'alice',
      WebIdentityToken: await openId.token({ iss: 'https://accounts.google.com' }),
    }
    expect((await callAt('sts.amazonaws.com', parameters)).error).toBe(
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    )
  })

  // corymhall/cdk-diff-action issue 70
  it('a role of another partition than the endpoint is not there for a signed caller of another partition, although its trust policy would admit it', async () => {
    const asked = { Action: 'AssumeRole', RoleArn: GOV_ROLE, RoleSessionName: 'try' }
    expect((await signedCall(aws.url, GOV, asked)).status).toBe(200)
    expect(errorIn(await signedCall(aws.url, EVA, asked))).toBe(
      `AccessDenied: User: ${EVA.arn} is not authorized to perform: sts:AssumeRole on resource: ${GOV_ROLE}`,
    )
  })
})

describe('An ARN that is not a role', () => {
  const saml = { Action: 'AssumeRoleWithSAML', PrincipalArn: PROVIDER, SAMLAssertion: 'eA==' }
  const web = { Action: 'AssumeRoleWithWebIdentity', RoleSessionName: 'try', WebIdentityToken: 'a.b.c' }

  it.each([
    PROVIDER,
    `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
    `arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/x`,
    `arn:aws:iam::${ACCOUNT}:user/dora`,
    'arn:aws:iam:::role/WithoutAccount',
    'arn:aws:iam::12345:role/Short',
    `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/alice`,
  ])(
    'an ARN that is not a role is an invalid request ARN to the federated calls: %s',
    holds('A.3 no role'),
    async (RoleArn) => {
      for (const asked of [saml, web])
        expect((await call(aws.url, { ...asked, RoleArn })).error).toBe('ValidationError: Request ARN is invalid')
    },
  )

  // amzn/selling-partner-api-models issue 2523
  it('an ARN that is not a role is one that no caller may assume', async () => {
    const asked = { Action: 'AssumeRole', RoleArn: DORA.arn, RoleSessionName: 'try' }
    expect(errorIn(await signedCall(aws.url, DORA, asked))).toBe(
      `AccessDenied: User: ${DORA.arn} is not authorized to perform: sts:AssumeRole on resource: ${DORA.arn}`,
    )
  })

  it('an ARN that is not a role is refused for the PrincipalArn first, where the two are swapped', async () => {
    const swapped = { ...saml, RoleArn: PROVIDER, PrincipalArn: `arn:aws:iam::${ACCOUNT}:role/Developer` }
    expect((await call(aws.url, swapped)).error).toBe('ValidationError: Principal ARN is invalid')
    const withSpace = { ...saml, RoleArn: GOV_ROLE, PrincipalArn: ` ${PROVIDER}` }
    expect((await call(aws.url, withSpace)).error).toBe('ValidationError: Principal ARN is invalid')
  })
})

describe('Empty members', () => {
  const pattern =
    'Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+'

  // mmmorris1975/aws-runas issue 80
  it('violate the pattern and the length, in this order', holds('A.3 empty'), async () => {
    const asked = { Action: 'AssumeRoleWithSAML', RoleArn: '', PrincipalArn: '', SAMLAssertion: 'eA==' }
    const both = (path: string) => [
      `Value '' at '${path}' failed to satisfy constraint: ${pattern}`,
      `Value '' at '${path}' failed to satisfy constraint: Member must have length greater than or equal to 20`,
    ]
    expect((await call(aws.url, asked)).error).toBe(
      `ValidationError: 4 validation errors detected: ${[...both('roleArn'), ...both('principalArn')].join('; ')}`,
    )
  })

  it('empty members whose pattern allows nothing at all violate the length alone', async () => {
    const asked = { Action: 'AssumeRole', RoleArn: GOV_ROLE, RoleSessionName: '' }
    expect((await signedCall(aws.url, DORA, asked)).error).toBe(
      "ValidationError: 1 validation error detected: Value '' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    )
  })

  it(
    'empty members of a list of texts are reported for the list, with all constraints of its members',
    holds('A.3 list of texts'),
    async () => {
      const asked = { Action: 'UntagRole', Version: '2010-05-08', RoleName: 'Hour', 'TagKeys.member.1': 'a&b' }
      expect((await signedCall(aws.url, EVA, asked, 'iam')).error).toBe(
        "ValidationError: 1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]",
      )
    },
  )
})

describe('An unknown access key id', () => {
  it.each(['test', 'x', 'AKIA', 'a-b.c', 'AKIAIOSFODNN7EXAMPLE', 'k'.repeat(200)])(
    'an unknown access key id is an invalid token, whatever its form: %s',
    holds('A.4 InvalidClientTokenId'),
    async (accessKeyId) => {
      for (const service of ['sts', 'iam'] as const) {
        const Version = service === 'sts' ? '2011-06-15' : '2010-05-08'
        const Action = service === 'sts' ? 'GetCallerIdentity' : 'ListRoles'
        const key = { accessKeyId, secretAccessKey: 'test' }
        const answer = await signedCall(aws.url, key, { Version, Action }, service)
        expect([answer.status, answer.error]).toEqual([
          403,
          'InvalidClientTokenId: The security token included in the request is invalid.',
        ])
      }
    },
  )
})

describe('A signature of another time', () => {
  it.each([
    [
      -16,
      /^SignatureDoesNotMatch: Signature not yet current: (\d{8}T\d{6}Z) is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/,
    ],
    [
      16,
      /^SignatureDoesNotMatch: Signature expired: (\d{8}T\d{6}Z) is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    ],
  ])('a signature of another time is reported with both times: %d minutes', async (minutes, text) => {
    const before = clock
    try {
      clock = new Date(Date.now() + minutes * 60_000)
      const key = { ...USER, ...DORA }
      expect((await signedCall(aws.url, key, { Action: 'GetCallerIdentity' })).error).toMatch(text)
    } finally {
      clock = before
    }
  })
})
