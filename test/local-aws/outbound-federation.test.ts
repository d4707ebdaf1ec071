import {
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetSessionTokenCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
  STSClient,
} from '@aws-sdk/client-sts'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { holds, itEach, row } from '../held/holds.ts'
import { errorOf, iamAt, keyOf, LIAM, MAX, MEMBER, MIA, organizationState, stsAt } from './organization-state.ts'
import { type Key, signedCall } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const aws = withLocalAws(() => start(organizationState({ outboundFederation: true })))
const API = 'https://api.example.com'

const ask = (key: Key, more: Partial<GetWebIdentityTokenCommandInput> = {}) =>
  stsAt(aws.url, key).send(new GetWebIdentityTokenCommand({ Audience: [API], SigningAlgorithm: 'ES384', ...more }))

const issuerOf = async (key: Key): Promise<string> =>
  (await iamAt(aws.url, key).send(new GetOutboundWebIdentityFederationInfoCommand({}))).IssuerIdentifier ?? ''

/** Verified as a service outside AWS would: by the discovery document of the issuer and its key set. */
const verified = async (token: string | undefined, issuer: string, audience = API) => {
  const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
    readonly issuer: string
    readonly jwks_uri: string
  }
  expect(discovery.issuer).toBe(issuer)
  return jwtVerify(token ?? '', createRemoteJWKSet(new URL(discovery.jwks_uri)), { issuer, audience })
}

const NAMESPACE = 'https://sts.amazonaws.com/'
const JOB = [{ Key: 'job', Value: 'nightly' }]

/** A session of a role, with a source identity and a tag of its own. */
const auditor = async (seconds = 3600): Promise<Key> =>
  keyOf(
    (
      await stsAt(aws.url, MIA).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`,
          RoleSessionName: 'audit',
          SourceIdentity: 'mia',
          Tags: [{ Key: 'Stage', Value: 'test' }],
          DurationSeconds: seconds,
        }),
      )
    ).Credentials,
  )

describe('GetWebIdentityToken', () => {
  it.each(['RS256', 'ES384'])(
    'gives a token that the key set of the account’s issuer verifies: %s',
    holds('A.5 GetWebIdentityToken issuer', 'A.5 GetWebIdentityToken claims'),
    async (SigningAlgorithm) => {
      const { WebIdentityToken, Expiration } = await ask(MIA, { SigningAlgorithm })
      const { payload, protectedHeader } = await verified(WebIdentityToken, await issuerOf(MIA))
      expect(protectedHeader).toMatchObject({ alg: SigningAlgorithm, typ: 'JWT' })
      expect(payload).toMatchObject({
        sub: MIA.arn,
        aud: API,
        [NAMESPACE]: {
          aws_account: ACCOUNT,
          source_region: 'us-east-1',
          principal_id: MIA.arn,
          org_id: 'o-localaws00',
          ou_path: ['o-localaws00/r-loca/'],
          principal_tags: { team: 'platform' },
        },
      })
      expect([payload.exp, Number(payload.exp) - Number(payload.iat)]).toEqual([Number(Expiration) / 1000, 300])
    },
  )

  it(
    'tells of a role session the role, its tags, its source identity and its end',
    holds('A.5 GetWebIdentityToken claims', 'A.5 GetWebIdentityToken tags'),
    async () => {
      const token = await ask(await auditor(), { Tags: JOB, Audience: [API, 'second'] })
      const { payload } = await verified(token.WebIdentityToken, await issuerOf(MIA), 'second')
      expect(payload).toMatchObject({
        sub: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`,
        aud: [API, 'second'],
        [NAMESPACE]: {
          principal_tags: { team: 'audit', Stage: 'test' },
          source_identity: 'mia',
          request_tags: { job: 'nightly' },
          original_session_exp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
      })
    },
  )

  it('has an issuer and keys of its own in each account', holds('A.5 GetWebIdentityToken issuer'), async () => {
    await iamAt(aws.url, MAX).send(new EnableOutboundWebIdentityFederationCommand({}))
    const [mine, theirs] = [await issuerOf(MIA), await issuerOf(MAX)]
    expect(theirs).not.toBe(mine)
    const { WebIdentityToken = '' } = await ask(MAX)
    expect((await verified(WebIdentityToken, theirs)).payload[NAMESPACE]).toMatchObject({
      aws_account: MEMBER,
      ou_path: [expect.stringMatching(/^o-localaws00\/r-loca\/ou-loca-\w{8}\/ou-loca-\w{8}\/$/)],
    })
    await expect(verified(WebIdentityToken, mine)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    expect(decodeProtectedHeader(WebIdentityToken).kid).toMatch(/^EC384_/)
  })

  it(
    'gives a token that a role elsewhere accepts, and AWS itself does not',
    holds('A.5 GetWebIdentityToken not for AWS'),
    async () => {
      const issuer = await issuerOf(MIA)
      const host = issuer.replace('http://', '')
      const provider = `arn:aws:iam::${MEMBER}:oidc-provider/${host}`
      const role = `arn:aws:iam::${MEMBER}:role/FromOtherCloud`
      const trusting: LocalAwsState = {
        ...organizationState({ outboundFederation: true }),
        roles: [
          {
            arn: role,
            trustPolicy: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Federated: provider },
                  Action: 'sts:AssumeRoleWithWebIdentity',
                  Condition: { StringEquals: { [`${host}:aud`]: API, [`${host}:sub`]: MIA.arn } },
                },
              ],
            },
          },
        ],
        oidcProviders: [{ arn: provider, url: issuer, clientIds: [API] }],
      }
      const { WebIdentityToken } = await ask(MIA)
      const use = (url: string) =>
        new STSClient({ region: 'us-east-1', endpoint: url, maxAttempts: 1 }).send(
          new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: 'mia', WebIdentityToken }),
        )
      const elsewhere = await start(trusting)
      try {
        const { AssumedRoleUser, SubjectFromWebIdentityToken, Provider } = await use(elsewhere.url)
        expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/FromOtherCloud/mia`)
        expect([SubjectFromWebIdentityToken, Provider]).toEqual([MIA.arn, provider])
        const { IssuerIdentifier = '' } = await iamAt(elsewhere.url, MIA).send(
          new GetOutboundWebIdentityFederationInfoCommand({}),
        )
        const own = await stsAt(elsewhere.url, MIA).send(
          new GetWebIdentityTokenCommand({ Audience: [API], SigningAlgorithm: 'RS256' }),
        )
        const refused = new STSClient({ region: 'us-east-1', endpoint: elsewhere.url, maxAttempts: 1 }).send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: role,
            RoleSessionName: 'mia',
            WebIdentityToken: own.WebIdentityToken,
          }),
        )
        expect(IssuerIdentifier).not.toBe(issuer)
        expect(await errorOf(refused)).toBe('InvalidIdentityTokenException')
      } finally {
        await elsewhere.close()
      }
    },
  )

  itEach<[Key, Partial<GetWebIdentityTokenCommandInput>]>([
    [row('another audience', 'A.7 sts:IdentityTokenAudience'), LIAM, { Audience: [API, 'third'] }],
    [row('another algorithm', 'A.7 sts:SigningAlgorithm'), LIAM, { SigningAlgorithm: 'RS256' }],
    [row('a longer life', 'A.7 sts:DurationSeconds'), LIAM, { DurationSeconds: 301 }],
    [row('another tag', 'A.5 GetWebIdentityToken tags'), LIAM, { Tags: [{ Key: 'scope', Value: 'all' }] }],
  ])('denies %s by a condition of the caller’s policy', async (_, key, more) => {
    expect(await errorOf(ask(key, more))).toBe('AccessDenied')
  })

  itEach<[Partial<GetWebIdentityTokenCommandInput>]>([
    [row('its audiences', 'A.7 sts:IdentityTokenAudience'), { Audience: [API, 'second'] }],
    [row('the default life', 'A.7 sts:DurationSeconds', 'A.7 sts:SigningAlgorithm'), {}],
    [row('its tag', 'A.5 GetWebIdentityToken tags'), { Tags: JOB }],
  ])('allows %s by the same policy', async (_, more) => {
    expect((await ask(LIAM, more)).WebIdentityToken).toMatch(/^ey/)
  })

  itEach<[Partial<GetWebIdentityTokenCommandInput>, string]>([
    [row('no audience', 'A.2 webIdentityTokenAudienceListType'), { Audience: [] }, 'ValidationError'],
    [
      row('eleven audiences', 'A.2 webIdentityTokenAudienceListType'),
      { Audience: Array.from({ length: 11 }, (_, n) => `a${n}`) },
      'ValidationError',
    ],
    [
      row('an audience that is too long', 'A.2 webIdentityTokenAudienceListType'),
      { Audience: ['a'.repeat(1001)] },
      'ValidationError',
    ],
    [row('59 seconds', 'A.2 webIdentityTokenDurationSecondsType'), { DurationSeconds: 59 }, 'ValidationError'],
    [row('3601 seconds', 'A.2 webIdentityTokenDurationSecondsType'), { DurationSeconds: 3601 }, 'ValidationError'],
    [row('another algorithm', 'A.5 GetWebIdentityToken issuer'), { SigningAlgorithm: 'ES256' }, 'ValidationError'],
    [
      row('tags that make it too large', 'A.4 JWTPayloadSizeExceededException', 'A.5 GetWebIdentityToken payload'),
      { Tags: Array.from({ length: 50 }, (_, n) => ({ Key: `${'k'.repeat(120)}${n}`, Value: 'v'.repeat(256) })) },
      'JWTPayloadSizeExceededException',
    ],
  ])('refuses %s', async (_, more, code) => {
    expect(await errorOf(ask(MIA, more))).toBe(code)
  })

  it('refuses a token that would outlive the session', holds('A.4 SessionDurationEscalationException'), async () => {
    const session = await auditor(900)
    expect(await errorOf(ask(session, { DurationSeconds: 901 }))).toBe('SessionDurationEscalationException')
    expect((await ask(session, { DurationSeconds: 890 })).WebIdentityToken).toMatch(/^ey/)
  })

  it('does not answer to credentials of GetSessionToken', holds('A.5 GetSessionToken may call'), async () => {
    const { Credentials } = await stsAt(aws.url, MIA).send(new GetSessionTokenCommand({}))
    expect(await errorOf(ask(keyOf(Credentials)))).toBe('AccessDenied')
  })

  it('has no operation at the global endpoint', holds('A.5 GetWebIdentityToken global endpoint'), async () => {
    const call = stsAt(aws.url, MIA, 'sts.amazonaws.com', 'us-east-1').send(
      new GetWebIdentityTokenCommand({ Audience: [API], SigningAlgorithm: 'RS256' }),
    )
    expect(await errorOf(call)).toBe('InvalidAction')
  })

  it(
    'needs the account to enable it, once, and ends when the account disables it',
    holds('A.5 GetWebIdentityToken enabled', 'A.4 OutboundWebIdentityFederationDisabledException'),
    async () => {
      const fresh = await start(organizationState())
      try {
        const call = () =>
          stsAt(fresh.url, MIA).send(new GetWebIdentityTokenCommand({ Audience: [API], SigningAlgorithm: 'ES384' }))
        const iam = iamAt(fresh.url, MIA)
        expect(await errorOf(call())).toBe('OutboundWebIdentityFederationDisabledException')
        expect(await errorOf(iam.send(new GetOutboundWebIdentityFederationInfoCommand({})))).toBe(
          'FeatureDisabledException',
        )
        const { IssuerIdentifier } = await iam.send(new EnableOutboundWebIdentityFederationCommand({}))
        expect(await errorOf(iam.send(new EnableOutboundWebIdentityFederationCommand({})))).toBe(
          'FeatureEnabledException',
        )
        expect(await iam.send(new GetOutboundWebIdentityFederationInfoCommand({}))).toMatchObject({
          IssuerIdentifier,
          JwtVendingEnabled: true,
        })
        const { WebIdentityToken = '' } = await call()
        await iam.send(new DisableOutboundWebIdentityFederationCommand({}))
        expect(await errorOf(iam.send(new DisableOutboundWebIdentityFederationCommand({})))).toBe(
          'FeatureDisabledException',
        )
        expect(await errorOf(call())).toBe('OutboundWebIdentityFederationDisabledException')
        expect((await verified(WebIdentityToken, IssuerIdentifier ?? '')).payload.sub).toBe(MIA.arn)
      } finally {
        await fresh.close()
      }
    },
  )

  it('is in the trail without the token', async () => {
    const { WebIdentityToken = '' } = await ask(MIA, { Tags: JOB })
    const { Records = [] } = (await (await fetch(`${aws.url}/cloudtrail?limit=1`)).json()) as { Records?: unknown[] }
    expect(Records).toMatchObject([
      {
        eventName: 'GetWebIdentityToken',
        requestParameters: { audience: [API], signingAlgorithm: 'ES384', tags: [{ key: 'job', value: 'nightly' }] },
      },
    ])
    expect(JSON.stringify(Records)).not.toContain(WebIdentityToken.slice(0, 40))
    expect(aws.lines.join()).not.toContain(WebIdentityToken.slice(0, 40))
  })

  it.each(['/outbound/', '/outbound/00000000-0000-4000-8000-000000000000/.well-known/jwks.json'])(
    'publishes nothing at %s',
    async (path) => {
      expect((await fetch(`${aws.url}${path}`)).status).toBe(404)
    },
  )

  it('is refused unsigned', async () => {
    const body = new URLSearchParams({ Version: '2011-06-15', Action: 'GetWebIdentityToken' })
    expect((await fetch(aws.url, { method: 'POST', body })).status).toBe(403)
    expect((await signedCall(aws.url, MIA, { Action: 'GetWebIdentityToken' })).status).toBe(400)
  })
})
