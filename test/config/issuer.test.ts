import { describe, expect, it } from 'vitest'
import { changed, parse, problemsOf, sample } from './sample.ts'

const files = { '/etc/fedgate/certs/issuer.key': 'key', '/etc/fedgate/certs/next.key': 'key' }
const withIssuer = (issuer: string, text = sample): string => `${text}issuer: ${issuer}\n`
const local = changed('endpoint: aws', 'endpoint: local')

const problems = (issuer: string, text = sample): readonly string[] =>
  problemsOf(withIssuer(issuer, text), { files }).map((line) => line.replace(/^\d+:\d+ /, ''))

describe('the gateway as issuer', () => {
  it('the gateway as issuer is the public origin, with RS256 and five minutes, unless the file says otherwise', () => {
    expect(parse(withIssuer('{ key: certs/issuer.key }'), { files }).issuer).toEqual({
      url: 'https://aws.example.com',
      keys: [{ key: '/etc/fedgate/certs/issuer.key', createIfMissing: false }],
      algorithm: 'RS256',
      audience: 'sts.amazonaws.com',
      tokenLifetimeSeconds: 300,
    })
  })

  it('the gateway as issuer is configured by the file', () => {
    const written =
      '{ url: "https://keys.example.com/fedgate", key: [certs/next.key, certs/issuer.key], algorithm: ES256, audience: fedgate, tokenLifetime: 2m }'
    expect(parse(withIssuer(written), { files }).issuer).toEqual({
      url: 'https://keys.example.com/fedgate',
      keys: [
        { key: '/etc/fedgate/certs/next.key', createIfMissing: false },
        { key: '/etc/fedgate/certs/issuer.key', createIfMissing: false },
      ],
      algorithm: 'ES256',
      audience: 'fedgate',
      tokenLifetimeSeconds: 120,
    })
  })

  it('the gateway is not an issuer where it has no key and AWS is real', () => {
    expect(parse(sample).issuer).toBeUndefined()
  })

  it('makes a key beside the file for the local AWS', () => {
    expect(parse(local).issuer).toMatchObject({
      keys: [{ key: '/etc/fedgate/certs/issuer.key', createIfMissing: true }],
    })
  })

  it('the gateway as issuer may have a port on loopback for the local AWS', () => {
    expect(problems('{ url: "http://127.0.0.1:8090" }', local)).toEqual([])
  })
})

describe('an issuer is refused with', () => {
  const key = 'key: certs/issuer.key'

  it.each([
    [
      'a URL in clear text',
      `{ ${key}, url: "http://aws.example.com" }`,
      'issuer.url: expected an https URL (http on loopback only), found "http://aws.example.com"',
    ],
    [
      'a URL with a query',
      `{ ${key}, url: "https://aws.example.com/?a" }`,
      'issuer.url: expected the issuer, an https URL, found "https://aws.example.com/?a"',
    ],
    [
      'a port, which AWS does not take',
      `{ ${key}, url: "https://aws.example.com:8443" }`,
      'issuer.url: expected an https URL without a port, from which AWS fetches the keys, found "https://aws.example.com:8443"',
    ],
    [
      'loopback, which AWS does not reach',
      `{ ${key}, url: "http://localhost" }`,
      'issuer.url: expected an https URL without a port, from which AWS fetches the keys, found "http://localhost"',
    ],
    [
      'a slash at the end',
      `{ ${key}, url: "https://aws.example.com/" }`,
      'issuer.url: expected a lower-case host, no default port and no slash at the end, found "https://aws.example.com/"; did you mean https://aws.example.com?',
    ],
    [
      'a default port spelled out',
      `{ ${key}, url: "https://AWS.example.com:443/x" }`,
      'no slash at the end, found "https://AWS.example.com:443/x"; did you mean https://aws.example.com/x?',
    ],
    [
      'a URL longer than IAM takes',
      `{ ${key}, url: "https://aws.example.com/${'x'.repeat(240)}" }`,
      'issuer.url: expected at most 255 characters, found 264 characters',
    ],
    [
      'a URL and no key',
      '{ url: "https://keys.example.com" }',
      'issuer.key: expected the key to sign tokens for AWS, found nothing',
    ],
    [
      'a key that is not there',
      '{ key: certs/none.key }',
      'issuer.key: expected a readable file, found "certs/none.key"',
    ],
    [
      'a second key that is not there',
      '{ key: [certs/issuer.key, certs/none.key] }',
      'issuer.key[1]: expected a readable file, found "certs/none.key"',
    ],
    [
      'the key that signs assertions',
      '{ key: certs/signing.key }',
      'issuer.key: expected a key with no other use, found "certs/signing.key"',
    ],
    [
      'an algorithm that AWS does not take',
      `{ ${key}, algorithm: PS256 }`,
      'issuer.algorithm: expected one of RS256, ES256, found "PS256"',
    ],
    [
      'a token that lives for a day',
      `{ ${key}, tokenLifetime: 24h }`,
      'issuer.tokenLifetime: expected a duration from 1m to 1h, found "24h"',
    ],
    ['an empty audience', `{ ${key}, audience: "" }`, 'issuer.audience: expected an audience of 1 to 255 characters'],
  ])('an issuer is refused with %s', (_, issuer, problem) => {
    const found = problems(issuer)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(problem)
  })

  it("an issuer is refused with a public origin with a port, where AWS would look for the issuer's keys", () => {
    const text = changed('baseUrl: https://aws.example.com', 'baseUrl: https://aws.example.com:8443')
    expect(problems('{ key: certs/issuer.key }', text)).toEqual([
      'issuer.url: expected an https URL without a port, from which AWS fetches the keys, found "https://aws.example.com:8443"',
    ])
  })
})

it('needs a key for the real AWS where a provider has its tokens reissued', () => {
  const text = changed('clockSkew: 60s', 'exchange: { via: web-identity, evidence: reissued }')
  expect(problemsOf(text).map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([
    'issuer.key: expected the key to sign tokens for AWS, for corp, found nothing',
  ])
})
