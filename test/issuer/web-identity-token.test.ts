import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { FedgateError } from '../../src/core/errors.ts'
import { webIdentityIssuer } from '../../src/issuer/web-identity-issuer.ts'
import { type TokenForAws, webIdentityTokenForAws } from '../../src/issuer/web-identity-token.ts'
import { newSigner, plain, terms } from './support.ts'

const now = new Date('2026-11-22T12:00:00.900Z')
const issuer = await webIdentityIssuer(terms, await newSigner())

const tokenFor = async (wanted: TokenForAws): Promise<string> =>
  (await webIdentityTokenForAws(issuer, wanted, now)).reveal()

const refusalOf = (wanted: TokenForAws): Promise<FedgateError> =>
  tokenFor(wanted).then(
    () => expect.fail('it was not refused'),
    (error: FedgateError) => error,
  )

const tags = (count: number): ReadonlyMap<string, string> =>
  new Map(Array.from({ length: count }, (_, n) => [`Tag${n}`, 'value']))

describe('a token for AWS', () => {
  it.each(['RS256', 'ES256'] as const)(
    'a token for AWS is signed with %s and verifies with the published keys',
    async (algorithm) => {
      const one = await webIdentityIssuer(terms, await newSigner(algorithm))
      const token = await webIdentityTokenForAws(one, plain, now)
      const { protectedHeader } = await jwtVerify(token.reveal(), createLocalJWKSet({ keys: [...one.keys] }), {
        issuer: terms.url,
        audience: terms.audience,
        currentDate: now,
        algorithms: [algorithm],
        typ: 'JWT',
      })
      expect(protectedHeader.kid).toBe(one.keys[0].kid)
    },
  )

  it('says who vouches, for whom, to whom, for how long, and how they signed in', async () => {
    expect(decodeJwt(await tokenFor({ ...plain, id: 'one' }))).toEqual({
      iss: 'https://aws.example.com',
      aud: 'sts.amazonaws.com',
      sub: 'alice-1',
      iat: 1795348800,
      exp: 1795349100,
      jti: 'one',
      amr: ['pwd', 'otp', 'provider:corp'],
    })
  })

  it('a token for AWS has an id of its own', async () => {
    const [one, other] = await Promise.all([tokenFor(plain), tokenFor(plain)])
    expect(decodeJwt(one).jti).toMatch(/^[\w-]{32}$/)
    expect(decodeJwt(one).jti).not.toBe(decodeJwt(other).jti)
  })

  it('carries tags and source identity as AWS reads them', async () => {
    const wanted = {
      ...plain,
      tags: new Map([
        ['CostCenter', '4711'],
        ['Team', 'Straße Söhne'],
        ['Empty', ''],
      ]),
      transitiveTags: ['CostCenter'],
      sourceIdentity: 'alice@example.com',
    }
    expect(decodeJwt(await tokenFor(wanted))).toMatchObject({
      'https://aws.amazon.com/tags': {
        principal_tags: { CostCenter: ['4711'], Team: ['Straße Söhne'], Empty: [''] },
        transitive_tag_keys: ['CostCenter'],
      },
      'https://aws.amazon.com/source_identity': 'alice@example.com',
    })
  })

  it('names no transitive keys where there are none', async () => {
    const claim = decodeJwt(await tokenFor({ ...plain, tags: tags(1) }))['https://aws.amazon.com/tags']
    expect(claim).toEqual({ principal_tags: { Tag0: ['value'] } })
  })

  it('keeps a tag whose key means something to JavaScript', async () => {
    const claims = decodeJwt(await tokenFor({ ...plain, tags: new Map([['__proto__', 'x']]) }))
    const tag = claims['https://aws.amazon.com/tags'] as { principal_tags: object }
    expect(Object.entries(tag.principal_tags)).toEqual([['__proto__', ['x']]])
  })

  it('a token for AWS does not show itself by accident', async () => {
    expect(String(await webIdentityTokenForAws(issuer, plain, now))).toBe('[secret]')
  })

  it('says nothing in its header but what it takes to verify it', async () => {
    expect(decodeProtectedHeader(await tokenFor(plain))).toEqual({ alg: 'RS256', typ: 'JWT', kid: issuer.keys[0].kid })
  })
})

describe('a token is not made', () => {
  it.each<[string, Partial<TokenForAws>, string]>([
    ['51 tags', { tags: tags(51) }, '51 tags'],
    ['an empty key', { tags: new Map([['', 'x']]) }, 'the key ""'],
    ['a key of 129 characters', { tags: new Map([['k'.repeat(129), 'x']]) }, `the key "${'k'.repeat(128)}"`],
    ['a key with a star', { tags: new Map([['a*', 'x']]) }, 'the key "a*"'],
    ["a key that is AWS's", { tags: new Map([['AWS:x', 'x']]) }, 'the key "AWS:x"'],
    ['a value of 257 characters', { tags: new Map([['Team', 'v'.repeat(257)]]) }, 'the value of Team'],
    ['a value with an ampersand', { tags: new Map([['Team', 'a&b']]) }, 'the value of Team'],
    [
      'keys that differ in case only',
      {
        tags: new Map([
          ['Team', 'a'],
          ['team', 'b'],
        ]),
      },
      'keys that differ in case only',
    ],
    ['a transitive key without a tag', { transitiveTags: ['Team'] }, 'the transitive key "Team" without a tag'],
  ])('a token is not made with %s', async (_, wanted, found) => {
    expect(await refusalOf({ ...plain, ...wanted })).toMatchObject({ code: 'issuer.session_tags_invalid', found })
  })

  it.each([
    ['one character', 'a'],
    ['65 characters', 'a'.repeat(65)],
    ['a space', 'alice example'],
    ['a prefix of AWS', 'aws:alice'],
  ])('a token is not made with a source identity of %s', async (_, sourceIdentity) => {
    expect((await refusalOf({ ...plain, sourceIdentity })).code).toBe('issuer.source_identity_invalid')
  })

  it.each([
    ['no subject', ''],
    ['a subject of 256 characters', 'a'.repeat(256)],
  ])('a token is not made with %s', async (_, subject) => {
    expect((await refusalOf({ ...plain, subject })).code).toBe('issuer.subject_invalid')
  })

  it('a token is not made where it would be longer than STS reads', async () => {
    expect(await refusalOf({ ...plain, methods: Array.from({ length: 3000 }, () => 'pwd') })).toMatchObject({
      code: 'issuer.token_too_long',
      expected: 'at most 20000 characters',
    })
  })

  it('a token is not made for a bad value, and the log does not learn it', async () => {
    const refusal = await refusalOf({ ...plain, tags: new Map([['Team', 'a&b']]) })
    expect(JSON.stringify(refusal)).not.toContain('a&b')
  })
})

describe('a token at the limits is made', () => {
  it.each<[string, Partial<TokenForAws>]>([
    ['50 tags', { tags: tags(50) }],
    ['a key of 128 and a value of 256 characters', { tags: new Map([['k'.repeat(128), 'v'.repeat(256)]]) }],
    ['a source identity of 64 characters', { sourceIdentity: 'a'.repeat(64) }],
    ['a subject of 255 characters', { subject: 'a'.repeat(255) }],
  ])('a token at the limits is made %s', async (_, wanted) => {
    expect(await tokenFor({ ...plain, ...wanted })).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })
})
