import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { holds, itEach, row } from '../held/holds.ts'
import {
  ACCOUNT,
  call,
  newKeys,
  type OpenIdProvider,
  ROLE,
  type Running,
  start,
  startOpenIdProvider,
  stateFor,
  WEB_ROLE,
  type WireAnswer,
} from './support.ts'

const keys = await newKeys()
let provider: OpenIdProvider
let aws: Running
beforeAll(async () => {
  provider = await startOpenIdProvider()
})
beforeEach(async () => {
  aws = await start(stateFor(keys, provider.url))
  return () => aws.close()
})
afterAll(() => provider.close())

const assume = (token: string, parameters: Readonly<Record<string, string>> = {}): Promise<WireAnswer> =>
  call(aws.url, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: WEB_ROLE,
    RoleSessionName: 'alice@example.com',
    WebIdentityToken: token,
    ...parameters,
  })

const now = (): number => Math.floor(Date.now() / 1000)
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (alg: string, signature: string): string =>
  `${b64({ alg, kid: 'rsa' })}.${b64({ iss: provider.url, aud: 'fedgate', sub: 'alice-1', iat: now(), exp: now() + 300 })}.${signature}`

describe('AssumeRoleWithWebIdentity answers a good token (A.5, C)', () => {
  it.each([
    ['Arn', 'arn:aws:sts::111122223333:assumed-role/Web/alice@example.com'],
    ['SubjectFromWebIdentityToken', 'alice-1'],
    ['Audience', 'fedgate'],
  ])(
    'AssumeRoleWithWebIdentity answers a good token with what it was about: %s %s',
    holds('A.5 web identity answer'),
    async (name, value) => {
      expect((await assume(await provider.token({}))).element(name)).toBe(value)
    },
  )

  it("AssumeRoleWithWebIdentity answers a good token with the provider's ARN as Provider (C.9)", async () => {
    const answer = await assume(await provider.token({}))
    expect(answer.element('Provider')).toBe(`arn:aws:iam::111122223333:oidc-provider/${new URL(provider.url).host}`)
  })

  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])(
    'signed with each of the six: %s',
    holds('A.5 web identity algorithms'),
    async (alg) => {
      expect((await assume(await provider.token({}, { alg }))).status).toBe(200)
    },
  )

  it('AssumeRoleWithWebIdentity answers a good token with several audiences of which one is registered', async () => {
    expect((await assume(await provider.token({ aud: ['elsewhere', 'fedgate'] }))).element('Audience')).toBe('fedgate')
  })

  it('AssumeRoleWithWebIdentity answers a good token with azp in place of aud (C.4)', async () => {
    expect((await assume(await provider.token({ aud: 'elsewhere', azp: 'fedgate' }))).element('Audience')).toBe(
      'fedgate',
    )
  })

  it('asks the issuer for its keys once for many tokens', async () => {
    provider.requests.length = 0
    await assume(await provider.token({}))
    await assume(await provider.token({ sub: 'bob-1' }))
    expect(provider.requests).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  it('asks once for tokens that come at the same time', async () => {
    provider.requests.length = 0
    const token = await provider.token({})
    await Promise.all([assume(token), assume(token), assume(token)])
    expect(provider.requests).toHaveLength(2)
  })
})

describe('AssumeRoleWithWebIdentity refuses (A.4, C.6)', () => {
  const NOT_A_JWT =
    'InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'
  const NO_KEY =
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"

  itEach<[() => string | Promise<string>]>([
    [row('an opaque token', 'A.4 InvalidIdentityToken JWT'), () => 'not-a-real-jwt-token'],
    ['two parts', () => 'e30.e30'],
    ['alg none', () => unsigned('none', 'AAAA')],
    ['alg none without a signature', () => unsigned('none', '')],
    [
      'alg HS256 with the public key',
      () => unsigned('HS256', createHmac('sha256', 'k').update('x').digest('base64url')),
    ],
    [row('alg PS256', 'A.5 web identity algorithms'), () => provider.token({}, { alg: 'PS256' })],
    [row('alg PS512', 'A.5 web identity algorithms'), () => provider.token({}, { alg: 'PS512' })],
    [row('alg EdDSA', 'A.5 web identity algorithms'), () => unsigned('EdDSA', 'AAAA')],
    [row('alg ES256K', 'A.5 web identity algorithms'), () => unsigned('ES256K', 'AAAA')],
  ])('%s as no valid JWT', async (_, token) => {
    expect((await assume(await token())).error).toBe(NOT_A_JWT)
  })

  it('a header that makes an extension critical as no valid JWT: none is known here (RFC 7515 4.1.11)', async () => {
    const [, ...rest] = (await provider.token({})).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'rsa', crit: ['b64'], b64: false }))
    expect((await assume([header.toString('base64url'), ...rest].join('.'))).error).toBe(NOT_A_JWT)
  })

  it(
    'AssumeRoleWithWebIdentity refuses an issuer that the account of the role does not know',
    holds('A.4 InvalidIdentityToken OIDC provider'),
    async () => {
      const { error } = await assume(await provider.token({ iss: 'https://unknown.example' }))
      expect(error).toBe(
        'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://unknown.example',
      )
    },
  )

  itEach<[Readonly<Record<string, string>>]>([
    [row('another audience', 'A.4 InvalidIdentityToken token audience'), { aud: 'elsewhere' }],
    ['another azp beside a good aud', { azp: 'elsewhere' }],
  ])('AssumeRoleWithWebIdentity refuses %s', async (_, claims) => {
    expect((await assume(await provider.token(claims))).error).toBe('InvalidIdentityToken: Incorrect token audience')
  })

  it('a signature that is not of the key', async () => {
    const [head, , signature] = (await provider.token({})).split('.')
    const [, body] = (await provider.token({ sub: 'mallory' })).split('.')
    expect((await assume(`${head}.${body}.${signature}`)).error).toMatch(/^InvalidIdentityToken: The signature/)
  })

  it('AssumeRoleWithWebIdentity refuses a token without a kid', holds('A.4 InvalidIdentityToken key'), async () => {
    expect((await assume(await provider.token({}, { kid: '' }))).error).toBe(NO_KEY)
  })

  it('AssumeRoleWithWebIdentity refuses a kid that the issuer does not have', async () => {
    expect((await assume(await provider.token({}, { kid: 'other' }))).error).toBe(NO_KEY)
  })

  it.each([
    ['another algorithm of its kind', 'rsa-for-rs512'],
    ['another kind of algorithm', 'ec-for-any'],
  ])('a key that is for %s', async (_, kid) => {
    expect((await assume(await provider.token({}, { kid }))).error).toBe(NO_KEY)
  })

  it.each([
    ['has no discovery document', '/.well-known/openid-configuration', undefined],
    [
      'publishes the discovery document of another',
      '/.well-known/openid-configuration',
      '{"issuer":"https://other","jwks_uri":"https://other/jwks"}',
    ],
    ['publishes no keys', '/jwks', '{"nothing":true}'],
    ['publishes no JSON', '/jwks', '<html>'],
  ])('AssumeRoleWithWebIdentity refuses a token whose issuer %s', async (_, path, body) => {
    const before = provider.documents.get(path) ?? ''
    if (body === undefined) provider.documents.delete(path)
    else provider.documents.set(path, body)
    try {
      expect((await assume(await provider.token({}))).error).toBe(NO_KEY)
    } finally {
      provider.documents.set(path, before)
    }
  })

  it('AssumeRoleWithWebIdentity refuses a token whose issuer publishes its keys among two megabytes', async () => {
    const before = provider.documents.get('/jwks') ?? ''
    provider.documents.set('/jwks', JSON.stringify({ ...JSON.parse(before), padding: 'x'.repeat(2_000_000) }))
    try {
      expect((await assume(await provider.token({}))).error).toBe(NO_KEY)
    } finally {
      provider.documents.set('/jwks', before)
    }
  })

  it(
    'AssumeRoleWithWebIdentity refuses an expired token, with the missing space of AWS',
    holds('A.4 ExpiredTokenException token'),
    async () => {
      const exp = now() - 1
      expect((await assume(await provider.token({ exp }))).error).toMatch(
        new RegExp(
          `^ExpiredTokenException: Token expired: current date/time \\d+ must be before the expiration date/time${exp}$`,
        ),
      )
    },
  )

  it(
    'AssumeRoleWithWebIdentity refuses a token issued more than a day ago',
    holds('A.4 ExpiredTokenException age'),
    async () => {
      expect((await assume(await provider.token({ iat: now() - 90_000 }))).error).toMatch(
        /^ExpiredTokenException: Token too old: 9000\d$/,
      )
    },
  )

  itEach([
    ['nbf in the future', { nbf: 4_000_000_000 }, 'InvalidIdentityToken: Token is not yet valid'],
    [
      row('no exp', 'A.4 InvalidIdentityToken claim'),
      { exp: undefined },
      'InvalidIdentityToken: Missing a required claim: exp',
    ],
    ['no iat', { iat: undefined }, 'InvalidIdentityToken: Missing a required claim: iat'],
    ['no sub', { sub: undefined }, 'InvalidIdentityToken: Missing a required claim: sub'],
    ['no aud', { aud: undefined }, 'InvalidIdentityToken: Missing a required claim: aud'],
    ['an exp that is no integer', { exp: 4_000_000_000.5 }, 'InvalidIdentityToken: The claim exp must be an integer'],
    [
      row('an exp that is text', 'A.5 web identity integers'),
      { exp: '4000000000' },
      'InvalidIdentityToken: The claim exp must be an integer',
    ],
    [
      'a tag with two values',
      { 'https://aws.amazon.com/tags': { principal_tags: { a: ['1', '2'] } } },
      'InvalidIdentityToken: Session tags in the token do not satisfy the constraints of session tags',
    ],
    // C.7: each value is a list of one text, or a text.
    ...[[], [1], 1, null, true].map((a): [string, Readonly<Record<string, unknown>>, string] => [
      `a tag whose value is ${JSON.stringify(a)}`,
      { 'https://aws.amazon.com/tags': { principal_tags: { a } } },
      'InvalidIdentityToken: Session tags in the token do not satisfy the constraints of session tags',
    ]),
  ])('AssumeRoleWithWebIdentity refuses %s', async (_, claims, error) => {
    expect((await assume(await provider.token(claims))).error).toBe(error)
  })

  itEach<[Readonly<Record<string, unknown>>, Readonly<Record<string, string>>]>([
    [
      row('a role that does not exist', 'A.4 AccessDenied web identity'),
      {},
      { RoleArn: 'arn:aws:iam::111122223333:role/None' },
    ],
    ['a role for SAML', {}, { RoleArn: ROLE }],
    ['an audience that only the trust policy refuses', { aud: 'other' }, {}],
    ['nested tags without sts:TagSession', { 'https://aws.amazon.com/tags': { principal_tags: { a: ['1'] } } }, {}],
    ['flattened tags without sts:TagSession', { 'https://aws.amazon.com/tags/principal_tags/a': '1' }, {}],
    ['a source identity without sts:SetSourceIdentity', { 'https://aws.amazon.com/source_identity': 'alice' }, {}],
  ])('AssumeRoleWithWebIdentity refuses %s, in one word', async (_, claims, parameters) => {
    const { status, error } = await assume(await provider.token(claims), parameters)
    expect([status, error]).toEqual([403, 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'])
  })

  it(
    'AssumeRoleWithWebIdentity refuses a call without its parameters',
    holds('A.5 web identity required'),
    async () => {
      const { error } = await call(aws.url, { Action: 'AssumeRoleWithWebIdentity' })
      expect(error.match(/Value at '\w+' failed to satisfy constraint: Member must not be null/g)).toEqual(
        ['roleArn', 'roleSessionName', 'webIdentityToken'].map(
          (name) => `Value at '${name}' failed to satisfy constraint: Member must not be null`,
        ),
      )
    },
  )

  it.each([
    ['an alg in a list', { alg: ['RS256'] }],
    ['no alg', {}],
  ])('AssumeRoleWithWebIdentity refuses a token with %s', async (_, header) => {
    const [, body, signature] = (await provider.token({})).split('.')
    expect((await assume(`${b64({ kid: 'rsa', ...header })}.${body}.${signature}`)).error).toBe(NOT_A_JWT)
  })

  it('AssumeRoleWithWebIdentity refuses a subject that no answer could tell', async () => {
    expect((await assume(await provider.token({ sub: 'alice\u0000' }))).error).toMatch(
      /^InvalidIdentityToken: The subject/,
    )
  })

  it('a signature that is not base64url of itself', async () => {
    const token = await provider.token({})
    expect((await assume(`${token}=`)).error).toMatch(/^InvalidIdentityToken: The signature/)
  })

  it('AssumeRoleWithWebIdentity refuses a session name as the recorded answer says it (A.3)', async () => {
    expect((await assume(await provider.token({}), { RoleSessionName: 'Session1:2' })).error).toBe(
      "ValidationError: 1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    )
  })
})

describe('Session tags and a source identity in a token (C.7)', () => {
  const TAGS = 'https://aws.amazon.com/tags'
  const TAGGED_WEB = `arn:aws:iam::${ACCOUNT}:role/TaggedWeb`

  /** Who takes it may pass CostCenter 4711 on, and Team for one step, and be called alice. */
  const tagged = async (): Promise<Running> => {
    const state = stateFor(keys, provider.url)
    const allow = (Action: string, Condition?: unknown) => ({
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${new URL(provider.url).host}` },
      Action,
      ...(Condition === undefined ? {} : { Condition }),
    })
    const Statement = [
      allow('sts:AssumeRoleWithWebIdentity'),
      allow('sts:TagSession', {
        StringEquals: { 'aws:RequestTag/CostCenter': '4711', 'aws:RequestTag/Team': 'blue' },
        'ForAllValues:StringEquals': {
          'aws:TagKeys': ['CostCenter', 'Team'],
          'sts:TransitiveTagKeys': ['CostCenter'],
        },
        Null: { 'sts:TransitiveTagKeys': 'false' },
      }),
      allow('sts:SetSourceIdentity', { StringEquals: { 'sts:SourceIdentity': 'alice' } }),
    ]
    const trustPolicy = { Version: '2012-10-17', Statement }
    return start({ ...state, roles: [...state.roles, { arn: TAGGED_WEB, trustPolicy }] })
  }

  const take = async (claims: Readonly<Record<string, unknown>>) => {
    const running = await tagged()
    try {
      const answer = await call(running.url, {
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: TAGGED_WEB,
        RoleSessionName: 'alice',
        WebIdentityToken: await provider.token(claims),
      })
      const trail = await fetch(`${running.url}/cloudtrail?limit=1`)
      const { Records } = (await trail.json()) as {
        Records: { requestParameters: Readonly<Record<string, unknown>> }[]
      }
      const { principalTags, transitiveTagKeys, sourceIdentity } = Records[0]?.requestParameters ?? {}
      return { answer, carried: { principalTags, transitiveTagKeys, sourceIdentity } }
    } finally {
      await running.close()
    }
  }

  const nested = (team: unknown) => ({
    [TAGS]: { principal_tags: { CostCenter: ['4711'], Team: team }, transitive_tag_keys: ['CostCenter'] },
  })
  const flattened = (team: unknown) => ({
    [`${TAGS}/principal_tags/CostCenter`]: '4711',
    [`${TAGS}/principal_tags/Team`]: team,
    [`${TAGS}/transitive_tag_keys`]: ['CostCenter'],
  })

  it.each([
    ['in one nested claim, each a list of one', nested(['blue'])],
    ['nested, as plain texts', nested('blue')],
    ['in a claim each', flattened('blue')],
    ['in both forms, of which the nested one counts', { ...flattened('red'), ...nested(['blue']) }],
  ])('come %s', async (_, claims) => {
    const { answer, carried } = await take({ ...claims, 'https://aws.amazon.com/source_identity': 'alice' })
    expect([answer.status, answer.element('SourceIdentity')]).toEqual([200, 'alice'])
    expect(Number(answer.element('PackedPolicySize'))).toBeGreaterThan(0)
    expect(carried).toEqual({
      principalTags: { CostCenter: '4711', Team: 'blue' },
      transitiveTagKeys: ['CostCenter'],
      sourceIdentity: 'alice',
    })
  })

  const denied = 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'
  it.each([
    ['another value, nested', nested(['red']), denied],
    ['another value, flattened', flattened('red'), denied],
    ['another value in the form that counts', { ...flattened('blue'), ...nested(['red']) }, denied],
    ['a tag too many', { ...flattened('blue'), [`${TAGS}/principal_tags/Admin`]: 'true' }, denied],
    ['a transitive key too many', { ...flattened('blue'), [`${TAGS}/transitive_tag_keys`]: ['Team'] }, denied],
    ['no transitive key', { ...flattened('blue'), [`${TAGS}/transitive_tag_keys`]: undefined }, denied],
    ['another source identity', { ...flattened('blue'), 'https://aws.amazon.com/source_identity': 'bob' }, denied],
    [
      'a transitive key without its tag',
      { ...flattened('blue'), [`${TAGS}/transitive_tag_keys`]: ['Stage'] },
      'InvalidParameterValue: The specified transitive tag key must be included in the requested tags.',
    ],
    [
      'a flattened tag of two values',
      flattened(['blue', 'red']),
      'InvalidIdentityToken: Session tags in the token do not satisfy the constraints of session tags',
    ],
    [
      'a source identity that is no text',
      { ...flattened('blue'), 'https://aws.amazon.com/source_identity': ['alice'] },
      'InvalidIdentityToken: Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
    ],
  ])('session tags and a source identity in a token are refused for %s', async (_, claims, error) => {
    expect((await take(claims)).answer.error).toBe(error)
  })
})
