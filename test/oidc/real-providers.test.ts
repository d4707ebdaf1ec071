/** What real OpenID providers send and peers accept: accepted here where that is safe, or refused by name. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { halfHash, ISSUER, refusedAt, sent, signInAt } from './provider-in-memory.ts'
import { encode, good, type Json, jwkOf, KID, rogue, signedBy } from './tampering-provider.ts'

const subjectOf = async (peculiarity: Parameters<typeof signInAt>[0]): Promise<string> =>
  (await signInAt(peculiarity)).signIn.identity.subject

const DISCOVERY = sent('oidc-discovery-octet-stream', 'discovery.json')
const TOKENS = { access_token: 'x', token_type: 'Bearer', id_token: '<signed ID token>' }

describe('a discovery document', () => {
  it.each(['application/octet-stream', 'binary/octet-stream', 'text/plain; charset=utf-8', 'text/html', null])(
    'a discovery document may be called %s, and so may the key set',
    async (type) => {
      const discovery = { type, body: JSON.stringify(DISCOVERY) }
      const keySet = { type, body: JSON.stringify({ keys: [jwkOf(good.publicKey, KID)] }) }
      expect(await subjectOf({ discovery, keySet })).toBe('alice')
    },
  )

  it('a discovery document under any name must be a JSON object of the configured issuer', async () => {
    const of = (body: string) => ({ type: 'application/octet-stream', body })
    expect((await refusedAt({ discovery: of('<html>') })).code).toBe('oidc.answer_not_json')
    expect((await refusedAt({ discovery: of('[]') })).code).toBe('oidc.answer_not_json')
    const other = JSON.stringify({ ...DISCOVERY, issuer: 'https://evil.example' })
    expect((await refusedAt({ discovery: of(other) })).code).toBe('oidc.discovery_issuer_mismatch')
  })

  it('a discovery document may have members that are null', async () => {
    expect(await subjectOf({ discovery: sent('oidc-discovery-null-member', 'discovery.json') })).toBe('alice')
  })

  it.each([null, '', []])('a discovery document may have members that say nothing: %j', async (empty) => {
    const discovery = {
      ...DISCOVERY,
      end_session_endpoint: empty,
      pushed_authorization_request_endpoint: empty,
      token_endpoint_auth_methods_supported: empty,
      token_endpoint_auth_signing_alg_values_supported: empty,
      authorization_response_iss_parameter_supported: empty,
      userinfo_endpoint: empty,
    }
    expect(await subjectOf({ discovery })).toBe('alice')
  })

  it.each(['token_endpoint', 'jwks_uri', 'issuer'])('needs its %s all the same', async (name) => {
    const { code } = await refusedAt({ discovery: { ...DISCOVERY, [name]: null } })
    expect(code).toBe(name === 'issuer' ? 'oidc.discovery_issuer_mismatch' : 'oidc.discovery_incomplete')
  })

  it('a discovery document may have members that should be lists and are not', async () => {
    const discovery = {
      ...DISCOVERY,
      token_endpoint_auth_methods_supported: 'client_secret_post',
      token_endpoint_auth_signing_alg_values_supported: { RS256: true },
    }
    expect(await subjectOf({ discovery })).toBe('alice')
  })

  it('a discovery document that lists no signature algorithms means RS256, which every provider has', async () => {
    const discovery = sent('oidc-discovery-no-algs', 'discovery.json')
    expect(await subjectOf({ discovery })).toBe('alice')
    const header = { alg: 'PS256', kid: KID }
    expect((await refusedAt({ discovery, header })).code).toBe('oidc.algorithm_refused')
    const none = { header: { alg: 'none' }, seal: (input: string) => `${input}.` }
    expect((await refusedAt({ discovery, ...none })).code).toBe('oidc.algorithm_refused')
  })

  it('a discovery document of all tenants at once is refused, and says which issuer to configure', async () => {
    const error = await refusedAt({ discovery: sent('oidc-discovery-entra-common', 'discovery.json') })
    expect(error).toMatchObject({
      code: 'oidc.discovery_many_tenants',
      expected: 'the issuer of one tenant',
      found: '"https://login.example.com/{tenantid}/v2.0"',
    })
    expect(error.hint).toContain("the tenant's ID in place of `common`")
  })
})

describe('a key set', () => {
  const spoilt = (): Json => {
    const [key = {}] = sent('oidc-jwks-key-ops-empty', 'jwks.json').keys as Json[]
    const { n } = jwkOf(good.publicKey, KID)
    return { ...key, n, kid: KID }
  }

  it('a key set may have keys with an empty key_ops and members that are null', async () => {
    expect(spoilt()).toMatchObject({ key_ops: [], x5c: null, oth: null })
    expect(await subjectOf({ keySet: { keys: [spoilt()] } })).toBe('alice')
  })

  it('a key set may have entries of an unknown kind, for encryption, broken ones, and the same kid twice', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const keys = [
      null,
      'a text',
      [],
      {},
      { kty: 'AKP', alg: 'ML-DSA-44', kid: KID, pub: 'AA' },
      { kty: 'quantum', kid: KID },
      { kty: 'oct', k: 'AA', kid: KID },
      { kty: 'RSA', kid: KID, use: 'sig', n: '!', e: 'AQAB' },
      { ...jwkOf(rogue.publicKey, KID), use: 'enc' },
      jwkOf(publicKey, KID),
      jwkOf(rogue.publicKey, KID),
      jwkOf(good.publicKey, KID),
    ]
    expect(await subjectOf({ keySet: { keys } })).toBe('alice')
  })

  it.each([
    ['for encryption', { use: 'enc' }],
    ['of another operation', { key_ops: ['encrypt'] }],
    ['of another algorithm', { alg: 'PS256' }],
    ['of another name', { kid: 'another' }],
  ])('a key set whose only key is %s verifies nothing', async (_, change) => {
    const keySet = { keys: [{ ...jwkOf(good.publicKey, KID), ...change }] }
    expect((await refusedAt({ keySet })).code).toBe('oidc.key_unknown')
  })

  it('verifies nothing with a key that is too short', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const keySet = { keys: [jwkOf(short.publicKey, KID)] }
    expect((await refusedAt({ keySet, seal: signedBy(short.privateKey) })).code).toBe('oidc.key_unknown')
  })
})

describe('an ID token for several audiences', () => {
  const claims = sent('oidc-aud-several-zitadel', 'claims.json')
  const settings = { trustedAudiences: ['171001', '171002', 'project-1'] }

  it('an ID token for several audiences is accepted where each of the others is trusted', async () => {
    expect(await subjectOf({ claims, settings })).toBe('alice')
  })

  it.each([
    ['one of them is a stranger', 'oidc.audience_untrusted', { aud: ['fedgate', 'project-1', 'stranger'] }],
    ['it is not for us', 'oidc.audience_mismatch', { aud: ['171001', '171002', 'project-1'] }],
    ['it is for a trusted audience alone', 'oidc.audience_mismatch', { aud: 'project-1' }],
    ['it was given to a trusted audience', 'oidc.authorized_party_mismatch', { azp: 'project-1' }],
    ['it does not say to whom it was given', 'oidc.authorized_party_mismatch', { azp: undefined }],
    ['one of them is no text', 'oidc.audience_mismatch', { aud: ['fedgate', 7] }],
  ])('an ID token for several audiences is refused where %s: %s', async (_, code, change) => {
    expect((await refusedAt({ claims: { ...claims, ...change }, settings })).code).toBe(code)
  })

  it('an ID token for several audiences is refused where none of the others is configured', async () => {
    expect((await refusedAt({ claims })).code).toBe('oidc.audience_untrusted')
  })

  it('an ID token for several audiences may be a list of one', async () => {
    const { azp: _, ...single } = claims
    expect(await subjectOf({ claims: { ...single, aud: ['fedgate'] } })).toBe('alice')
  })
})

describe('an ID token that names no key', () => {
  const header = sent('oidc-id-token-without-kid', 'id-token-header.json')
  const two = { keys: [jwkOf(rogue.publicKey, 'other'), jwkOf(good.publicKey, KID)] }

  it('an ID token that names no key is verified with every key that fits its algorithm', async () => {
    expect(await subjectOf({ header })).toBe('alice')
    expect(await subjectOf({ header, keySet: two })).toBe('alice')
  })

  it('an ID token that names no key is refused where none of them signed it', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const error = await refusedAt({ header, keySet: two, seal: signedBy(stranger.privateKey) })
    expect(error.code).toBe('oidc.signature_invalid')
    const forEncryption = { keys: [{ ...jwkOf(good.publicKey, KID), use: 'enc' }] }
    expect((await refusedAt({ header, keySet: forEncryption })).code).toBe('oidc.key_unknown')
  })
})

describe("the token endpoint's answer", () => {
  it("the token endpoint's answer may come without an access token where none is needed", async () => {
    const token = sent('oidc-token-id-only-b2c', 'token-response.json')
    const { userinfo_endpoint: _, ...withoutUserinfo } = DISCOVERY
    expect(await subjectOf({ token, discovery: withoutUserinfo })).toBe('alice')
    expect(await subjectOf({ token, discovery: DISCOVERY, settings: { userinfo: false } })).toBe('alice')
  })

  it('a token response without the access token that userinfo needs is refused, and says what to set', async () => {
    const token = sent('oidc-token-id-only-b2c', 'token-response.json')
    const error = await refusedAt({ token, discovery: DISCOVERY })
    expect(error.code).toBe('oidc.access_token_missing')
    expect(error.hint).toContain('`userinfo: false`')
  })

  it('a token response without the access token that at_hash is about is refused', async () => {
    const claims = { iss: ISSUER, aud: 'fedgate', sub: 'alice', exp: 'now+300', iat: 'now', nonce: '', at_hash: 'x' }
    const token = { id_token: '<signed ID token>' }
    expect((await refusedAt({ token, claims })).code).toBe('oidc.access_token_mismatch')
    const good = { ...claims, at_hash: halfHash('x') }
    expect(await subjectOf({ token: TOKENS, claims: good })).toBe('alice')
    expect((await refusedAt({ token: { ...TOKENS, access_token: 'y' }, claims: good })).code).toBe(
      'oidc.access_token_mismatch',
    )
  })

  it("the token endpoint's answer may come without a token type, and with the scope as a list", async () => {
    expect(await subjectOf({ token: sent('oidc-token-no-token-type', 'token-response.json') })).toBe('alice')
    expect(await subjectOf({ token: sent('oidc-token-scope-array', 'token-response.json') })).toBe('alice')
  })

  it.each([
    ['expires_in as text', { expires_in: '3600' }],
    ['expires_in that is null', { expires_in: null }],
    ['expires_in that is empty', { expires_in: '' }],
    ['a scope that is null', { scope: null }],
    ['a refresh token that is null', { refresh_token: null }],
    ['a token type that is null', { token_type: null }],
    ['a token type in capitals', { token_type: 'BEARER' }],
    ['an empty error beside the tokens', { error: '' }],
    ['an error that is null beside the tokens', { error: null }],
  ])("the token endpoint's answer may have %s", async (_, change) => {
    expect(await subjectOf({ token: { ...TOKENS, ...change } })).toBe('alice')
  })

  it.each([
    ['an access token of another type', 'oidc.token_type_unsupported', { token_type: 'mac' }],
    ['an access token that is no text', 'oidc.token_answer_invalid', { access_token: 7 }],
    ['a refresh token that is no text', 'oidc.token_answer_invalid', { refresh_token: ['x'] }],
    ['an error beside the tokens', 'oidc.provider_refused', { error: 'nonsense' }],
    ['an empty ID token', 'oidc.id_token_missing', { id_token: '' }],
  ])("the token endpoint's answer is refused with %s: %s", async (_, code, change) => {
    expect((await refusedAt({ token: { ...TOKENS, ...change } })).code).toBe(code)
  })

  it('a token response that misses the ID token says what came instead, by name alone', async () => {
    const { id_token: _, ...token } = TOKENS
    const error = await refusedAt({ token })
    expect(error).toMatchObject({ code: 'oidc.id_token_missing', found: 'access_token, token_type' })
  })

  it("the token endpoint's answer under another name than JSON is refused", async () => {
    const body = JSON.stringify({ ...TOKENS, id_token: `${encode({})}.${encode({})}.x` })
    const error = await refusedAt({ token: { type: 'text/plain', body } })
    expect(error).toMatchObject({ code: 'oidc.answer_not_json', found: 'status 200, text/plain' })
    expect((await refusedAt({ token: { type: null, body } })).found).toBe('status 200, no content type')
  })
})

describe("the provider's own error", () => {
  const body = JSON.stringify(sent('oidc-token-200-error', 'token-response.json'))
  const WORDS = 'invalid_grant: Code expired'

  it.each([
    [200, 'application/json', body],
    [200, 'text/plain', body],
    [400, 'text/plain', body],
    [400, 'text/html', body],
    [400, null, body],
    [200, 'application/x-www-form-urlencoded', 'error=invalid_grant&error_description=Code+expired'],
  ])("the provider's own error is kept from an answer with status %i and type %s", async (status, type, text) => {
    const error = await refusedAt({ token: { status, type, body: text } })
    expect(error.code).toBe('oidc.code_refused')
    expect(error.found).toBe(`${WORDS} (status ${status}, ${type ?? 'no content type'})`)
    expect(error.source).toBe(`${ISSUER}/token`)
  })

  it.each([
    ['invalid_client', 'oidc.client_refused'],
    ['unauthorized_client', 'oidc.client_refused'],
    ['invalid_scope', 'oidc.provider_refused'],
    ['temporarily_unavailable', 'oidc.provider_failed'],
    ['server_error', 'oidc.provider_failed'],
  ])('%s is %s, with status 200 too', async (error, code) => {
    expect((await refusedAt({ token: { error } })).code).toBe(code)
  })

  it("the provider's own error is kept from a failure of the provider", async () => {
    const error = await refusedAt({ token: { status: 503, body: '{"error":"invalid_grant"}' } })
    expect(error).toMatchObject({ code: 'oidc.provider_failed', found: 'invalid_grant (status 503, application/json)' })
  })

  it("the provider's own error is cut, and cannot break a line of the log", async () => {
    const description = `a\nb\u202e${'x'.repeat(5000)}`
    const { found = '' } = await refusedAt({ token: { error: 'invalid_grant', error_description: description } })
    expect(found).toMatch(/^invalid_grant: a b x+… \(status 200, application\/json\)$/)
    expect(found.length).toBeLessThan(300)
  })

  it.each([
    [400, 'text/html', '<html>', 'oidc.provider_failed', 'status 400, text/html'],
    [404, null, '', 'oidc.provider_failed', 'status 404, no content type'],
    [401, 'text/html', '<html>', 'oidc.client_refused', 'status 401, text/html'],
    [400, 'application/json', '{}', 'oidc.token_answer_invalid', 'status 400, application/json'],
    [202, 'application/json', '{}', 'oidc.token_answer_invalid', 'status 202, application/json'],
    [200, 'text/html', '<html>', 'oidc.answer_not_json', 'status 200, text/html'],
    [200, 'application/json', '{', 'oidc.token_answer_invalid', 'status 200, application/json, and no JSON object'],
  ])('a token response that is missing: status %i, type %s, %j is %s', async (status, type, text, code, found) => {
    const token = { status, type, body: text }
    expect(await refusedAt({ token })).toMatchObject({ code, found })
  })

  it("the provider's own error at userinfo is kept", async () => {
    const discovery = DISCOVERY
    const userinfo = { status: 403, type: 'text/html', body: '<html>' }
    const error = await refusedAt({ discovery, userinfo })
    expect(error).toMatchObject({
      code: 'oidc.userinfo_failed',
      found: 'oidc.provider_failed status 403, text/html',
    })
  })
})
