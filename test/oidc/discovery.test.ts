import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Fetch } from '../../src/oidc/bounded-fetch.ts'
import type { OidcError } from '../../src/oidc/errors.ts'
import { isSecureUrl } from '../../src/oidc/provider-metadata.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import { createKeySet } from '../../src/oidc/tokens/key-set.ts'
import { holds } from '../held/holds.ts'
import { attempt, refusal, settingsFor } from './login-attempt.ts'
import {
  type Json,
  jwkOf,
  KID,
  rogue,
  signedBy,
  startTamperingProvider,
  type TamperingProvider,
} from './tampering-provider.ts'

let provider: TamperingProvider
beforeAll(async () => {
  provider = await startTamperingProvider()
})
afterAll(() => provider.close())

const DISCOVERY = '/.well-known/openid-configuration'
const with_ = (changes: Json) => ({ discovery: (document: Json) => ({ ...document, ...changes }) })

/** Security-bar 7.3 */
describe('discovery is refused', holds('7.3'), () => {
  it.each([
    ['of another issuer', 'oidc.discovery_issuer_mismatch', { issuer: 'https://evil.example' }],
    ['of an issuer that is no text', 'oidc.discovery_issuer_mismatch', { issuer: 7 }],
    ['without a token endpoint', 'oidc.discovery_incomplete', { token_endpoint: undefined }],
    ['without published keys', 'oidc.discovery_incomplete', { jwks_uri: undefined }],
    ['with an endpoint that is no text', 'oidc.discovery_incomplete', { authorization_endpoint: ['x'] }],
    ['with a token endpoint on plain http', 'oidc.insecure_url', { token_endpoint: 'http://op.example/token' }],
    ['with keys on plain http', 'oidc.insecure_url', { jwks_uri: 'http://op.example/jwks' }],
    ['with a userinfo endpoint on plain http', 'oidc.insecure_url', { userinfo_endpoint: 'http://op.example/me' }],
    ['with a sign-in page that is a script', 'oidc.insecure_url', { authorization_endpoint: 'javascript:alert(1)' }],
    [
      'with no safe signature algorithm',
      'oidc.discovery_incomplete',
      { id_token_signing_alg_values_supported: ['HS256', 'none'] },
    ],
    [
      'with signature algorithms that are no list',
      'oidc.discovery_incomplete',
      { id_token_signing_alg_values_supported: 'RS256' },
    ],
  ])('discovery is refused %s: %s', async (_, code, changes) => {
    expect((await refusal(provider, with_(changes))).code).toBe(code)
  })

  it('discovery is refused of an issuer that differs by a slash', async () => {
    const issuer = `${provider.issuer}/`
    expect((await refusal(provider, {}, { settings: { issuer } })).code).toBe('oidc.discovery_issuer_mismatch')
  })

  it('discovery is refused over http without leave, even on loopback, and nothing is asked', async () => {
    const error = await refusal(provider, {}, { settings: { allowInsecureHttp: false } })
    expect(error.code).toBe('oidc.insecure_url')
    expect(provider.requests.size).toBe(0)
  })

  it('discovery is refused with keys that are no keys', async () => {
    expect((await refusal(provider, { keySet: () => ({ keys: 'none' }) })).code).toBe('oidc.discovery_incomplete')
  })
})

describe('an address is secure', holds('7.3'), () => {
  it.each(['https://op.example/x', 'http://127.0.0.1:8083/x', 'http://localhost:1/x', 'http://[::1]:1/x'])(
    'an address is secure: %s',
    (url) => {
      expect(isSecureUrl(url, true)).toBe(true)
    },
  )
  it.each([
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/',
    'http://op.example/',
    'ftp://127.0.0.1/',
    'x',
    7,
  ])('an address is not secure: %s', (url) => {
    expect(isSecureUrl(url, true)).toBe(false)
  })
})

describe('the configured algorithms', () => {
  it('refuse what the provider offers beside them', async () => {
    const error = await refusal(provider, {}, { settings: { idTokenAlgs: ['ES256'] } })
    expect(error.code).toBe('oidc.algorithm_refused')
  })

  it('the configured algorithms cannot bring back none', async () => {
    const error = await refusal(provider, {}, { settings: { idTokenAlgs: ['none'] } })
    expect(error.code).toBe('oidc.discovery_incomplete')
  })
})

describe('discovery', () => {
  const party = () => {
    let now = new Date('2026-11-22T12:00:00Z')
    const relyingParty = createRelyingParty(settingsFor(provider.issuer), { clock: () => now })
    return {
      relyingParty,
      start: () => relyingParty.start(now).catch((error: OidcError) => error.code),
      later: (seconds: number) => {
        now = new Date(now.getTime() + seconds * 1000)
      },
    }
  }
  const asked = () => provider.requests.get(DISCOVERY) ?? 0

  it('asks for nothing before the first use', () => {
    provider.behave({})
    party()
    expect(asked()).toBe(0)
  })

  it('discovery is done once for many sign-ins at once', async () => {
    provider.behave({})
    const { start } = party()
    await Promise.all([start(), start(), start()])
    expect(asked()).toBe(1)
  })

  it('discovery is kept for an hour', async () => {
    provider.behave({})
    const { start, later } = party()
    await start()
    later(3599)
    await start()
    expect(asked()).toBe(1)
    later(2)
    await start()
    expect(asked()).toBe(2)
  })

  it('a discovery that failed is not tried again within ten seconds, and then is', async () => {
    provider.behave(with_({ issuer: 'https://evil.example' }))
    const { start, later, relyingParty } = party()
    expect(await start()).toBe('oidc.discovery_issuer_mismatch')
    later(9)
    expect(await start()).toBe('oidc.discovery_issuer_mismatch')
    expect(await relyingParty.available()).toBe(false)
    expect(asked()).toBe(1)
    provider.behave({})
    later(2)
    expect(await relyingParty.available()).toBe(true)
    expect(await start()).toMatchObject({ url: expect.any(URL) })
  })

  it('a discovery that failed by hanging is not tried again at once', async () => {
    let now = new Date('2026-11-22T12:00:00Z')
    let requests = 0
    const hangs: Fetch = async () => {
      requests++
      now = new Date(now.getTime() + 10_000)
      throw new DOMException('too late', 'TimeoutError')
    }
    const relyingParty = createRelyingParty(settingsFor(provider.issuer), { fetch: hangs, clock: () => now })
    for (let times = 0; times < 3; times++) expect(await relyingParty.available()).toBe(false)
    expect(requests).toBe(1)
  })

  it('a discovery that hangs does not hold up the chooser', async () => {
    provider.behave({ discovery: { answer: () => undefined } })
    const relyingParty = createRelyingParty(settingsFor(provider.issuer), { limitMilliseconds: 60_000 })
    expect(await relyingParty.available()).toBe(false)
  })

  it('a discovery that fails later on leaves what was known in use', async () => {
    provider.behave({})
    const { start, later } = party()
    await start()
    later(3601)
    provider.behave(with_({ issuer: 'https://evil.example' }))
    expect(await start()).toMatchObject({ url: expect.any(URL) })
    expect(asked()).toBe(1)
  })
})

/** Security-bar 7.5 */
describe('the published keys', holds('7.5'), () => {
  const unknownKid = { header: (header: Json) => ({ ...header, kid: 'made-up' }), seal: signedBy(rogue.privateKey) }
  const party = () => {
    const relyingParty = createRelyingParty(settingsFor(provider.issuer, { userinfo: false }))
    return async (tampering: Parameters<typeof provider.behave>[0]) => {
      const { url: _, ...secrets } = await relyingParty.start(new Date())
      const before = provider.requests.get('/jwks') ?? 0
      provider.behave(tampering, secrets.nonce)
      const callback = new URLSearchParams({ code: 'c', state: secrets.state, iss: provider.issuer })
      const outcome = await relyingParty.finish(callback, secrets, new Date()).then(
        () => 'signed in',
        (error: OidcError) => error.code,
      )
      return { outcome, before, asked: provider.requests.get('/jwks') ?? 0 }
    }
  }

  it('the published keys are asked for once for many sign-ins', async () => {
    provider.behave({})
    const signIn = party()
    expect(await signIn({})).toMatchObject({ outcome: 'signed in', asked: 1 })
    expect(await signIn({})).toMatchObject({ outcome: 'signed in', asked: 0 })
  })

  it('the published keys are not asked for again by a storm of made-up key ids', async () => {
    provider.behave({})
    const signIn = party()
    await signIn({})
    for (let times = 0; times < 20; times++) {
      expect(await signIn(unknownKid)).toMatchObject({ outcome: 'oidc.key_unknown', asked: 0 })
    }
  })

  it('the published keys are asked for once per cool-down by made-up key ids, and a real rotation is seen within a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      provider.behave({})
      const signIn = party()
      await signIn({})
      const rotated = {
        keySet: () => ({ keys: [jwkOf(rogue.publicKey, 'key-2')] }),
        header: (header: Json) => ({ ...header, kid: 'key-2' }),
        seal: signedBy(rogue.privateKey),
      }
      vi.setSystemTime(Date.now() + 29_000)
      expect(await signIn(rotated)).toMatchObject({ outcome: 'oidc.key_unknown', asked: 0 })
      vi.setSystemTime(Date.now() + 2_000)
      expect(await signIn(rotated)).toMatchObject({ outcome: 'signed in', asked: 1 })
      expect(await signIn(unknownKid)).toMatchObject({ outcome: 'oidc.key_unknown', asked: 0 })
      vi.setSystemTime(Date.now() + 31_000)
      expect(await signIn({ ...rotated, ...unknownKid })).toMatchObject({ outcome: 'oidc.key_unknown', asked: 1 })
      expect(await signIn({ ...rotated, ...unknownKid })).toMatchObject({ outcome: 'oidc.key_unknown', asked: 0 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('keys that changed under the same key id are seen within a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      provider.behave({})
      const signIn = party()
      await signIn({})
      const changed = { keySet: () => ({ keys: [jwkOf(rogue.publicKey, KID)] }), seal: signedBy(rogue.privateKey) }
      expect(await signIn(changed)).toMatchObject({ outcome: 'oidc.signature_invalid', asked: 0 })
      vi.setSystemTime(Date.now() + 31_000)
      expect(await signIn(changed)).toMatchObject({ outcome: 'signed in', asked: 1 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('the published keys are no longer trusted five minutes after they were published', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      provider.behave({})
      const signIn = party()
      await signIn({})
      const withdrawn = { keySet: () => ({ keys: [] }) }
      vi.setSystemTime(Date.now() + 299_000)
      expect(await signIn(withdrawn)).toMatchObject({ outcome: 'signed in', asked: 0 })
      vi.setSystemTime(Date.now() + 2_000)
      expect(await signIn(withdrawn)).toMatchObject({ outcome: 'oidc.key_unknown', asked: 1 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('stay in use while newer ones cannot be had', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      provider.behave({})
      const signIn = party()
      await signIn({})
      vi.setSystemTime(Date.now() + 31_000)
      expect(await signIn({ ...unknownKid, keySet: () => [] })).toMatchObject({ outcome: 'oidc.answer_not_json' })
      expect(await signIn({ keySet: () => [] })).toMatchObject({ outcome: 'signed in', asked: 0 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('are not asked for again by a storm while they cannot be had', async () => {
    let now = new Date('2026-11-22T12:00:00Z')
    let asked = 0
    const fails = async (): Promise<never> => {
      asked++
      throw new Error('ECONNREFUSED')
    }
    const keySet = createKeySet(fails, () => now)
    for (let times = 0; times < 20; times++) await expect(keySet.known()).rejects.toThrow('ECONNREFUSED')
    expect(asked).toBe(1)
    now = new Date(now.getTime() + 5_001)
    await expect(keySet.known()).rejects.toThrow('ECONNREFUSED')
    expect(asked).toBe(2)
  })

  it('do not wait for newer ones that a stranger has had fetched', async () => {
    let now = new Date('2026-11-22T12:00:00Z')
    const keys = { keys: [jwkOf(rogue.publicKey, 'key-1')] }
    const answers = [Promise.resolve(keys), new Promise<never>(() => undefined)]
    const keySet = createKeySet(
      () => answers.shift() ?? Promise.reject(new Error('asked too often')),
      () => now,
    )
    const known = await keySet.known()
    now = new Date(now.getTime() + 31_000)
    void keySet.newerThan(known)
    expect(await keySet.known()).toBe(known)
  })

  it('the published keys are each tried where a token names none', async () => {
    const unnamed = (document: Json) => Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'kid'))
    const twoKeys = (keys: Json) => ({
      keys: [jwkOf(rogue.publicKey, 'key-0'), ...(keys.keys as Json[])].map(unnamed),
    })
    await expect(attempt(provider, { keySet: twoKeys, header: unnamed })).resolves.toBeDefined()
    const strangers = (keys: Json) => ({ keys: [...(keys.keys as Json[]), ...(keys.keys as Json[])].map(unnamed) })
    const error = await refusal(provider, { keySet: strangers, header: unnamed, seal: signedBy(rogue.privateKey) })
    expect(error.code).toBe('oidc.signature_invalid')
  })

  it('keys that could not be had are asked for again a little later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      provider.behave({})
      const signIn = party()
      expect(await signIn({ keySet: () => [] })).toMatchObject({ outcome: 'oidc.answer_not_json' })
      vi.setSystemTime(Date.now() + 6_000)
      expect(await signIn({})).toMatchObject({ outcome: 'signed in' })
    } finally {
      vi.useRealTimers()
    }
  })
})

it('a good provider is accepted', async () => {
  await expect(attempt(provider, {})).resolves.toBeDefined()
})
