import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import {
  DORA,
  EVA,
  EVAS_MFA,
  errorIn,
  FRED,
  type Key,
  keyIn,
  MFA,
  ROOT,
  roleArn,
  signedCall,
  signedState,
  tagParameters,
} from './signed-calls.ts'
import { ACCOUNT, type Running, start, type WireAnswer, withLocalAws } from './support.ts'

let clock = new Date()
const aws = withLocalAws(() => start(signedState(), () => clock))

type Parameters = Readonly<Record<string, string>>

const call = (key: Key, Action: string, more: Parameters = {}): Promise<WireAnswer> =>
  signedCall(aws.url, key, { Action, ...more })
const federate = (key: Key, more: Parameters = {}) => call(key, 'GetFederationToken', { Name: 'guest', ...more })
const whoIs = async (key: Key): Promise<WireAnswer> => call(key, 'GetCallerIdentity')

const seconds = (answer: WireAnswer): number =>
  Date.parse(answer.element('Expiration') ?? '') / 1000 - Math.floor(clock.getTime() / 1000)

/** The name of a role, by IAM, or the error of asking. */
const roleSeenBy = (credentials: Key): Promise<string | undefined> =>
  new IAMClient({ region: 'us-east-1', endpoint: aws.url, credentials, maxAttempts: 1 })
    .send(new GetRoleCommand({ RoleName: 'Hour' }))
    .then(
      ({ Role }) => Role?.RoleName,
      (error: Error) => error.name,
    )

const allowing = (action: string): Parameters => ({
  Policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] }),
})

describe('GetSessionToken', () => {
  it(
    'gives twelve hours of oneself, with no permission and nothing but credentials',
    holds('A.5 GetSessionToken answer', 'A.5 GetSessionToken no permission', 'A.5 GetCallerIdentity user'),
    async () => {
      const answer = await call(DORA, 'GetSessionToken')
      expect(answer.text).toMatch(
        /<GetSessionTokenResult><Credentials>.*<\/Credentials><SessionTokenUtilization>\d+<\/SessionTokenUtilization><SessionTokenSize>\d+<\/SessionTokenSize><\/GetSessionTokenResult>/s,
      )
      expect(seconds(answer)).toBe(43_200)
      const who = await whoIs(keyIn(answer))
      expect(who.element('Arn')).toBe(DORA.arn)
      expect(who.element('UserId')).toMatch(/^AIDA[A-Z2-7]{17}$/)
    },
  )

  it.each([
    ['a user gets 36 hours', DORA, '129600', 129_600],
    ['a user gets a quarter of an hour', DORA, '900', 900],
    ['a root user gets an hour', ROOT, undefined, 3600],
    ['a root user gets no more than that', ROOT, '7200', 3600],
    ['a root user gets less', ROOT, '900', 900],
  ])(
    'lasts as long as was asked for, within limits: %s',
    holds('A.5 GetSessionToken durations'),
    async (_, key, duration, expected) => {
      const answer = await call(key, 'GetSessionToken', duration === undefined ? {} : { DurationSeconds: duration })
      expect(seconds(answer)).toBe(expected)
    },
  )

  it.each([
    ['899', 'greater than or equal to 900'],
    ['129601', 'less than or equal to 129600'],
  ])('refuses %s seconds', holds('A.2 durationSecondsType'), async (value, constraint) => {
    expect((await call(DORA, 'GetSessionToken', { DurationSeconds: value })).error).toBe(
      `ValidationError: 1 validation error detected: Value '${value}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${constraint}`,
    )
  })

  it('remembers a code of an MFA device', async () => {
    const assume = (key: Key) => call(key, 'AssumeRole', { RoleArn: roleArn('Mfa'), RoleSessionName: 'try' })
    expect((await assume(keyIn(await call(DORA, 'GetSessionToken', MFA)))).status).toBe(200)
    expect((await assume(keyIn(await call(DORA, 'GetSessionToken')))).status).toBe(403)
    expect((await assume(DORA)).status).toBe(403)
  })

  it('refuses a wrong code', async () => {
    expect((await call(DORA, 'GetSessionToken', { ...MFA, TokenCode: '000000' })).error).toBe(
      'AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    )
  })

  it(
    'gives credentials that take roles, for an hour',
    holds('A.5 GetSessionToken may call', 'A.4 ValidationError chaining'),
    async () => {
      const key = keyIn(await call(EVA, 'GetSessionToken'))
      const asked = { RoleArn: roleArn('path/ByName'), RoleSessionName: 'try' }
      expect((await call(key, 'AssumeRole', asked)).status).toBe(200)
      expect((await call(key, 'AssumeRole', { ...asked, DurationSeconds: '3601' })).error).toContain('role chaining')
    },
  )

  it(
    'gives credentials that call IAM where an MFA code came along',
    holds('A.5 GetSessionToken may call'),
    async () => {
      expect(await roleSeenBy(EVA)).toBe('Hour')
      expect(await roleSeenBy(keyIn(await call(EVA, 'GetSessionToken', EVAS_MFA)))).toBe('Hour')
      expect(await roleSeenBy(keyIn(await call(EVA, 'GetSessionToken')))).toBe('AccessDenied')
    },
  )

  it.each([
    ['GetSessionToken', {}, 'AccessDenied: Cannot call GetSessionToken with session credentials'],
    ['GetFederationToken', { Name: 'guest' }, 'AccessDenied: Cannot call GetFederationToken with session credentials'],
    [
      'GetAccessKeyInfo',
      { AccessKeyId: 'ASIAY34FZKBOKMUTVV7A' },
      `AccessDenied: User: ${EVA.arn} is not authorized to perform: sts:GetAccessKeyInfo on resource: *`,
    ],
  ])(
    'GetSessionToken returns credentials that do not call %s, whatever the policies of the user say',
    holds('A.5 GetSessionToken may call'),
    async (action, more, error) => {
      const key = keyIn(await call(EVA, 'GetSessionToken'))
      expect(errorIn(await call(key, action, more))).toBe(error)
    },
  )
})

describe('GetFederationToken', () => {
  it(
    'gives twelve hours under a name of its own',
    holds('A.5 GetFederationToken answer', 'A.5 GetCallerIdentity federated user'),
    async () => {
      const answer = await federate(EVA)
      const arn = `arn:aws:sts::${ACCOUNT}:federated-user/guest`
      expect(answer.element('FederatedUserId')).toBe(`${ACCOUNT}:guest`)
      expect(answer.element('Arn')).toBe(arn)
      expect(answer.element('PackedPolicySize')).toBe('0')
      expect(seconds(answer)).toBe(43_200)
      const who = await whoIs(keyIn(answer))
      expect([who.element('Arn'), who.element('UserId')]).toEqual([arn, `${ACCOUNT}:guest`])
    },
  )

  it(
    'GetFederationToken has an id of the account and a name of up to 32 characters',
    holds('A.2 assumedRoleIdType'),
    async () => {
      const Name = 'a_Z9+=,.@-'.padEnd(32, 'x')
      expect((await federate(EVA, { Name })).element('FederatedUserId')).toBe(`${ACCOUNT}:${Name}`)
    },
  )

  it.each([
    ['a user gets 36 hours', EVA, '129600', 129_600],
    ['a root user asks for a day and gets an hour', ROOT, '86400', 3600],
    ['a root user says nothing and gets an hour', ROOT, undefined, 3600],
  ])(
    'lasts as long as was asked for, within limits: %s',
    holds('A.5 GetFederationToken durations'),
    async (_, key, duration, expected) => {
      expect(seconds(await federate(key, duration === undefined ? {} : { DurationSeconds: duration }))).toBe(expected)
    },
  )

  it('needs a permission', async () => {
    expect(errorIn(await federate(DORA))).toBe(
      `AccessDenied: User: ${DORA.arn} is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${ACCOUNT}:federated-user/guest because no identity-based policy allows the sts:GetFederationToken action`,
    )
  })

  it('takes tags, with a permission for them, and weighs them', holds('A.5 GetFederationToken tags'), async () => {
    const tags = tagParameters({ Team: 'a', Empty: '' })
    expect(Number((await federate(EVA, tags)).element('PackedPolicySize'))).toBe(3)
    expect(errorIn(await federate(FRED, tags))).toContain('sts:TagSession')
    expect((await federate(FRED)).status).toBe(200)
  })

  it(
    'GetFederationToken has no transitive tags: the parameter is one that it does not know',
    holds('A.1 unknown parameters'),
    async () => {
      expect((await federate(EVA, tagParameters({ Team: 'a' }, 'Stage'))).status).toBe(200)
    },
  )

  it.each([
    [
      'of one character',
      'x',
      "Value 'x' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      'of 33',
      'x'.repeat(33),
      `Value '${'x'.repeat(33)}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 32`,
    ],
    [
      'with a blank',
      'a b',
      "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
  ])('refuses a name %s', holds('A.2 userNameType'), async (_, Name, violation) => {
    expect((await federate(EVA, { Name })).error).toBe(`ValidationError: 1 validation error detected: ${violation}`)
  })

  it.each([
    ['{"Version":"2012-10-17"}', 'MalformedPolicyDocument'],
    ['x'.repeat(2049), 'ValidationError'],
  ])('refuses the policy %s', holds('A.2 sessionPolicyDocumentType'), async (Policy, code) => {
    expect((await federate(EVA, { Policy })).element('Code')).toBe(code)
  })

  it.each([
    ['AssumeRole', { RoleArn: roleArn('ByAccount'), RoleSessionName: 'try' }],
    ['GetAccessKeyInfo', { AccessKeyId: 'ASIAY34FZKBOKMUTVV7A' }],
    ['GetFederationToken', { Name: 'other' }],
    ['GetSessionToken', {}],
  ])(
    'gives credentials that do not call %s, whatever policy was passed',
    holds('A.5 GetFederationToken may call', 'A.5 GetFederationToken no policy'),
    async (action, more) => {
      expect((await call(keyIn(await federate(EVA, allowing('*'))), action, more)).element('Code')).toBe('AccessDenied')
      expect((await call(keyIn(await federate(EVA)), action, more)).element('Code')).toBe('AccessDenied')
    },
  )
})

/** Keys of the call itself, in the policy of who calls (the table of condition keys: GetFederationToken, TagSession). */
describe('A permission for GetFederationToken by its tags', () => {
  const Condition = {
    StringEquals: { 'aws:RequestTag/Team': 'a', 'aws:PrincipalTag/Unit': 'north' },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team', 'Stage'] },
  }
  let own: Running
  beforeAll(async () => {
    const state = signedState()
    const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
    const tagged = {
      Version: '2012-10-17',
      Statement: [allow('sts:GetFederationToken', { Condition }), allow('sts:TagSession', { Condition })],
    }
    const users = state.users.map((one) =>
      one.arn === DORA.arn ? { ...one, policies: { tagged }, tags: { Unit: 'north' } } : one,
    )
    own = await start({ ...state, users })
  })
  afterAll(() => own.close())

  it.each([
    ['the tag that is wanted', { Team: 'a' }, 200],
    ['another that may be there', { Team: 'a', Stage: 'x' }, 200],
    ['another value', { Team: 'b' }, 403],
    ['a key too many', { Team: 'a', Admin: 'yes' }, 403],
    ['no tag', {}, 403],
  ])('looks at %s', async (_, tags, status) => {
    const asked = { Action: 'GetFederationToken', Name: 'guest', ...tagParameters(tags) }
    expect((await signedCall(own.url, DORA, asked)).status).toBe(status)
  })
})

describe('The credentials of GetFederationToken', () => {
  it('call no IAM, whatever policy was passed', holds('A.5 GetFederationToken may call'), async () => {
    expect(await roleSeenBy(keyIn(await federate(EVA, allowing('*'))))).toBe('AccessDenied')
  })
})

describe('GetCallerIdentity', () => {
  it('says who the root user is', holds('A.5 GetCallerIdentity root'), async () => {
    const who = await whoIs(ROOT)
    expect([who.element('Arn'), who.element('UserId')]).toEqual([ROOT.arn, ACCOUNT])
  })

  it('GetCallerIdentity is denied by no policy', holds('A.5 GetCallerIdentity never denied'), async () => {
    const denying = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    })
    expect((await whoIs(keyIn(await federate(EVA, { Policy: denying })))).status).toBe(200)
  })
})

describe('Credentials', () => {
  it('end when they say', holds('A.4 ExpiredToken'), async () => {
    const key = keyIn(await call(DORA, 'GetSessionToken', { DurationSeconds: '900' }))
    const before = clock
    try {
      // The SDK signs by the real clock, of which the skew of a quarter of an hour lets the server's be ahead.
      clock = new Date(before.getTime() + 899_000)
      expect((await whoIs(key)).status).toBe(200)
      clock = new Date(Math.floor(before.getTime() / 1000) * 1000 + 900_000)
      expect((await whoIs(key)).error).toBe('ExpiredToken: The security token included in the request is expired')
    } finally {
      clock = before
    }
  })
})

describe('What are permissions and no calls', () => {
  it.each(['TagSession', 'SetSourceIdentity', 'SetContext', 'GetServiceBearerToken', 'TagGetWebIdentityToken'])(
    '%s is no action',
    holds('A.4 InvalidAction', 'A.5 TagSession', 'A.5 GetServiceBearerToken'),
    async (action) => {
      const answer = await call(EVA, action)
      expect([answer.status, answer.error]).toEqual([
        400,
        `InvalidAction: Could not find operation ${action} for version 2011-06-15`,
      ])
    },
  )
})
