import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { errorIn, type Key, keyIn, roleArn, signedCall } from './signed-calls.ts'
import {
  ACCOUNT,
  ATTRIBUTE,
  attributesFor,
  base64,
  call,
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
  type WireAnswer,
} from './support.ts'

const keys = await newKeys()
let provider: OpenIdProvider
let aws: Running
beforeAll(async () => {
  provider = await startOpenIdProvider()
  aws = await start(withNextRoles(stateFor(keys, provider.url)))
})
afterAll(async () => {
  await aws.close()
  await provider.close()
})

const next = (name: string, from: string, condition: Readonly<Record<string, unknown>> = {}) => ({
  arn: roleArn(name),
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: from },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        ...(Object.keys(condition).length === 0 ? {} : { Condition: { StringEquals: condition } }),
      },
    ],
  },
})

const mayGoOn = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] }

/** The session's own Team goes before it, whichever way it is written (D.1). */
const OF_THE_ROLE = { team: 'of-the-role', Stage: 'test' }

/** Roles that are taken from a federated one, by what is known of the user there. */
const withNextRoles = (state: LocalAwsState): LocalAwsState => {
  const issuer = provider.url.replace('http://', '')
  return {
    ...state,
    roles: [
      ...state.roles.map((role) =>
        role.arn === TAGGED_ROLE ? { ...role, policies: { mayGoOn }, tags: OF_THE_ROLE } : role,
      ),
      next('ForAlice', ROLE, { 'saml:sub': 'alice', 'saml:sub_type': 'persistent', 'aws:FederatedProvider': PROVIDER }),
      next('ForBob', ROLE, { 'saml:sub': 'bob' }),
      next('ByRecipient', ROLE, { 'saml:aud': 'https://signin.aws.amazon.com/saml' }),
      next('AfterAlice', roleArn('ForAlice'), { 'saml:sub': 'alice' }),
      next('ForToken', WEB_ROLE, { [`${issuer}:sub`]: 'alice-1', [`${issuer}:aud`]: 'fedgate' }),
      next('ByAzp', WEB_ROLE, { [`${issuer}:azp`]: 'fedgate' }),
      next('ForTagged', TAGGED_ROLE, {
        'aws:PrincipalTag/Team': 'a',
        'aws:PrincipalTag/Stage': 'test',
        'aws:SourceIdentity': 'alice',
      }),
    ],
  }
}

type Parameters = Readonly<Record<string, string>>

const bySaml = async (attributes = attributesFor(), role = ROLE, more: Parameters = {}): Promise<Key> =>
  keyIn(
    await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: role,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(new Date(), { attributes }), keys)),
      ...more,
    }),
  )

const byToken = async (claims: Readonly<Record<string, unknown>> = {}): Promise<Key> =>
  keyIn(
    await call(aws.url, {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: WEB_ROLE,
      RoleSessionName: 'token',
      WebIdentityToken: await provider.token(claims),
    }),
  )

const assume = (key: Key, role: string, more: Parameters = {}): Promise<WireAnswer> =>
  signedCall(aws.url, key, { Action: 'AssumeRole', RoleArn: roleArn(role), RoleSessionName: 'next', ...more })

describe('From a federated session to the next role', () => {
  it.each([
    ['ForAlice', 'whose trust policy asks who she is', 200],
    ['ForBob', 'that is for somebody else', 403],
    ['ByRecipient', 'that asks for a key of the first call alone', 403],
  ])('a SAML session and the role %s, %s', async (role, _, status) => {
    expect((await assume(await bySaml(), role)).status).toBe(status)
  })

  it('the user stays known through the whole chain', async () => {
    const second = keyIn(await assume(await bySaml(), 'ForAlice'))
    expect((await assume(second, 'AfterAlice')).status).toBe(200)
  })

  it.each([
    ['ForToken', 200],
    ['ByAzp', 403],
  ])('a session of a token and the role %s', async (role, status) => {
    expect((await assume(await byToken({ azp: 'fedgate' }), role)).status).toBe(status)
  })

  it('the session of a second role is an hour at most, though the first session had twelve', async () => {
    expect((await assume(await bySaml(), 'ForAlice', { DurationSeconds: '3601' })).error).toContain('role chaining')
  })

  const tagged = {
    ...attributesFor(TAGGED_ROLE),
    [`${ATTRIBUTE}PrincipalTag:Team`]: ['a'],
    [`${ATTRIBUTE}TransitiveTagKeys`]: ['Team'],
    [`${ATTRIBUTE}SourceIdentity`]: ['alice'],
  }

  it("tags and source identity of the assertion are the caller's, and what is fixed stays", async () => {
    const key = await bySaml(tagged, TAGGED_ROLE)
    const answer = await assume(key, 'ForTagged')
    expect([answer.status, answer.element('SourceIdentity')]).toEqual([200, 'alice'])
    expect(errorIn(await assume(key, 'ForTagged', { SourceIdentity: 'mallory' }))).toContain('sts:SetSourceIdentity')
    const tags = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'b' }
    expect((await assume(key, 'ForTagged', tags)).element('Code')).toBe('InvalidParameterValue')
  })

  it('a session policy of the first call narrows what the session may take', async () => {
    const Policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    expect(errorIn(await assume(await bySaml(attributesFor(), ROLE, { Policy }), 'ForAlice'))).toBe(
      `AccessDenied: User: arn:aws:sts::${ACCOUNT}:assumed-role/Developer/alice@example.com is not authorized to perform: sts:AssumeRole on resource: ${roleArn('ForAlice')} because no session policy allows the sts:AssumeRole action`,
    )
  })
})
