import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstFailure } from '../../src/core/verdict.ts'
import { idTokenChecks } from '../../src/oidc/tokens/id-token-checks.ts'
import { holds } from '../held/holds.ts'
import { type Attempt, attempt, refusal, seconds, withClaim } from './login-attempt.ts'
import {
  encode,
  hmacWith,
  type Json,
  jwkOf,
  KID,
  publicPem,
  rogue,
  signedBy,
  startTamperingProvider,
  type Tampering,
  type TamperingProvider,
} from './tampering-provider.ts'

let provider: TamperingProvider
beforeAll(async () => {
  provider = await startTamperingProvider()
})
afterAll(() => provider.close())

const without = (name: string): Tampering => ({
  claims: (claims) => Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name)),
})
const withHeader = (changes: Json): Tampering => ({ header: (header) => ({ ...header, ...changes }) })

type Case = readonly [name: string, code: string, check: string, tampering: Tampering, attempt?: Attempt]

const trusting: Attempt = { settings: { trustedAudiences: ['partner'] } }
const strict: Attempt = { settings: { maxAgeSeconds: 600 } }
const strong: Attempt = { settings: { acrValues: ['mfa', 'phr'] } }

/** OpenID Connect Core 3.1.3.7; security-requirements 7.6. One broken claim each. */
const brokenClaims: readonly Case[] = [
  ['another issuer', 'oidc.issuer_mismatch', 'issuerIsTheProvider', withClaim('iss', 'https://evil.example')],
  [
    'an issuer with a slash more',
    'oidc.issuer_mismatch',
    'issuerIsTheProvider',
    {
      claims: (claims) => ({ ...claims, iss: `${claims.iss}/` }),
    },
  ],
  ['no issuer', 'oidc.issuer_mismatch', 'issuerIsTheProvider', without('iss')],
  ['another audience', 'oidc.audience_mismatch', 'audienceIsUs', withClaim('aud', 'somebody')],
  ['a list of other audiences', 'oidc.audience_mismatch', 'audienceIsUs', withClaim('aud', ['somebody'])],
  ['no audience', 'oidc.audience_mismatch', 'audienceIsUs', without('aud')],
  ['an audience that is not text', 'oidc.audience_mismatch', 'audienceIsUs', withClaim('aud', ['fedgate', 7])],
  [
    'a stranger beside us',
    'oidc.audience_untrusted',
    'audienceHasNoStrangers',
    {
      claims: (claims) => ({ ...claims, aud: ['fedgate', 'stranger'], azp: 'fedgate' }),
    },
  ],
  [
    'several audiences and no authorized party',
    'oidc.authorized_party_mismatch',
    'authorizedPartyIsUs',
    withClaim('aud', ['fedgate', 'partner']),
    trusting,
  ],
  ['another authorized party', 'oidc.authorized_party_mismatch', 'authorizedPartyIsUs', withClaim('azp', 'somebody')],
  [
    'an authorized party that is not text',
    'oidc.authorized_party_mismatch',
    'authorizedPartyIsUs',
    withClaim('azp', ['fedgate']),
  ],
  ['an end in the past', 'oidc.token_expired', 'isNotExpired', withClaim('exp', seconds() - 120)],
  ['an end as text', 'oidc.token_expired', 'isNotExpired', withClaim('exp', String(seconds() + 300))],
  ['no end', 'oidc.token_expired', 'isNotExpired', without('exp')],
  ['a time of issue in the future', 'oidc.issued_in_future', 'isNotFromTheFuture', withClaim('iat', seconds() + 200)],
  ['a time of issue as text', 'oidc.issued_in_future', 'isNotFromTheFuture', withClaim('iat', String(seconds()))],
  ['no time of issue', 'oidc.issued_in_future', 'isNotFromTheFuture', without('iat')],
  ['an absurdly old time of issue', 'oidc.issued_too_long_ago', 'isFresh', withClaim('iat', seconds() - 7200)],
  ['a beginning in the future', 'oidc.token_not_yet_valid', 'isValidAlready', withClaim('nbf', seconds() + 200)],
  ['a beginning as text', 'oidc.token_not_yet_valid', 'isValidAlready', withClaim('nbf', String(seconds()))],
  ['the nonce of another sign-in', 'oidc.nonce_mismatch', 'nonceIsOurs', withClaim('nonce', 'another')],
  ['no nonce', 'oidc.nonce_mismatch', 'nonceIsOurs', without('nonce')],
  ['a list of nonces', 'oidc.nonce_mismatch', 'nonceIsOurs', { claims: (c) => ({ ...c, nonce: [c.nonce] }) }],
  ['no subject', 'oidc.subject_invalid', 'subjectIsSomeone', without('sub')],
  ['an empty subject', 'oidc.subject_invalid', 'subjectIsSomeone', withClaim('sub', '')],
  ['a subject of spaces', 'oidc.subject_invalid', 'subjectIsSomeone', withClaim('sub', '   ')],
  ['a subject of 256 characters', 'oidc.subject_invalid', 'subjectIsSomeone', withClaim('sub', 'a'.repeat(256))],
  ['a subject that is a number', 'oidc.subject_invalid', 'subjectIsSomeone', withClaim('sub', 7)],
  [
    'an authentication in the future',
    'oidc.auth_time_invalid',
    'authTimeIsPast',
    withClaim('auth_time', seconds() + 200),
  ],
  ['an authentication time as text', 'oidc.auth_time_invalid', 'authTimeIsPast', withClaim('auth_time', '1')],
  ['a sign-in of long ago', 'oidc.authentication_too_old', 'authenticationIsRecent', withClaim('auth_time', 0), strict],
  [
    'no time of the sign-in where it matters',
    'oidc.authentication_too_old',
    'authenticationIsRecent',
    without('auth_time'),
    strict,
  ],
  [
    'a sign-in older than this login asked for',
    'oidc.authentication_too_old',
    'authenticationIsRecent',
    withClaim('auth_time', seconds() - 500),
    { ...strict, wishes: { maxAgeSeconds: 300 } },
  ],
  [
    'a sign-in older than the settings ask for, whatever this login asked for',
    'oidc.authentication_too_old',
    'authenticationIsRecent',
    withClaim('auth_time', seconds() - 900),
    { ...strict, wishes: { maxAgeSeconds: 3600 } },
  ],
  ['a weaker context than asked for', 'oidc.acr_mismatch', 'contextIsAsAsked', withClaim('acr', 'pwd'), strong],
  ['no context where one is asked for', 'oidc.acr_mismatch', 'contextIsAsAsked', {}, strong],
  ['a list of contexts', 'oidc.acr_mismatch', 'contextIsAsAsked', withClaim('acr', ['mfa']), strong],
  [
    'a context that only the settings ask for',
    'oidc.acr_mismatch',
    'contextIsAsAsked',
    withClaim('acr', 'mfa'),
    { ...strong, wishes: { acrValues: ['phr'] } },
  ],
  [
    'the hash of another access token',
    'oidc.access_token_mismatch',
    'accessTokenBelongsToIt',
    withClaim('at_hash', 'AAAA'),
  ],
  ['a hash that is not text', 'oidc.access_token_mismatch', 'accessTokenBelongsToIt', withClaim('at_hash', 7)],
]

describe('an ID token is refused that has', holds('7.6'), () => {
  for (const [name, code, check, tampering, attempt] of brokenClaims) {
    it(`an ID token is refused that has ${name}: ${code}`, async () => {
      const error = await refusal(provider, tampering, attempt)
      expect(error.code).toBe(code)
      expect(firstFailure(error.verdict)?.name).toBe(check)
    })
  }

  it('every check has a case in which an ID token is refused', () => {
    const covered = new Set(brokenClaims.map(([, , check]) => check))
    expect([...covered]).toEqual(Object.keys(idTokenChecks))
  })
})

/** Security-bar 7.4 and 7.5 */
const brokenSignatures: ReadonlyArray<readonly [name: string, code: string, tampering: Tampering]> = [
  ['by another key under the published id', 'oidc.signature_invalid', { seal: signedBy(rogue.privateKey) }],
  [
    'over other claims',
    'oidc.signature_invalid',
    {
      tamper: (token) => {
        const [header = '', claims = '', signature = ''] = token.split('.')
        const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), email: 'bob@example.com' }
        return `${header}.${encode(changed)}.${signature}`
      },
    },
  ],
  ['that is cut off', 'oidc.signature_invalid', { tamper: (token) => token.slice(0, -40) }],
  ['that is empty', 'oidc.signature_invalid', { seal: (input) => `${input}.` }],
  ['of the algorithm none', 'oidc.algorithm_refused', { ...withHeader({ alg: 'none' }), seal: (input) => `${input}.` }],
  ['of no algorithm', 'oidc.algorithm_refused', withHeader({ alg: undefined })],
  ['of a list of algorithms', 'oidc.algorithm_refused', withHeader({ alg: ['RS256'] })],
  [
    'by HS256 with the public key',
    'oidc.algorithm_refused',
    { ...withHeader({ alg: 'HS256' }), seal: hmacWith(publicPem) },
  ],
  [
    'by HS256 with the client secret',
    'oidc.algorithm_refused',
    { ...withHeader({ alg: 'HS256' }), seal: hmacWith('client-secret') },
  ],
  ['of an algorithm that the key is not for', 'oidc.algorithm_refused', withHeader({ alg: 'PS256' })],
  [
    'by a key that it brings along',
    'oidc.signature_invalid',
    {
      ...withHeader({ jwk: jwkOf(rogue.publicKey, KID) }),
      seal: signedBy(rogue.privateKey),
    },
  ],
  [
    'by a key that it points to',
    'oidc.signature_invalid',
    {
      header: (header) => ({ ...header, jku: `${provider.issuer}/rogue-jwks`, x5u: `${provider.issuer}/rogue-x5u` }),
      seal: signedBy(rogue.privateKey),
    },
  ],
  ['by an unknown key', 'oidc.key_unknown', { ...withHeader({ kid: 'made-up' }), seal: signedBy(rogue.privateKey) }],
  ['with an unknown critical header', 'oidc.critical_header', withHeader({ crit: ['x'], x: 1 })],
  [
    'by a published key for encryption',
    'oidc.key_unknown',
    {
      keySet: ({ keys }) => ({ keys: (keys as Json[]).map((key) => ({ ...key, use: 'enc' })) }),
    },
  ],
  [
    'by a published key for another algorithm',
    'oidc.key_unknown',
    {
      keySet: ({ keys }) => ({ keys: (keys as Json[]).map((key) => ({ ...key, alg: 'RS512' })) }),
    },
  ],
]

describe('an ID token is refused that is signed', holds('7.4'), () => {
  it.each(brokenSignatures)('an ID token is refused that is signed %s: %s', async (_, code, tampering) => {
    const error = await refusal(provider, tampering)
    expect(error.code).toBe(code)
    expect(firstFailure(error.verdict)?.name).toBe('signatureIsTheProviders')
    expect(error.verdict.slice(1).every(({ outcome }) => outcome === 'not-run')).toBe(true)
  })

  it('an ID token is refused with what it points to never being fetched', async () => {
    const header = { jku: `${provider.issuer}/rogue-jwks`, x5u: `${provider.issuer}/rogue-x5u` }
    await attempt(provider, withHeader(header))
    expect([...provider.requests.keys()].filter((path) => path.startsWith('/rogue'))).toEqual([])
  })
})

describe('the answer of the token endpoint is refused', () => {
  it.each([
    ['without an ID token', 'oidc.id_token_missing', ({ id_token: _, ...rest }: Json) => rest],
    ['with an ID token that is not text', 'oidc.id_token_missing', (answer: Json) => ({ ...answer, id_token: 7 })],
    ['with an ID token of two parts', 'oidc.id_token_malformed', (answer: Json) => ({ ...answer, id_token: 'a.b' })],
    ['with a padded ID token', 'oidc.id_token_malformed', (a: Json) => ({ ...a, id_token: `${a.id_token}==` })],
    ['with an ID token that is not JSON', 'oidc.id_token_malformed', (a: Json) => ({ ...a, id_token: 'a.b.c' })],
    [
      'with an encrypted ID token, without a key for it',
      'oidc.decryption_failed',
      (a: Json) => ({ ...a, id_token: 'a.b.c.d.e' }),
    ],
    [
      'without the access token that userinfo needs',
      'oidc.access_token_missing',
      ({ access_token: _, ...rest }: Json) => rest,
    ],
    ['that is empty', 'oidc.id_token_missing', () => ({})],
    ['that is a list', 'oidc.token_answer_invalid', () => []],
  ])('the answer of the token endpoint is refused %s: %s', async (_, code, token) => {
    expect((await refusal(provider, { token })).code).toBe(code)
  })
})

describe('the verdict on a refused ID token', () => {
  it('tells everything that is wrong, not only the first', async () => {
    const tampering: Tampering = { claims: (claims) => ({ ...claims, aud: 'somebody', nonce: 'another', sub: '' }) }
    const { verdict } = await refusal(provider, tampering)
    const failed = verdict.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name)
    expect(failed).toEqual(['audienceIsUs', 'audienceHasNoStrangers', 'nonceIsOurs', 'subjectIsSomeone'])
  })

  it('says what was expected, what was found, and where', async () => {
    const error = await refusal(provider, withClaim('aud', 'somebody'))
    expect(error).toMatchObject({ expected: 'fedgate', found: 'somebody', source: 'aud' })
  })

  it('the verdict on a refused ID token never holds the token', async () => {
    const error = await refusal(provider, withClaim('aud', 'somebody'))
    expect(JSON.stringify(error)).not.toMatch(/eyJ/)
    expect(error.cause).toBeUndefined()
  })
})

describe('an ID token is accepted', () => {
  it('an ID token is accepted that is as it should be', async () => {
    const { identity, evidence, logoutRef } = await attempt(provider, {})
    expect(identity).toMatchObject({ provider: 'corp', protocol: 'oidc', issuer: provider.issuer, subject: 'alice' })
    expect(identity.authenticatedAt.getTime()).toBeLessThan(evidence.issuedAt.getTime())
    expect(logoutRef).toMatchObject({ kind: 'oidc', subject: 'alice', sid: 'session-1' })
  })

  const good: ReadonlyArray<readonly [name: string, tampering: Tampering, attempt?: Attempt]> = [
    [
      'with several audiences that are trusted, given to us',
      { claims: (c: Json) => ({ ...c, aud: ['fedgate', 'partner'], azp: 'fedgate' }) },
    ],
    ['without at_hash', without('at_hash')],
    ['issued half a minute ahead of our clock', withClaim('iat', seconds() + 30)],
    ['with a subject of 255 characters', withClaim('sub', 'a'.repeat(255))],
    ['of a recent sign-in, where that is asked for', withClaim('auth_time', seconds() - 550), strict],
    ['of one of the contexts that are asked for', withClaim('acr', 'phr'), strong],
  ]
  for (const [name, tampering, { settings } = {}] of good) {
    it(name, async () => {
      const withoutUserinfo = { settings: { trustedAudiences: ['partner'], userinfo: false, ...settings } }
      await expect(attempt(provider, tampering, withoutUserinfo)).resolves.toBeDefined()
    })
  }

  it('an ID token is accepted and dates the sign-in by its time of issue where it has no auth_time', async () => {
    const { identity, evidence } = await attempt(provider, without('auth_time'))
    expect(identity.authenticatedAt).toEqual(evidence.issuedAt)
  })
})

it('the age of a sign-in is counted to the second, with the clock skew on top', () => {
  const now = new Date('2026-11-22T12:00:00.999Z')
  const judge = (age: number) =>
    idTokenChecks.authenticationIsRecent(
      { header: {}, claims: { auth_time: Date.parse('2026-11-22T12:00:00Z') / 1000 - age }, accessToken: '' },
      {
        issuer: '',
        clientId: '',
        trustedAudiences: [],
        nonce: '',
        acrValues: [],
        maxAgeSeconds: 300,
        clockSkewSeconds: 60,
        now,
      },
    )
  expect(judge(360)).toEqual({ outcome: 'pass' })
  expect(judge(361)).toMatchObject({ source: 'auth_time' })
})

describe('the hash of the access token', () => {
  const judge = (alg: string, accessToken: string, hash: string) =>
    idTokenChecks.accessTokenBelongsToIt(
      { header: { alg }, claims: { at_hash: hash }, accessToken },
      { issuer: '', clientId: '', trustedAudiences: [], clockSkewSeconds: 0, now: new Date() },
    )

  it('the hash of the access token is that of the example in OpenID Connect Core, appendix A', () => {
    const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
    expect(judge('RS256', accessToken, '77QmUPtjPfzWtF2AnpK9RQ')).toEqual({ outcome: 'pass' })
    expect(judge('RS384', accessToken, '77QmUPtjPfzWtF2AnpK9RQ')).toMatchObject({ outcome: 'fail' })
  })

  // echo -n abc | openssl dgst -sha384 (or -sha512) -binary | head -c 24 (or 32) | basenc --base64url
  it.each([
    ['ES384', 'ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj'],
    ['RS512', '3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o'],
    ['EdDSA', '3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o'],
  ])('the hash of the access token is half of the hash that belongs to %s', (alg, hash) => {
    expect(judge(alg, 'abc', hash)).toEqual({ outcome: 'pass' })
  })
})
