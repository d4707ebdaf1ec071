import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createIssuerKeys } from '../../src/local-aws/sts/web-identity/issuer-keys.ts'

const ISSUER = 'https://op.example/tenant'
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = (kid: string, more: Readonly<Record<string, unknown>> = {}) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  ...more,
})

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 22) + seconds * 1000)

/** An issuer whose keys a test can change, and which counts how often it was asked. */
const issuerWith = (keys: unknown[], options: { issuer?: string; jwksUri?: string } = {}) => {
  const { issuer = ISSUER, jwksUri = 'https://op.example/jwks' } = options
  const asked: string[] = []
  const fetchJson = async (url: string): Promise<unknown> => {
    asked.push(url)
    return url.endsWith('/.well-known/openid-configuration') ? { issuer, jwks_uri: jwksUri } : { keys }
  }
  const known = createIssuerKeys(fetchJson, false)
  return { asked, keys, find: (url: string, kid: string, now: Date) => known.find({ url, thumbprints: [] }, kid, now) }
}

describe('The keys of an issuer', () => {
  it('the keys of an issuer are looked for where its discovery document says', async () => {
    const { find, asked } = issuerWith([jwk('a')])
    expect(await find(ISSUER, 'a', at(0))).toHaveLength(1)
    expect(asked).toEqual([`${ISSUER}/.well-known/openid-configuration`, 'https://op.example/jwks'])
  })

  it('the keys of an issuer are kept for ten minutes', async () => {
    const { find, asked } = issuerWith([jwk('a')])
    await find(ISSUER, 'a', at(0))
    await find(ISSUER, 'a', at(600))
    expect(asked).toHaveLength(2)
    await find(ISSUER, 'a', at(601))
    expect(asked).toHaveLength(4)
  })

  it('the keys of an issuer are asked for again when an unknown one is used, but not more often than every fifteen seconds', async () => {
    const { find, asked, keys } = issuerWith([jwk('old')])
    await find(ISSUER, 'old', at(0))
    keys.push(jwk('new'))
    expect(await find(ISSUER, 'new', at(15))).toHaveLength(0)
    expect(asked).toHaveLength(2)
    expect(await find(ISSUER, 'new', at(16))).toHaveLength(1)
  })

  it('the keys of an issuer no longer count once the issuer took them away', async () => {
    const { find, keys } = issuerWith([jwk('a')])
    await find(ISSUER, 'a', at(0))
    keys.length = 0
    expect(await find(ISSUER, 'a', at(601))).toHaveLength(0)
  })

  it.each([
    ['for encryption', jwk('a', { use: 'enc' })],
    ['without an id', { ...jwk('a'), kid: undefined }],
    ['symmetric', { kty: 'oct', k: 'AAAA', kid: 'a' }],
    ['broken', { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'a' }],
    ['no key at all', 'key'],
  ])('keys that are %s are passed over, and the others count', async (_, key) => {
    const { find } = issuerWith([key, jwk('good')])
    expect(await find(ISSUER, 'a', at(0))).toHaveLength(0)
    expect(await find(ISSUER, 'good', at(0))).toHaveLength(1)
  })

  it.each([
    ['an issuer on http', 'http://op.example', {}],
    ['keys on http', ISSUER, { jwksUri: 'http://op.example/jwks' }],
    ['the document of another issuer', ISSUER, { issuer: 'https://other.example' }],
  ])('the keys of an issuer are not taken from %s', async (_, issuer, options) => {
    await expect(issuerWith([jwk('a')], options).find(issuer, 'a', at(0))).rejects.toThrow()
  })
})
