import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RESERVED_PARAMETERS } from '../../src/core/authorization-parameters.ts'
import type { LoginWishes } from '../../src/oidc/authorization-request.ts'
import { parametersToPark } from '../../src/oidc/callback.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import { holds } from '../held/holds.ts'
import { attempt, refusal, settingsFor } from './login-attempt.ts'
import { type Json, startTamperingProvider, type Tampering, type TamperingProvider } from './tampering-provider.ts'

let provider: TamperingProvider
beforeAll(async () => {
  provider = await startTamperingProvider()
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
  ['that says that somebody has to be asked', 'oidc.interaction_required', (p) => p.set('error', 'login_required')],
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

describe('a callback is refused before its code is redeemed', holds('7.2'), () => {
  it.each(broken)('a callback is refused before its code is redeemed: %s: %s', async (_, code, callback) => {
    expect((await refusal(provider, {}, { callback })).code).toBe(code)
    expect(provider.requests.has('/token')).toBe(false)
  })

  it('a callback is refused before its code is redeemed, whatever issuer it names, where none is promised', async () => {
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

describe('what a callback says of an error', holds('7.9'), () => {
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

  it("a callback's error is cut and freed of control characters for the log", async () => {
    const { found = '' } = await refusal(provider, {}, { callback })
    expect(found).toContain('server_error: <script>')
    expect(found.length).toBeLessThanOrEqual(200)
    expect(found).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(found).not.toContain('evil.example')
  })

  it("a callback's error never tells the state that was expected", async () => {
    const relyingParty = createRelyingParty(settingsFor(provider.issuer))
    provider.behave({})
    const { url: _, ...secrets } = await relyingParty.start(new Date())
    const refused = relyingParty.finish(new URLSearchParams({ state: 'x' }), secrets, new Date())
    const error: unknown = await refused.catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error)).not.toContain(secrets.state)
  })
})

describe('the authorization request', holds('7.1'), () => {
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

  it('the authorization request has 128 bits and more of chance in state, nonce and code verifier, fresh each time', async () => {
    const [first, second] = [await start(), await start()]
    const values = [first, second].flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier])
    expect(new Set(values).size).toBe(6)
    // The state begins with the time, which is no chance.
    const random = values.map((value) => value.replace(/^0[0-9a-z]{8}\./, ''))
    for (const value of random) expect(Buffer.from(value, 'base64url').length).toBeGreaterThanOrEqual(24)
  })

  it('asks for openid even where the scopes leave it out', async () => {
    const { url } = await createRelyingParty(settingsFor(provider.issuer, { scopes: ['email'] })).start(new Date())
    expect(url.searchParams.get('scope')).toBe('openid email')
  })

  const requestWith = async (settings: Parameters<typeof settingsFor>[1], wishes?: LoginWishes) => {
    provider.behave({})
    const { url } = await createRelyingParty(settingsFor(provider.issuer, settings)).start(new Date(), wishes)
    return Object.fromEntries(url.searchParams)
  }

  it('asks for the answer to be posted where the settings say so', async () => {
    expect(await requestWith({ responseMode: 'form_post' })).toMatchObject({ response_mode: 'form_post' })
    expect(await requestWith({ responseMode: 'query' })).not.toHaveProperty('response_mode')
  })

  it('carries what the settings ask for', async () => {
    const authorizationParams = { access_type: 'offline', hd: 'example.com' }
    const settings = { prompt: 'consent', maxAgeSeconds: 3600, acrValues: ['phr', 'mfa'], authorizationParams }
    const asked = {
      prompt: 'consent',
      max_age: '3600',
      acr_values: 'phr mfa',
      access_type: 'offline',
      hd: 'example.com',
    }
    expect(await requestWith(settings)).toMatchObject(asked)
  })

  it('carries what this login asks for, before what the settings do', async () => {
    const wishes = { prompt: 'login', maxAgeSeconds: 0, acrValues: ['phr'], loginHint: 'alice@example.com' }
    expect(await requestWith({ prompt: 'consent', maxAgeSeconds: 3600, acrValues: ['mfa'] }, wishes)).toMatchObject({
      prompt: 'login',
      max_age: '0',
      acr_values: 'phr',
      login_hint: 'alice@example.com',
    })
  })

  it('the authorization request never asks for an older sign-in than the settings allow', async () => {
    expect(await requestWith({ maxAgeSeconds: 60 }, { maxAgeSeconds: 3600 })).toMatchObject({ max_age: '60' })
  })

  it.each([...RESERVED_PARAMETERS])('lets no further parameter stand for %s', (name) => {
    const settings = settingsFor(provider.issuer, { authorizationParams: { [name]: 'x' } })
    expect(() => createRelyingParty(settings)).toThrow(
      expect.objectContaining({ code: 'oidc.parameter_reserved', found: name }),
    )
  })
})

describe('a pushed authorization request', () => {
  const start = async (tampering: Tampering, settings: Parameters<typeof settingsFor>[1] = {}) => {
    provider.behave(tampering)
    return createRelyingParty(settingsFor(provider.issuer, settings)).start(new Date(), { prompt: 'login' })
  }
  const required: Tampering = {
    discovery: (document: Json) => ({ ...document, require_pushed_authorization_requests: true }),
  }

  it('a pushed authorization request is not made where it is not requested', async () => {
    await start({})
    expect(provider.requests.has('/par')).toBe(false)
  })

  it.each([
    ['the settings ask for it', {}, { par: 'always' as const }],
    ['the provider requires it', required, {}],
  ])('removes everything from the URL where %s', async (_, tampering, settings) => {
    const { url, state, nonce } = await start(tampering, settings)
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'fedgate', request_uri: 'urn:example:pushed' })
    const { parameters, authorization } = provider.posted.get('/par') ?? {}
    expect(Object.fromEntries(parameters ?? [])).toMatchObject({ state, nonce, prompt: 'login', response_type: 'code' })
    expect(authorization).toMatch(/^Basic /)
  })

  it.each([
    ['without an endpoint for it', 'oidc.discovery_incomplete', { pushed_authorization_request_endpoint: undefined }],
    [
      'with an endpoint on plain http',
      'oidc.insecure_url',
      { pushed_authorization_request_endpoint: 'http://op.example/par' },
    ],
  ])('fails %s: %s', async (_, code, changes) => {
    const discovery = (document: Json) => ({ ...document, ...changes })
    await expect(start({ discovery }, { par: 'always' })).rejects.toMatchObject({ code })
  })

  it.each([
    ['refuses the client', 'oidc.client_refused', 401, '{"error":"invalid_client"}'],
    ['refuses the request', 'oidc.provider_refused', 400, '{"error":"invalid_request"}'],
    ['fails', 'oidc.provider_failed', 500, '{}'],
    ['answers without a request_uri', 'oidc.token_answer_invalid', 201, '{"expires_in":60}'],
  ])('fails where the provider %s: %s', async (_, code, status, body) => {
    const pushed: Tampering['pushed'] = {
      answer: (_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      },
    }
    await expect(start({ pushed }, { par: 'always' })).rejects.toMatchObject({ code })
  })

  it('fails in time where the provider hangs', async () => {
    provider.behave({ pushed: { answer: () => undefined } })
    const relyingParty = createRelyingParty(settingsFor(provider.issuer, { par: 'always' }), { limitMilliseconds: 300 })
    await expect(relyingParty.start(new Date())).rejects.toMatchObject({ code: 'oidc.provider_timeout' })
  })
})

describe('a pending form', () => {
  const parked = (fields: Record<string, string>) => [...parametersToPark(new URLSearchParams(fields))]

  it('what is looked at is kept, and nothing else', () => {
    const known = { code: 'c', state: 's', iss: 'i', error: 'e', error_description: 'd' }
    const unknown = {
      session_state: 'x',
      error_uri: 'https://evil.example',
      padding: 'x'.repeat(15_000),
      __proto__x: 'x',
    }
    expect(parked({ ...unknown, ...known }).toSorted()).toEqual(Object.entries(known).toSorted())
  })

  it('what users would read is cut, and of what is refused anyway only its presence is kept', () => {
    const long = 'x'.repeat(5000)
    expect(parked({ error_description: long, id_token: long, response: long })).toEqual([
      ['error_description', 'x'.repeat(1000)],
      ['id_token', 'x'],
      ['response', 'x'],
    ])
  })

  it.each(['state', 'code', 'iss', 'unknown'])(
    'a pending form with %s twice keeps only that parameter, to be refused',
    (name) => {
      const form = new URLSearchParams({ state: 's', code: 'c', iss: 'i', unknown: 'u' })
      form.append(name, 'x'.repeat(50))
      const kept = parametersToPark(form)
      expect(kept.get('state')).toBe('s')
      expect(kept.getAll(name).length).toBeGreaterThan(1)
      expect(kept.toString().length).toBeLessThan(50)
    },
  )

  it.each([
    ['code', 4096],
    ['state', 80],
    ['iss', 1024],
    ['error', 200],
  ])('%s may have %d characters', (name, longest) => {
    expect(parked({ [name]: 'x'.repeat(longest) })).toHaveLength(1)
    expect(() => parked({ [name]: 'x'.repeat(longest + 1) })).toThrow(
      expect.objectContaining({ code: 'oidc.parameter_too_long', source: name }),
    )
  })
})
