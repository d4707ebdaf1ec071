import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import { attempt, refusal, settingsFor } from './attempt.ts'
import { type Json, type MisbehavingProvider, startMisbehavingProvider } from './misbehaving-provider.ts'

let provider: MisbehavingProvider
beforeAll(async () => {
  provider = await startMisbehavingProvider()
})
afterAll(() => provider.close())

type Change = (parameters: URLSearchParams) => void

/** Security-bar 7.1, 7.2 and 7.9; RFC 9207; RFC 9700 4.4 */
const broken: ReadonlyArray<readonly [name: string, code: string, callback: Change]> = [
  ['with the state of another sign-in', 'oidc.state_mismatch', (p) => p.set('state', 'another')],
  ['without a state', 'oidc.state_mismatch', (p) => p.delete('state')],
  ['with two states', 'oidc.parameter_repeated', (p) => p.append('state', 'another')],
  ['with two codes', 'oidc.parameter_repeated', (p) => p.append('code', 'another')],
  ['with two issuers', 'oidc.parameter_repeated', (p) => p.append('iss', 'https://evil.example')],
  ['of another provider (mix-up)', 'oidc.callback_issuer_mismatch', (p) => p.set('iss', 'https://evil.example')],
  ['that names no issuer though it is promised', 'oidc.callback_issuer_missing', (p) => p.delete('iss')],
  ['with an empty issuer', 'oidc.callback_issuer_mismatch', (p) => p.set('iss', '')],
  ['without a code', 'oidc.code_missing', (p) => p.delete('code')],
  ['with an empty code', 'oidc.code_missing', (p) => p.set('code', '')],
  ['that says access_denied', 'oidc.access_denied', (p) => p.set('error', 'access_denied')],
  ['that says another error', 'oidc.provider_refused', (p) => p.set('error', 'invalid_scope')],
  [
    'that says an error for another sign-in',
    'oidc.state_mismatch',
    (p) => {
      p.set('error', 'access_denied')
      p.set('state', 'another')
    },
  ],
  ['with a response as JWT, which nobody asked for', 'oidc.token_answer_invalid', (p) => p.set('response', 'a.b.c')],
  ['with an ID token in it', 'oidc.token_answer_invalid', (p) => p.set('id_token', 'a.b.c')],
]

describe('a callback is refused before its code is redeemed', () => {
  it.each(broken)('%s: %s', async (_, code, callback) => {
    expect((await refusal(provider, {}, { callback })).code).toBe(code)
    expect(provider.requests.has('/token')).toBe(false)
  })

  it('whatever issuer it names, where none is promised', async () => {
    const discovery = (document: Json) => ({ ...document, authorization_response_iss_parameter_supported: undefined })
    const callback: Change = (parameters) => parameters.set('iss', 'https://evil.example')
    expect((await refusal(provider, { discovery }, { callback })).code).toBe('oidc.callback_issuer_mismatch')
    expect(provider.requests.has('/token')).toBe(false)
  })
})

it('a callback need not name an issuer where none is promised', async () => {
  const discovery = (document: Json) => ({ ...document, authorization_response_iss_parameter_supported: undefined })
  const callback: Change = (parameters) => parameters.delete('iss')
  await expect(attempt(provider, { discovery }, { callback })).resolves.toBeDefined()
})

describe('what a callback says of an error', () => {
  const hostile = `<script>alert(1)</script>\r\n\u202e\u0000 ${'x'.repeat(10_000)}`
  const callback: Change = (parameters) => {
    parameters.set('error', 'server_error')
    parameters.set('error_description', hostile)
    parameters.set('error_uri', 'https://evil.example/help')
  }

  it('reaches neither the sentence nor the hint', async () => {
    const error = await refusal(provider, {}, { callback })
    expect(error.message + error.hint).not.toMatch(/script|evil|server_error/)
  })

  it('is cut and freed of control characters for the log', async () => {
    const { found = '' } = await refusal(provider, {}, { callback })
    expect(found).toContain('server_error: <script>')
    expect(found.length).toBeLessThanOrEqual(200)
    expect(found).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(found).not.toContain('evil.example')
  })

  it('never tells the state that was expected', async () => {
    const relyingParty = createRelyingParty(settingsFor(provider.issuer))
    provider.behave({})
    const { url: _, ...secrets } = await relyingParty.start(new Date())
    const refused = relyingParty.finish(new URLSearchParams({ state: 'x' }), secrets, new Date())
    const error: unknown = await refused.catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error)).not.toContain(secrets.state)
  })
})

describe('the authorization request', () => {
  const start = () => {
    provider.behave({})
    return createRelyingParty(settingsFor(provider.issuer)).start(new Date())
  }

  it('asks for a code, with PKCE S256, state and nonce', async () => {
    const { url, state, nonce } = await start()
    expect(url.origin + url.pathname).toBe(`${provider.issuer}/authorize`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'fedgate',
      redirect_uri: 'https://gateway.example/oidc/corp/callback',
      scope: 'openid email',
      state,
      nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('carries no secret of the client or of PKCE', async () => {
    const { url, codeVerifier } = await start()
    expect(url.href).not.toContain('client-secret')
    expect(url.href).not.toContain(codeVerifier)
  })

  it('has 128 bits and more of chance in state, nonce and code verifier, fresh each time', async () => {
    const [first, second] = [await start(), await start()]
    const values = [first, second].flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier])
    expect(new Set(values).size).toBe(6)
    for (const value of values) expect(Buffer.from(value, 'base64url').length).toBeGreaterThanOrEqual(32)
  })

  it('asks for openid even where the scopes leave it out', async () => {
    const { url } = await createRelyingParty(settingsFor(provider.issuer, { scopes: ['email'] })).start(new Date())
    expect(url.searchParams.get('scope')).toBe('openid email')
  })
})
