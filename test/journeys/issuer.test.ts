/** What anyone may read of the gateway as OpenID issuer: AWS comes here for the keys. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { createTokenKeyPem } from '../../src/issuer/token-keys.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'

const providers = [{ id: 'corp', protocol: 'saml', metadata: 'http://127.0.0.1:1/metadata' }]

let gateway: ReservedGateway
beforeAll(async () => {
  const files = { 'next.key': await createTokenKeyPem('ES256'), 'current.key': await createTokenKeyPem('RS256') }
  const issuer = { key: ['./current.key', './next.key'] }
  gateway = await startConfiguredGateway(await reserveGateway(), { providers, issuer }, { files })
})
afterAll(() => gateway.close())

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${gateway.url}${path}`, { headers, redirect: 'manual' })

const DISCOVERY = '/.well-known/openid-configuration'

describe('the gateway as issuer', () => {
  it('says where its keys are', async () => {
    expect(await (await get(DISCOVERY)).json()).toEqual({
      issuer: gateway.url,
      jwks_uri: `${gateway.url}/idp/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      claims_supported: ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'amr'],
    })
  })

  it('publishes the key that signs and the next one', async () => {
    const { keys } = (await (await get('/idp/jwks')).json()) as { keys: Record<string, unknown>[] }
    expect(keys.map(({ alg, use }) => `${alg} ${use}`)).toEqual(['RS256 sig', 'ES256 sig'])
    expect(keys.flatMap((key) => Object.keys(key))).not.toContain('d')
  })

  it.each([
    [DISCOVERY, 'application/json; charset=utf-8'],
    ['/idp/jwks', 'application/jwk-set+json; charset=utf-8'],
  ])('%s may be kept for minutes by anyone, and touches no session', async (path, contentType) => {
    const answer = await get(path, { accept: 'text/html', cookie: 'fedgate=nonsense' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe(contentType)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('the gateway as issuer does not send again what has not changed', async () => {
    const etag = (await get('/idp/jwks')).headers.get('etag') ?? ''
    // fetch would ask for a fresh one by itself.
    const conditional = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
    expect((await get('/idp/jwks', conditional)).status).toBe(304)
  })

  it('takes nothing', async () => {
    expect((await fetch(`${gateway.url}/idp/jwks`, { method: 'POST' })).status).toBe(405)
  })
})

describe('a gateway without a key for tokens', () => {
  it('a gateway without a key for tokens is no issuer, and says so', async () => {
    const url = await reserveGateway()
    const signing = { key: './gateway.key', certificate: './gateway.crt' }
    const { privateKey, certificate } = await createKeyPem('fedgate', new Date())
    const keys = { providers, signing, sts: { endpoint: 'http://127.0.0.1:1', region: 'eu-west-1' } }
    const bare = await startConfiguredGateway(url, keys, {
      files: { 'gateway.key': privateKey, 'gateway.crt': certificate },
    })
    try {
      const answers = await Promise.all([DISCOVERY, '/idp/jwks'].map((path) => fetch(`${url}${path}`)))
      expect(answers.map(({ status }) => status)).toEqual([404, 404])
    } finally {
      await bare.close()
    }
  })
})
