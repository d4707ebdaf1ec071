import { describe, expect, it } from 'vitest'
import { holds, itEach, row } from '../held/holds.ts'
import {
  DORA,
  EVA,
  errorIn,
  FRED,
  GINA,
  HUGO,
  type Key,
  keyIn,
  MFA,
  ROOT,
  roleArn,
  signedCall,
  signedState,
  tagParameters,
} from './signed-calls.ts'
import { ACCOUNT, start, type WireAnswer, withLocalAws } from './support.ts'

const clock = new Date()
const aws = withLocalAws(() => start(signedState(), () => clock))

type Parameters = Readonly<Record<string, string>>

const assume = (key: Key, role: string, more: Parameters = {}): Promise<WireAnswer> =>
  signedCall(aws.url, key, { Action: 'AssumeRole', RoleArn: roleArn(role), RoleSessionName: 'try', ...more })

const whoIs = async (key: Key): Promise<string | undefined> =>
  (await signedCall(aws.url, key, { Action: 'GetCallerIdentity' })).element('Arn')

const seconds = (answer: WireAnswer): number =>
  Date.parse(answer.element('Expiration') ?? '') / 1000 - Math.floor(clock.getTime() / 1000)

const notAuthorized = (who: string, action: string, role: string): string =>
  `AccessDenied: User: ${who} is not authorized to perform: ${action} on resource: ${roleArn(role)}`

const session = (role: string): string => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/try`

describe('AssumeRole gives', () => {
  it(
    'an hour in the role, and nothing more than was asked for',
    holds('A.5 AssumeRole required', 'A.5 AssumeRole answer', 'A.5 PackedPolicySize absent'),
    async () => {
      const answer = await assume(DORA, 'path/ByName')
      expect(answer.element('Arn')).toBe(session('ByName'))
      expect(answer.element('AssumedRoleId')).toMatch(/^AROA[A-Z2-7]{17}:try$/)
      expect(seconds(answer)).toBe(3600)
      expect(answer.text).not.toMatch(/PackedPolicySize|SourceIdentity/)
      expect(await whoIs(keyIn(answer))).toBe(session('ByName'))
    },
  )

  it('AssumeRole gives twelve hours where the role has them', async () => {
    expect(seconds(await assume(DORA, 'path/ByName', { DurationSeconds: '43200' }))).toBe(43_200)
  })

  it('AssumeRole gives the packed size of tags and policies, and the source identity', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    })
    const answer = await assume(DORA, 'path/ByName', {
      ...tagParameters({ Team: 'a', Empty: '' }, 'Team'),
      Policy: policy,
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      SourceIdentity: 'dora@example.com',
    })
    expect(Number(answer.element('PackedPolicySize'))).toBeGreaterThan(0)
    expect(answer.element('SourceIdentity')).toBe('dora@example.com')
  })

  it('AssumeRole gives a role to the other account with its external id', async () => {
    expect((await assume(GINA, 'Partner', { ExternalId: 'contract-7' })).element('Arn')).toBe(session('Partner'))
  })

  it('AssumeRole gives a role for a code of an MFA device', async () => {
    expect((await assume(DORA, 'Mfa', MFA)).element('Arn')).toBe(session('Mfa'))
  })

  it('AssumeRole gives a role whose trust policy asks for a tag', async () => {
    expect((await assume(DORA, 'ForTeamA', tagParameters({ Team: 'a' }))).status).toBe(200)
    expect((await assume(DORA, 'ForTeamA', tagParameters({ Team: 'b' }))).status).toBe(403)
    expect((await assume(DORA, 'ForTeamA')).status).toBe(403)
  })

  it('AssumeRole gives contexts of another service nothing but a check of their form and their permission', async () => {
    const contexts = { 'ProvidedContexts.member.1.ProviderArn': 'arn:aws:iam::aws:contextProvider/IdentityCenter' }
    expect(errorIn(await assume(DORA, 'path/ByName', contexts))).toContain('sts:SetContext')
    expect(
      errorIn(await assume(DORA, 'path/ByName', { 'ProvidedContexts.member.1.ProviderArn': 'not-an-arn-but-long' })),
    ).toContain('failed to satisfy constraint')
  })
})

describe("AssumeRole's policies", holds('A.5 AssumeRole same account', 'A.5 AssumeRole other account'), () => {
  it.each([
    ['a user that the trust policy names needs no policy of his own', DORA, 'path/ByName', {}, 200],
    ['a user of an account that the trust policy names needs one', DORA, 'ByAccount', {}, 403],
    ['and has it', EVA, 'ByAccount', {}, 200],
    ['the account may be written as its root', EVA, 'ByRoot', {}, 200],
    ['which is no permission either', DORA, 'ByRoot', {}, 403],
    ["another account's user needs his own policy too", HUGO, 'Partner', { ExternalId: 'contract-7' }, 403],
    ['even where the trust policy names him', HUGO, 'Nobody', {}, 403],
    ['and the trust policy', GINA, 'Nobody', {}, 403],
    ['with its conditions', GINA, 'Partner', { ExternalId: 'contract-8' }, 403],
    ['none of which may be absent', GINA, 'Partner', {}, 403],
    [
      'and for tags as well',
      GINA,
      'Partner',
      { ExternalId: 'contract-7', 'Tags.member.1.Key': 'Team', 'Tags.member.1.Value': 'a' },
      403,
    ],
    ["a Deny of the user's own policy counts though the trust policy names him", FRED, 'path/ByName', {}, 403],
    ['and so does one of the trust policy', EVA, 'Denied', {}, 403],
    ['but not for others', FRED, 'Denied', {}, 200],
  ] as const)('AssumeRole decides by the policies: %s', async (_, key, role, more, status) => {
    expect((await assume(key, role, more)).status).toBe(status)
  })
})

describe('AssumeRole refuses', () => {
  const longPolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: `arn:aws:s3:::${'x'.repeat(2100)}` }],
  })
  const tooManyTags = tagParameters(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, ''])))

  itEach<[Key, string, Parameters, string]>([
    [
      row(
        'a caller that no policy allows, naming the kind of policy that would need to',
        'A.4 AccessDenied AssumeRole',
        'A.4 AccessDenied implicit deny',
      ),
      DORA,
      'Nobody',
      {},
      `${notAuthorized(DORA.arn, 'sts:AssumeRole', 'Nobody')} because no role trust policy allows the sts:AssumeRole action`,
    ],
    [
      'a caller without a policy where the trust policy leaves it to the account',
      DORA,
      'ByAccount',
      {},
      `${notAuthorized(DORA.arn, 'sts:AssumeRole', 'ByAccount')} because no identity-based policy allows the sts:AssumeRole action`,
    ],
    [
      row('a caller that the trust policy denies', 'A.4 AccessDenied explicit deny'),
      EVA,
      'Denied',
      {},
      `${notAuthorized(EVA.arn, 'sts:AssumeRole', 'Denied')} with an explicit deny in the role trust policy`,
    ],
    [
      'a caller that its own policy denies',
      FRED,
      'path/ByName',
      {},
      `${notAuthorized(FRED.arn, 'sts:AssumeRole', 'path/ByName')} with an explicit deny in an identity-based policy`,
    ],
    [
      "a stranger, without a word on the account's policies",
      GINA,
      'Denied',
      {},
      notAuthorized(GINA.arn, 'sts:AssumeRole', 'Denied'),
    ],
    ['a role that does not exist', EVA, 'Missing', {}, notAuthorized(EVA.arn, 'sts:AssumeRole', 'Missing')],
    [
      row('tags where the trust policy has no TagSession', 'A.4 AccessDenied AssumeRole TagSession'),
      DORA,
      'NoTags',
      tagParameters({ Team: 'a' }),
      `${notAuthorized(DORA.arn, 'sts:TagSession', 'NoTags')} because no role trust policy allows the sts:TagSession action`,
    ],
    [
      'a source identity where it has no SetSourceIdentity',
      DORA,
      'NoTags',
      { SourceIdentity: 'dora' },
      `${notAuthorized(DORA.arn, 'sts:SetSourceIdentity', 'NoTags')} because no role trust policy allows the sts:SetSourceIdentity action`,
    ],
    [
      row('the root user', 'A.4 AccessDenied root', 'A.5 AssumeRole root'),
      ROOT,
      'path/ByName',
      {},
      'AccessDenied: Roles may not be assumed by root accounts.',
    ],
    [
      row('a wrong code', 'A.4 AccessDenied MFA'),
      DORA,
      'Mfa',
      { ...MFA, TokenCode: '654321' },
      'AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    ],
    [
      'a code without the device',
      DORA,
      'Mfa',
      { TokenCode: '123456' },
      'AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    ],
    [
      'the device of somebody else',
      EVA,
      'ByAccount',
      MFA,
      'AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    ],
    [
      row("more than the role's maximum", 'A.5 AssumeRole maximum', 'A.4 ValidationError role maximum'),
      DORA,
      'Hour',
      { DurationSeconds: '3601' },
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    [
      row('keys of tags that differ in case only', 'A.4 InvalidParameterValue duplicate'),
      DORA,
      'path/ByName',
      tagParameters({ Team: 'a', TEAM: 'b' }),
      'InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      row('a transitive key without its tag', 'A.4 InvalidParameterValue transitive'),
      DORA,
      'path/ByName',
      tagParameters({ Team: 'a' }, 'Stage'),
      'InvalidParameterValue: The specified transitive tag key must be included in the requested tags.',
    ],
    [
      "a key that is AWS's own",
      DORA,
      'path/ByName',
      tagParameters({ 'aws:team': 'a' }),
      'ValidationError: aws: prefixed tag key names are not allowed for external use.',
    ],
    [
      row('a source identity that is reserved', 'A.2 sourceIdentityType'),
      DORA,
      'path/ByName',
      { SourceIdentity: 'aws:dora' },
      "ValidationError: 1 validation error detected: Value 'aws:dora' at 'sourceIdentity' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      row('fifty-one tags', 'A.2 tagListType'),
      DORA,
      'path/ByName',
      tooManyTags,
      "ValidationError: 1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      row('a policy that is no JSON', 'A.4 MalformedPolicyDocument'),
      DORA,
      'path/ByName',
      { Policy: '{' },
      'MalformedPolicyDocument: This policy contains invalid Json',
    ],
    [
      'a policy without a resource',
      DORA,
      'path/ByName',
      { Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}' },
      'MalformedPolicyDocument: Policy statement must contain resources.',
    ],
    [
      'a policy with a principal',
      DORA,
      'path/ByName',
      {
        Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
      },
      'MalformedPolicyDocument: Has prohibited field Principal',
    ],
    [
      row(
        'a policy that is too large when packed',
        'A.4 PackedPolicyTooLarge policy',
        'A.2 unrestrictedSessionPolicyDocumentType',
      ),
      DORA,
      'path/ByName',
      { Policy: longPolicy },
      `PackedPolicyTooLarge: Packed policy consumes ${Math.ceil((100 * longPolicy.length) / 2048)}% of allotted space, please use smaller policy.`,
    ],
    [
      row('tags that are too large when packed', 'A.4 PackedPolicyTooLarge'),
      DORA,
      'path/ByName',
      tagParameters({ T1: 'a'.repeat(250), T2: 'a'.repeat(250) }),
      'PackedPolicyTooLarge: Packed size of session tags consumes 111% of allotted space.',
    ],
  ])('AssumeRole refuses %s', async (_, key, role, more, error) => {
    expect(errorIn(await assume(key, role, more))).toBe(error)
  })

  it.each([
    'nothing-valid-in-here',
    'arn::b:::something/test-role',
    'arn:a::::something/test-role',
    'arn:a:::something/test-role',
    'arn:a:a::aaaaaaaaaa:',
  ])('AssumeRole refuses %s, which is no ARN', holds('A.3 no ARN'), async (arn) => {
    expect((await assume(DORA, '', { RoleArn: arn })).error).toBe(`ValidationError: ${arn} is invalid`)
  })

  it('AssumeRole refuses an unsigned call', holds('A.1 signed'), async () => {
    const response = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15' }),
    })
    expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>')
  })

  it(
    'AssumeRole refuses the names of members of lists as the model has them',
    holds('A.3 member of a list', 'A.2 tagKeyType', 'A.2 tagValueType'),
    async () => {
      const { error } = await assume(DORA, 'path/ByName', {
        'Tags.member.1.Key': 'a<b',
        'Tags.member.1.Value': 'x'.repeat(257),
        'Tags.member.2.Key': 'k',
      })
      expect(error).toBe(
        [
          "ValidationError: 3 validation errors detected: Value 'a<b' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
          `Value '${'x'.repeat(257)}' at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256`,
          "Value at 'tags.2.member.value' failed to satisfy constraint: Member must not be null",
        ].join('; '),
      )
    },
  )
})

describe('A chain of roles', () => {
  const first = async (more: Parameters = {}, role = 'path/ByName'): Promise<Key> =>
    keyIn(await assume(DORA, role, more))

  it(
    'goes on for an hour at most, and does not shorten what asks for more',
    holds('A.5 AssumeRole chaining', 'A.4 ValidationError chaining'),
    async () => {
      const key = await first()
      expect(seconds(await assume(key, 'Next', { DurationSeconds: '3600' }))).toBe(3600)
      expect((await assume(key, 'Next', { DurationSeconds: '3601' })).error).toBe(
        'ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      )
    },
  )

  it('keeps transitive tags for ever and others for one step', async () => {
    const tags = tagParameters({ Team: 'a', Stage: 'x' }, 'Team')
    const second = keyIn(await assume(await first(tags), 'NextOfTeamA'))
    expect(await whoIs(second)).toBe(session('NextOfTeamA'))
    expect((await assume(await first(tagParameters({ Team: 'a' })), 'NextOfTeamA')).status).toBe(403)
  })

  it.each([
    ['another value', { Team: 'b' }],
    ['another case', { TEAM: 'a' }],
    ['the very same', { Team: 'a' }],
  ])('refuses a transitive tag with %s', holds('A.4 InvalidParameterValue inherited'), async (_, tags) => {
    const key = await first(tagParameters({ Team: 'a' }, 'Team'))
    expect((await assume(key, 'Next', tagParameters(tags))).error).toBe(
      "InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  })

  it('needs TagSession for the tags that it inherits', async () => {
    const tagged = await first(tagParameters({ Team: 'a' }, 'Team'))
    expect(errorIn(await assume(tagged, 'NextNoTags'))).toBe(
      `${notAuthorized(session('ByName'), 'sts:TagSession', 'NextNoTags')} because no role trust policy allows the sts:TagSession action`,
    )
    const untransitive = await first(tagParameters({ Team: 'a' }))
    expect((await assume(untransitive, 'NextNoTags')).status).toBe(200)
  })

  it('keeps the source identity, which may be said again and not changed', async () => {
    const key = await first({ SourceIdentity: 'dora' })
    expect((await assume(key, 'Next')).element('SourceIdentity')).toBe('dora')
    expect((await assume(key, 'Next', { SourceIdentity: 'dora' })).element('SourceIdentity')).toBe('dora')
    expect(errorIn(await assume(key, 'Next', { SourceIdentity: 'eva' }))).toBe(
      notAuthorized(session('ByName'), 'sts:SetSourceIdentity', 'Next'),
    )
  })

  it("wants SetSourceIdentity in the role's own policy as well", async () => {
    const key = await first({ SourceIdentity: 'dora' }, 'Hour')
    expect(errorIn(await assume(key, 'Next'))).toBe(
      `${notAuthorized(session('Hour'), 'sts:SetSourceIdentity', 'Next')} because no identity-based policy allows the sts:SetSourceIdentity action`,
    )
  })

  it("takes roles that trust the account by the role's policy", async () => {
    expect((await assume(await first(), 'NextByAccount')).status).toBe(200)
    expect((await assume(await first({}, 'Hour'), 'NextByAccount')).status).toBe(403)
  })

  it('a chain of roles may be narrowed by a session policy', async () => {
    const only = (action: string) => ({
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
      }),
    })
    expect((await assume(await first(only('sts:AssumeRole')), 'Next')).status).toBe(200)
    expect(errorIn(await assume(await first(only('s3:*')), 'Next'))).toBe(
      `${notAuthorized(session('ByName'), 'sts:AssumeRole', 'Next')} because no session policy allows the sts:AssumeRole action`,
    )
  })

  it.each([
    ['AdministratorAccess', 200],
    ['ReadOnlyAccess', 403],
    ['NoSuchPolicy', 403],
  ])('a chain of roles may be narrowed by the managed policy %s', async (name, status) => {
    const key = await first({ 'PolicyArns.member.1.arn': `arn:aws:iam::aws:policy/${name}` })
    expect((await assume(key, 'Next')).status).toBe(status)
  })

  it.each(['GetFederationToken', 'GetSessionToken'])(
    'a chain of roles does not call %s',
    holds('A.5 AssumeRole no federation', 'A.4 AccessDenied session credentials'),
    async (action) => {
      expect((await signedCall(aws.url, await first(), { Action: action, Name: 'guest' })).error).toBe(
        `AccessDenied: Cannot call ${action} with session credentials`,
      )
    },
  )
})
